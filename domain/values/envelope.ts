/** What travels with every command, and what of it every recorded event keeps. */
import * as t from 'io-ts'
import { branded, record, text, wholeNumber } from './codec.js'
import { Digest, nameBasedUuid } from './digest.js'
import { instant } from './instant.js'
import { hasLength } from './length.js'
import { firstOf, told, wrongLabel } from './new-names.js'

/** As it may have been recorded, and as it is given. */
const labels = (what: string) => {
  const name = `${what}: 1 to 256 code points, no control characters`
  const recorded = told(
    text(name, (value) => hasLength(value, 1, 256) && !/\p{Cc}/u.test(value)),
    (value) => firstOf(value, /\p{Cc}/u),
  )
  return { recorded, given: asGiven(what, recorded) }
}

/** The same, of which nothing is given that is not right as a new label. */
const asGiven = (what: string, recorded: t.Type<string>): t.Type<string> =>
  new t.Type<string>(
    recorded.name,
    (value): value is string => recorded.is(value) && wrongLabel(value) === undefined,
    (value, context) => {
      const wrong = recorded.is(value) ? wrongLabel(value) : undefined
      return wrong === undefined ? recorded.validate(value, context) : t.failure(value, context, `${what}: ${wrong}`)
    },
    recorded.encode,
  )

interface CommandIdBrand {
  readonly CommandId: unique symbol
}
export type CommandId = t.Branded<string, CommandIdBrand>
const commandIds = labels("the command's id, the caller's idempotency key")
export const CommandId = branded<CommandId, string>(commandIds.recorded)

/** The id of a command that follows from others: the same parts always give the same. */
export const commandIdOf = (...parts: ReadonlyArray<string>): CommandId => nameBasedUuid(...parts) as CommandId

const actors = labels('the actor: who gives the command')
export const Actor = actors.given
export const Reason = text('a reason: 1 to 4,096 code points', (value) => hasLength(value, 1, 4096))

const [onBehalfOf, correlationId, causationId] = [
  labels('on whose behalf'),
  labels('the correlation id'),
  labels('the causation id'),
]
/** What a caller may say beside who gives a command, and by which id. */
export const envelopeFields = {
  /** Why. */
  reason: Reason,
  /** For whom the actor acts, where that is somebody else. */
  onBehalfOf: onBehalfOf.given,
  /** What this belongs to: a request, a pipeline. */
  correlationId: correlationId.given,
  /** What caused this: the id of a command or an event. */
  causationId: causationId.given,
  /** When it is claimed to have happened. Shown, never used to select. */
  occurredAt: instant,
}
const recordedFields = {
  ...envelopeFields,
  onBehalfOf: onBehalfOf.recorded,
  correlationId: correlationId.recorded,
  causationId: causationId.recorded,
}

/** The id that a caller gives a command. */
export const GivenCommandId = branded<CommandId, string>(commandIds.given)

/** What a caller says besides the command itself. */
export const Envelope = record('an envelope', { commandId: GivenCommandId, actor: Actor }, envelopeFields)
export type Envelope = t.TypeOf<typeof Envelope>

/** The same, as it may have been recorded. */
export const RecordedEnvelope = record('an envelope', { commandId: CommandId, actor: actors.recorded }, recordedFields)

/** What is recorded beside the data of every event. */
export const EventMetadata = record(
  'the metadata of an event',
  {
    commandId: CommandId,
    /** The digest of the command as the caller gave it, by which its repetition is recognised. */
    commandDigest: Digest,
    actor: actors.recorded,
    /** When the command handler recorded it, UTC. */
    recordedAt: instant,
    /** The version of the event type's schema, from 1. */
    schema: wholeNumber('a schema version: 1, 2, ...', 1),
  },
  recordedFields,
)
export type EventMetadata = t.TypeOf<typeof EventMetadata>
