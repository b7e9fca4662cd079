/** Where a history ends, and the end of one that is gone. */
import * as t from 'io-ts'
import { record, wholeNumber } from './codec.js'
import { Digest } from './digest.js'
import { instant } from './instant.js'
import { Position } from './position.js'

const EventCount = wholeNumber('a number of events: 0, 1, 2, ...')

/** A position of an event; there is none before the first. */
const PositionOfEvent = t.refinement(Position, (position) => position > 0, 'a position of an event: 1, 2, 3, ...')

/** The last event of a history: how many there were with it, its position, its leaf hash, and when it was recorded. */
export const HistoryEnd = record(
  'the end of a history',
  { events: EventCount, position: PositionOfEvent, leaf: Digest },
  { recordedAt: instant },
)
export type HistoryEnd = t.TypeOf<typeof HistoryEnd>

/** What is there of a history; without a leaf hash and a time where that is nothing. */
export const FoundEnd = record(
  'what is there of a history',
  { events: EventCount, position: Position },
  { leaf: Digest, recordedAt: instant },
)
export type FoundEnd = t.TypeOf<typeof FoundEnd>

/** What is said of a loss: what is gone, and what is there. */
export const lossMembers = {
  /** The last position that is lost. */
  last: PositionOfEvent,
  /** How the history ended when its end was last noted. */
  noted: HistoryEnd,
  /** How it ends now. */
  found: FoundEnd,
}
/** The first position that is lost; absent where other events stand at some of them, so that nobody knows. */
export const lossFirst = { first: PositionOfEvent }

/** Events that were acknowledged and are not there any more. */
export const Loss = record('a loss of events', lossMembers, lossFirst)
export type Loss = t.TypeOf<typeof Loss>

/** The loss that lies between the end that was noted and the one that is there. */
export const lossBetween = (noted: HistoryEnd, found: FoundEnd): Loss =>
  found.position < noted.position
    ? { first: nextTo(found.position), last: noted.position, noted, found }
    : { last: noted.position, noted, found }

const nextTo = (position: Position): Position => (position + 1) as Position
