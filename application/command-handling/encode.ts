/** The events and the digest of a command as texts, ready to be appended. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { LogVersion } from '../../domain/artifact/commands.js'
import type { Command } from '../../domain/commands/catalogue.js'
import type { DomainEvent } from '../../domain/events/catalogue.js'
import { encodeEvents } from '../../domain/events/stored-events.js'
import { type NewEvent, tooLarge } from '../../domain/ports/event-store.js'
import type { MeanLink } from '../../domain/registered-model/commands.js'
import type { CommandAccepted } from '../../domain/values/answer.js'
import { type Digest, sha256 } from '../../domain/values/digest.js'
import type { CommandId, Envelope } from '../../domain/values/envelope.js'
import { canonicalJson, type JsonProblem } from '../../domain/values/json.js'
import type { CommandError } from './command-error.js'
import type { CommandTrace } from './command-trace.js'

/** The events of one command, decided and ready to be written. */
export interface EncodedEvents<Event> {
  readonly commandId: CommandId
  readonly actor: string
  readonly recordedAt: string
  readonly events: ReadonlyArray<Event | CommandAccepted>
  readonly texts: ReadonlyArray<NewEvent>
}

export const digestOf = (command: Command | LogVersion | MeanLink): E.Either<CommandError, Digest> =>
  pipe(canonicalJson(command), E.bimap(notCanonical, sha256))

const notCanonical = ({ path, expected }: JsonProblem): CommandError => ({
  _tag: 'invalid-command',
  problems: [{ at: ['command', ...path].join('.'), expected, actual: 'another value' }],
})

export const prepare = <Event extends DomainEvent>(
  stream: string,
  events: ReadonlyArray<Event | CommandAccepted>,
  envelope: Envelope,
  commandDigest: Digest,
  recordedAt: string,
): E.Either<CommandError, EncodedEvents<Event>> => {
  const encoded = encodeEvents(stream, events, { ...envelope, commandDigest, recordedAt })
  if (E.isLeft(encoded)) return E.left(notCanonical(encoded.left))
  const { right: texts } = encoded
  const excess = tooLarge(texts)
  if (excess !== undefined) return E.left({ _tag: 'event-too-large', bytes: excess.bytes, limit: excess.limit })
  const { commandId, actor } = envelope
  return E.right({ commandId, actor, recordedAt, events, texts })
}

/** Whose the id of a command is. One that is made for a single call can never be given again. */
export type IdFrom = 'caller' | 'ledger'

/** A command that came, beside what it asks for. */
export interface Call {
  readonly envelope: Envelope
  readonly digest: Digest
  readonly idFrom: IdFrom
  /** Where somebody watches it. */
  readonly trace?: CommandTrace | undefined
  /** Takes it out, until its events are on their way to the store. */
  readonly signal?: AbortSignal | undefined
}
