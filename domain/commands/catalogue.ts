/** Every command, and how one is read from what a caller gives. */
import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { artifactCommands } from '../artifact/commands.js'
import { aliasCommands } from '../collections/alias-commands.js'
import { distributedDraftCommands } from '../distributed-draft/commands.js'
import { lossCommands } from '../losses/commands.js'
import { registeredModelCommands } from '../registered-model/commands.js'
import { runCommands } from '../run/commands.js'
import { decodeWith, type Problem, shown } from '../values/codec.js'
import { Envelope } from '../values/envelope.js'

/** The definition of every command that a caller may give. */
export const commands = {
  ...artifactCommands,
  ...aliasCommands,
  ...distributedDraftCommands,
  ...registeredModelCommands,
  ...runCommands,
  ...lossCommands,
}

/** The name of a type of command. */
export type CommandType = keyof typeof commands
/** Everything that can be told a ledger, decoded. */
export type Command = { [K in CommandType]: t.TypeOf<(typeof commands)[K]> }[CommandType]
/** The same as a caller gives it, with plain numbers and texts. */
export type CommandInput = { [K in CommandType]: t.OutputOf<(typeof commands)[K]> }[CommandType]

/** A command in its envelope, as a caller gives it. */
export type EnvelopedCommand = t.OutputOf<typeof Envelope> & { readonly command: CommandInput }

export const isCommandType = (type: unknown): type is CommandType =>
  typeof type === 'string' && Object.hasOwn(commands, type)

/** Reads a command in its envelope, or says everything that is wrong with it. */
export const decodeCommand = (
  input: unknown,
): E.Either<ReadonlyArray<Problem>, { readonly envelope: Envelope; readonly command: Command }> => {
  if (typeof input !== 'object' || input === null) {
    return E.left([
      { at: '', expected: 'a command in its envelope {commandId, actor, command, ...}', actual: shown(input) },
    ])
  }
  const { command: given, ...rest }: { command?: unknown } = input
  const type: unknown = typeof given === 'object' && given !== null ? Reflect.get(given, 'type') : undefined
  if (!isCommandType(type)) {
    const expected = `one of ${Object.keys(commands).join(', ')}`
    return E.left([{ at: 'command.type', expected, actual: shown(type) }])
  }
  const codec: t.Decoder<unknown, Command> = commands[type]
  const command = decodeWith(codec)(given)
  const envelope = decodeWith(Envelope)(rest)
  if (E.isRight(command) && E.isRight(envelope)) return E.right({ envelope: envelope.right, command: command.right })
  return E.left([
    ...(E.isLeft(envelope) ? envelope.left : []),
    ...(E.isLeft(command)
      ? command.left.map((problem) => ({ ...problem, at: problem.at === '' ? 'command' : `command.${problem.at}` }))
      : []),
  ])
}
