/**
 * Which time a position has, and which position a time. The time of a position is the latest `recordedAt`
 * up to it, so time never runs backwards along positions.
 */
import { ORIGIN, type Position } from '../domain/event-store.js'
import { countUpTo } from './timeline.js'

/** One entry for each time that differs from the one before, with the last position that has it. */
export interface Moments {
  readonly times: number[]
  readonly lasts: Position[]
}

export const noMoments = (): Moments => ({ times: [], lasts: [] })

/** Takes an event in; answers its time. */
export const observe = ({ times, lasts }: Moments, position: Position, recordedAt: number): number => {
  const last = times.length - 1
  const before = times[last]
  if (before !== undefined && !(recordedAt > before)) {
    lasts[last] = position
    return before
  }
  times.push(recordedAt)
  lasts.push(position)
  return recordedAt
}

/** The last position whose time is not later; `ORIGIN` where everything is later. */
export const positionAt = ({ times, lasts }: Moments, time: number): Position =>
  lasts[countUpTo(times, time) - 1] ?? ORIGIN

/** The time of a position; that of the first event for positions before it, and `undefined` without events. */
export const timeOf = ({ times, lasts }: Moments, position: Position): number | undefined => {
  const earlier = countUpTo(lasts, position)
  return lasts[earlier - 1] === position ? times[earlier - 1] : (times[earlier] ?? times[earlier - 1])
}
