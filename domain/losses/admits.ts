/** Whether a loss could have been accepted as an event says. */
import type { Answer } from '../values/answer.js'
import type { ReadonlyState } from '../values/decider.js'
import { type Admitted, admitted, allAdmit, impossible } from '../values/impossible.js'
import { lossBetween } from '../values/loss.js'
import { isThatValue } from '../values/past.js'
import type { LossEvent } from './events.js'
import type { LossesState } from './state.js'

/**
 * What was there of the lost events nobody can say. The end that was noted and the one that was found are those of one
 * store, whose positions an import leaves behind: they are held to each other alone.
 */
export const admits = ({ accepted }: ReadonlyState<LossesState>, event: LossEvent): Admitted => {
  const { noted, found } = event
  const { first, last } = lossBetween(noted, found)
  return allAdmit(
    () => isThatValue('the first position that is lost', event.first ?? null, first ?? null),
    () => isThatValue('the last position that is lost', event.last, last),
    () => isAtMost('the events that were noted', noted.events, noted.position),
    () => isAtMost('the events that were found', found.events, found.position),
    () => isThatValue('whether events were found', found.leaf !== undefined, found.position > 0),
    () => (found.leaf === noted.leaf || accepted?.leaf === noted.leaf ? NOTHING_LOST : admitted),
  )
}

/** Each has a position of its own. */
const isAtMost = (what: string, events: number, position: number): Admitted =>
  events <= position
    ? admitted
    : impossible({ _tag: 'says-otherwise', of: what, says: events, was: `at most ${position}` })

const NOTHING_LOST = impossible({ _tag: 'changes-nothing', of: 'the history, of which nothing was lost' })

/** A command that accepts a loss changes something, or is refused. */
export const admitsAnswer = (_state: ReadonlyState<LossesState>, _answer: Answer): Admitted => NOTHING_LOST
