/** What travels with every command, and what of it every recorded event keeps. */
import type * as t from 'io-ts'
import { branded, record, text, wholeNumber } from './codec.js'
import { Digest, nameBasedUuid } from './digest.js'
import { instant } from './instant.js'

const label = (what: string) =>
  text(`${what}: 1 to 256 characters`, (value) => value.length > 0 && value.length <= 256 && !/\p{Cc}/u.test(value))

interface CommandIdBrand {
  readonly CommandId: unique symbol
}
export type CommandId = t.Branded<string, CommandIdBrand>
export const CommandId = branded<CommandId, string>(label("the command's id, the caller's idempotency key"))

/** The id of a command that follows from others: the same parts always give the same. */
export const commandIdOf = (...parts: ReadonlyArray<string>): CommandId => nameBasedUuid(...parts) as CommandId

export const Actor = label('the actor: who gives the command')
export const Reason = text('a reason: 1 to 4,096 characters', (value) => value.length > 0 && value.length <= 4096)

/** What a caller may say beside who gives a command, and by which id. */
export const envelopeFields = {
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
export const Envelope = record('an envelope', { commandId: CommandId, actor: Actor }, envelopeFields)
export type Envelope = t.TypeOf<typeof Envelope>

/** What is recorded beside the data of every event. */
export const EventMetadata = record(
  'the metadata of an event',
  {
    commandId: CommandId,
    /** The digest of the command as the caller gave it, by which its repetition is recognised. */
    commandDigest: Digest,
    actor: Actor,
    /** When the command handler recorded it, UTC. */
    recordedAt: instant,
    /** The version of the event type's schema, from 1. */
    schema: wholeNumber('a schema version: 1, 2, ...', 1),
  },
  envelopeFields,
)
export type EventMetadata = t.TypeOf<typeof EventMetadata>
