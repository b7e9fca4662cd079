/**
 * Which time a position has, and which position a time. The time of a position is the latest `recordedAt`
 * up to it, so time never runs backwards along positions.
 */
import { ORIGIN } from '../../domain/ports/event-store.js'
import { countUpTo } from './timeline.js'

/** One entry for each time that differs from the one before, with the first and the last event that have it. */
export interface PositionTimes {
  readonly times: number[]
  readonly firsts: number[]
  readonly lasts: number[]
}

export const noPositionTimes = (): PositionTimes => ({ times: [], firsts: [], lasts: [] })

/** Takes an event in; answers its time. */
export const recordTime = ({ times, firsts, lasts }: PositionTimes, position: number, recordedAt: number): number => {
  const newest = times.length - 1
  const before = times[newest]
  if (before !== undefined && recordedAt <= before) {
    lasts[newest] = position
    return before
  }
  times.push(recordedAt)
  firsts.push(position)
  lasts.push(position)
  return recordedAt
}

/** The last position whose time is not later; `ORIGIN` where everything is later. */
export const positionAt = ({ times, lasts }: PositionTimes, time: number): number =>
  lasts[countUpTo(times, time) - 1] ?? ORIGIN

/** The time of the position of an event that was recorded at a time: ISO 8601, UTC. */
export const timeOfEvent = (known: PositionTimes, position: number, recordedAt: string): string =>
  new Date(timeOf(known, position) ?? recordedAt).toISOString()

/** The time of a position; `undefined` for positions before the first event. */
export const timeOf = ({ times, firsts }: PositionTimes, position: number): number | undefined =>
  times[countUpTo(firsts, position) - 1]
