/**
 * How every method that records something gives its command: the argument is checked, the command is put in its
 * envelope, and the command handler decides it.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type * as t from 'io-ts'
import type { CommandHandler } from '../../application/command-handling/command-handler.js'
import type { IdFrom } from '../../application/command-handling/encode.js'
import type { Receipt } from '../../application/command-handling/receipt.js'
import type { Command } from '../../domain/commands/catalogue.js'
import type { Ids } from '../../domain/ports/clock-and-ids.js'
import type { Position } from '../../domain/ports/event-store.js'
import type { Said } from '../../domain/ports/facts.js'
import type { HistoryDamage } from '../../domain/ports/history-damage.js'
import type { Answer } from '../../domain/values/answer.js'
import type { EnvelopeFields } from './arguments.js'
import { checked } from './checked.js'
import { describeWriteError, promised, type WriteError } from './errors.js'
import { signalIn } from './following.js'
import { heededFromNow } from './stopping.js'

export interface SendPorts {
  readonly handler: CommandHandler
  /** Hears of everything that is recorded. */
  readonly noteOwnWrite: (position: Position) => void
  readonly ids: Ids
  readonly defaults: { readonly actor?: string | undefined }
  readonly readOnly: boolean
  /** What is wrong with the end of the history: then nothing else is taken in. */
  readonly damage: () => HistoryDamage | undefined
}

/** What a caller says beside a command, and what is known of the call. */
export interface CommandFields extends EnvelopeFields {
  /** Whose the id is that it goes by; the caller's unless said. */
  readonly idFrom?: IdFrom | undefined
  /** The generation of a draft that a call means which names none: the one that was open, or next, when it began. */
  readonly begun?: number | undefined
  /** What the version said that a draft was begun from. */
  readonly saidOfOrigin?: Said | undefined
}

export interface CommandSender {
  /** The command handler, which tells of everything that it records. */
  readonly handler: CommandHandler
  /** Refuses to record something where the ledger was opened only to answer. */
  readonly writable: () => Promise<void>
  /** The argument of a method that records something. */
  readonly checked: <A>(codec: t.Decoder<unknown, A>, given: unknown) => Promise<A>
  /** An id for a command that is only tried. */
  readonly nextId: () => string
  /** With an id for the command: the caller's own, or one that is made here and given once. */
  readonly identified: <C extends CommandFields>(fields: C) => C & { readonly commandId: string }
  /** Members that are `undefined` count as absent. */
  readonly envelopeOf: (fields: EnvelopeFields) => EnvelopeFields
  /** Puts a command in its envelope. */
  readonly give: (command: Command, fields: CommandFields) => Promise<Receipt>
}

/** Runs what may be refused in telling as a Promise that rejects with a `LedgerError`. */
export const run = promised(describeWriteError)

/** The same of an answer that is there. */
export const now = <A>(result: E.Either<WriteError, A>): Promise<A> => run(TE.fromEither(result))

/** An argument that is not what the method takes, for a reason that no codec sees. */
export const wrong = (at: string, expected: string, actual: string): WriteError => ({
  _tag: 'invalid-input',
  problems: [{ at, expected, actual }],
})

/** What a command was about, whether it changed anything or not. */
export const answered = <What extends keyof Answer>(
  { stream, answer }: Receipt,
  what: What,
): Promise<NonNullable<Answer[What]>> => {
  const number = answer[what]
  return number === undefined
    ? now(E.left({ _tag: 'unavailable', reason: `${stream} does not show the ${what} of the command` }))
    : now(E.right(number))
}

export const commandSender = ({
  handler: silent,
  noteOwnWrite,
  ids,
  defaults,
  readOnly,
  damage,
}: SendPorts): CommandSender => {
  const handler = reporting(silent, noteOwnWrite)

  const writable = async (): Promise<void> => {
    if (readOnly) await now(E.left({ _tag: 'read-only' }))
  }

  const identified: CommandSender['identified'] = (fields) =>
    fields.commandId === undefined
      ? { ...fields, commandId: ids.next(), idFrom: 'ledger' as const }
      : { ...fields, commandId: fields.commandId }

  const envelopeOf = ({ actor = defaults.actor, ...fields }: EnvelopeFields): EnvelopeFields => {
    const { commandId, reason, onBehalfOf, correlationId, causationId, occurredAt } = fields
    return { commandId, actor, reason, onBehalfOf, correlationId, causationId, occurredAt }
  }

  return {
    handler,
    writable,
    checked: async (codec, given) => {
      await writable()
      const found = damage()
      if (found !== undefined) await now(E.left(found))
      const input = await checked(codec, given)
      if (signalIn([input])?.aborted === true) await now(E.left({ _tag: 'aborted' }))
      return input
    },
    nextId: () => ids.next(),
    identified,
    envelopeOf,
    give: (command, fields) => {
      const { idFrom, begun, saidOfOrigin, signal, ...envelopeFields } = identified(fields)
      heededFromNow(signal)
      const beginning = { idFrom, generation: begun, saidOfOrigin, signal }
      return run(handler.handle({ ...envelopeOf(envelopeFields), command }, beginning))
    },
  }
}

/** The same command handler, of which somebody hears what it records. */
const reporting = (silent: CommandHandler, noteOwnWrite: SendPorts['noteOwnWrite']): CommandHandler => {
  const reported = TE.tapIO(
    ({ position }: Receipt) =>
      () =>
        noteOwnWrite(position),
  )
  return {
    ...silent,
    meanLink: (...link) => reported(silent.meanLink(...link)),
    handle: (...call) => reported(silent.handle(...call)),
    logVersion: (...call) => reported(silent.logVersion(...call)),
  }
}
