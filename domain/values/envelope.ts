/** What travels with every command, and what of it every recorded event keeps. */
import type * as t from 'io-ts'
import { instant, record, rule, text, wholeNumber } from './codec.js'
import { type Digest, isDigest } from './digest.js'

export const DigestCodec: t.Type<Digest> = rule('a digest: sha256: and 64 hexadecimal digits', isDigest)

const label = (what: string) =>
  text(`${what}: 1 to 256 characters`, (value) => value.length > 0 && value.length <= 256 && !/\p{Cc}/u.test(value))

export const CommandId = label("the command's id, the caller's idempotency key")
export const Actor = label('the actor: who gives the command')
export const Reason = text('a reason: 1 to 4,096 characters', (value) => value.length > 0 && value.length <= 4096)

const circumstances = {
  /** Why. */
  reason: Reason,
  /** For whom the actor acts, where that is somebody else. */
  onBehalfOf: label('on whose behalf'),
  /** What this belongs to: a request, a pipeline. */
  correlationId: label('the correlation id'),
  /** What caused this: the id of a command or an event. */
  causationId: label('the causation id'),
  /** When it is claimed to have happened. Shown, never used to select. */
  occurredAt: instant,
}

/** What a caller says besides the command itself. */
export const Envelope = record('an envelope', { commandId: CommandId, actor: Actor }, circumstances)
export type Envelope = t.TypeOf<typeof Envelope>

/** What is recorded beside the data of every event. */
export const EventMetadata = record(
  'the metadata of an event',
  {
    commandId: CommandId,
    /** The digest of the command as the caller gave it, by which its repetition is recognised. */
    commandDigest: DigestCodec,
    actor: Actor,
    /** When the command handler recorded it, UTC. */
    recordedAt: instant,
    /** The version of the event type's schema, from 1. */
    schema: wholeNumber('a schema version: 1, 2, ...', 1),
  },
  circumstances,
)
export type EventMetadata = t.TypeOf<typeof EventMetadata>
