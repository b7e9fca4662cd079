/** Where an event stands: in its stream, and in the order of all events of a store. */
import type * as t from 'io-ts'
import { branded, wholeNumber } from './codec.js'

interface EventRevisionBrand {
  readonly EventRevision: unique symbol
}
/** The number of an event in its stream, counted from 0. */
export type EventRevision = t.Branded<number, EventRevisionBrand>
export const EventRevision = branded<EventRevision, number>(wholeNumber('a revision: 0, 1, 2, ...'))

/** The number of the last event of a stream; `none` for a stream without events. */
export type Revision = EventRevision | 'none'

/** The revision of what comes next, so many events further on. */
export const revisionAfter = (revision: Revision, events = 1): EventRevision =>
  ((revision === 'none' ? -1 : revision) + events) as EventRevision

/** Where a stream stood before the event of this revision. */
export const revisionBefore = (revision: number): Revision =>
  revision === 0 ? 'none' : ((revision - 1) as EventRevision)

/** What a store, or a line of an export, knows to be the revision of an event. */
export const toRevision = (number: number): EventRevision => number as EventRevision

interface PositionBrand {
  readonly Position: unique symbol
}
/**
 * A place in the order of all events of one store. Opaque: compare positions, never calculate with them.
 * Every event's position is greater than `ORIGIN`, the place before the first event.
 */
export type Position = t.Branded<number, PositionBrand>
export const Position = branded<Position, number>(wholeNumber('a position: 0, 1, 2, ...'))

/** What a store, or a read model that keeps many as bare numbers, knows to be a position. */
export const toPosition = (number: number): Position => number as Position

/** The later of two. */
export const laterOf = (one: Position, other: Position): Position => (one > other ? one : other)

export const ORIGIN: Position = toPosition(0)
