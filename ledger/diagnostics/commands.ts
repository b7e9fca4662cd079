/** A command handler whose commands can be watched: all of them pass here, those that are no commands, too. */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { CommandError } from '../../application/command-handling/command-error.js'
import type { CommandHandler } from '../../application/command-handling/command-handler.js'
import { beginTrace, type CommandTrace } from '../../application/command-handling/command-trace.js'
import type { Receipt } from '../../application/command-handling/receipt.js'
import { isCommandType } from '../../domain/commands/catalogue.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import type { CommandMessage } from './channels.js'
import { tracing } from './tracing.js'

const watched = tracing('command')

/** @param ledger the id of the ledger, as far as it is known */
export const watchedCommands = (handler: CommandHandler, ledger: () => string | null): CommandHandler => {
  const traced =
    (
      type: CommandMessage['type'],
      given: (trace: CommandTrace) => TE.TaskEither<CommandError, Receipt>,
    ): TE.TaskEither<CommandError, Receipt> =>
    () => {
      const trace = beginTrace()
      const work = () => given(trace)()
      return watched.task({ ledger: ledger(), type }, work, (answer) => endOf(trace, answer))()
    }

  return {
    ...handler,
    handle: (input, beginning) =>
      watched.isWatched()
        ? traced(typeIn(input), (trace) => handler.handle(input, { ...beginning, trace }))
        : handler.handle(input, beginning),
    meanLink: (link, envelope) =>
      watched.isWatched()
        ? traced('MeanLink', (trace) => handler.meanLink(link, envelope, trace))
        : handler.meanLink(link, envelope),
    logVersion: (command, envelope) =>
      watched.isWatched()
        ? traced(command.type, (trace) => handler.logVersion(command, envelope, trace))
        : handler.logVersion(command, envelope),
  }
}

/** Nothing of what was given is told but the name of a command that there is. */
const typeIn = (input: unknown): CommandMessage['type'] => {
  const command: unknown = typeof input === 'object' && input !== null ? Reflect.get(input, 'command') : undefined
  const type: unknown = typeof command === 'object' && command !== null ? Reflect.get(command, 'type') : undefined
  return isCommandType(type) ? type : null
}

const endOf = (
  { category, attempts, how, steps }: CommandTrace,
  answer: E.Either<CommandError, Receipt>,
): Partial<CommandMessage> => {
  const known = { ...omitUndefined({ category }), attempts, steps }
  if (E.isLeft(answer)) return { ...known, outcome: 'failed' }
  const { events, position } = answer.right
  const outcome = how === 'repeated' ? how : events.length === 0 ? 'unchanged' : 'changed'
  return { ...known, outcome, ...(outcome === 'changed' ? { events: events.length, position } : {}) }
}
