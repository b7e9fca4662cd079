/** Why nothing can be answered, and the words for it. */

import type { EventType } from '../../domain/events/catalogue.js'
import { describeDamaged } from '../../domain/events/damaged-event.js'
import type { EventDamaged, Position, ReadFailure } from '../../domain/ports/event-store.js'

/** A projection threw. It stays before this event until it is rebuilt, or opened with a version that folds it. */
export interface ProjectionFailed {
  readonly _tag: 'projection-failed'
  readonly projection: string
  readonly version: number
  readonly position: Position
  readonly stream: string
  readonly revision: number
  readonly type: EventType
  /** What it threw, and where in its code, as far as that can be told. */
  readonly reason: string
  readonly stack?: string
}

export type ReadError =
  | ReadFailure
  /** The model stays before this event, and says so, until the store is put right. */
  | EventDamaged
  | ProjectionFailed
  /** The read model did not come to the position in time. */
  | { readonly _tag: 'not-reached'; readonly position: number; readonly checkpoint: Position }

/** The reason of a failure that may pass. */
export const passing = (error: ReadError): string | undefined =>
  error._tag === 'unavailable' || error._tag === 'not-reached' ? describeReadError(error) : undefined

export const describeReadError = (error: ReadError): string => {
  switch (error._tag) {
    case 'unavailable':
      return `the event store cannot be read: ${error.reason}`
    case 'closed':
      return error.reason
    case 'damaged-store':
      return `the event store is damaged: ${error.reason}`
    case 'damaged-event':
      return describeDamaged(error)
    case 'projection-failed':
      return `the projection ${error.projection} (version ${error.version}) cannot fold the event at position ${error.position}, ${error.type} at revision ${error.revision} of ${error.stream}: ${error.reason}; open the ledger with another version of it that can`
    case 'not-reached':
      return `position ${error.position} was not reached in time; the read model is at ${error.checkpoint}`
  }
}
