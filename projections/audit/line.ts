/** One event as an auditor reads it: a line that needs no other beside it. */
import * as E from 'fp-ts/lib/Either.js'
import { damagedEvent, eventDamaged } from '../../domain/events/damaged-event.js'
import { decodeEvent } from '../../domain/events/stored-events.js'
import type { StoredEvent } from '../../domain/ports/event-store.js'
import { decodeWith, describeProblem } from '../../domain/values/codec.js'
import { EventMetadata } from '../../domain/values/envelope.js'
import { type Json, parseJson } from '../../domain/values/json.js'
import { type PositionTimes, timeOfEvent } from '../storage/position-times.js'
import { describeEvent, type EventDescription } from './event-description.js'
import { plain } from './wording.js'

/** Every member is there in every line; `null` where there is nothing to say. */
export interface AuditLine {
  readonly position: number
  /** The time of its position, by which a moment is asked for: the latest `recordedAt` up to it. ISO 8601, UTC, as the two below. */
  readonly time: string
  /** When it was recorded, by the clock of who did: earlier than `time` where that clock was behind. And when it is claimed to have happened. */
  readonly recordedAt: string
  readonly occurredAt: string | null
  readonly actor: string
  readonly onBehalfOf: string | null
  /** What the actor did, to be read after the actor's name: `moved the alias production of … from v2 to v3`. */
  readonly what: string
  /** Of what: `acme/churn/model:v3`, `acme/churn/train-7`. */
  readonly subject: string
  readonly before: Json
  readonly after: Json
  readonly reason: string | null
  /** The type of the event. */
  readonly type: string
  readonly commandId: string
  readonly correlationId: string | null
  readonly causationId: string | null
  readonly stream: string
  readonly revision: number
  readonly eventId: string
}

/**
 * The line of an event. An event of a type that this software does not know has one too: it did happen, and
 * who and when can be told. Throws `damaged` for an event that cannot be read.
 */
export const auditLine = (stored: StoredEvent, positionTimes: PositionTimes): AuditLine => {
  const { stream, revision, position, id: eventId, type } = stored
  const decoded = decodeEvent(stored)
  if (E.isLeft(decoded) && decoded.left._tag === 'damaged-event') throw damagedEvent(decoded.left)
  const known = E.isRight(decoded) ? decoded.right : undefined
  const metadata = known?.metadata ?? metadataOf(stored)
  const { what, subject, before, after } = known === undefined ? unknownTo(stored) : describeEvent(known)
  return {
    position,
    time: timeOfEvent(positionTimes, position, metadata.recordedAt),
    recordedAt: metadata.recordedAt,
    occurredAt: metadata.occurredAt ?? null,
    actor: metadata.actor,
    onBehalfOf: metadata.onBehalfOf ?? null,
    what,
    subject,
    before,
    after,
    reason: metadata.reason ?? null,
    type,
    commandId: metadata.commandId,
    correlationId: metadata.correlationId ?? null,
    causationId: metadata.causationId ?? null,
    stream,
    revision,
    eventId,
  }
}

const unknownTo = ({ stream, type }: StoredEvent): EventDescription => ({
  subject: stream,
  what: `did something that this version of model-ledger has no words for (${plain(type)}); a newer one has`,
  before: null,
  after: null,
})

const metadataOf = (stored: StoredEvent): EventMetadata => {
  let parsed: unknown
  try {
    parsed = parseJson(stored.metadata)
  } catch (error) {
    throw damagedEvent(eventDamaged(stored, `its metadata is not JSON: ${String(error)}`))
  }
  const metadata = decodeWith(EventMetadata)(parsed)
  if (E.isRight(metadata)) return metadata.right
  throw damagedEvent(eventDamaged(stored, `its metadata: ${metadata.left.map(describeProblem).join('; ')}`))
}
