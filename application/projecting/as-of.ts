/** From a moment to a position, and from a position to its time. */
import * as E from 'fp-ts/lib/Either.js'
import { ORIGIN, type Position, toPosition } from '../../domain/ports/event-store.js'
import { decodeWith, shown } from '../../domain/values/codec.js'
import { type Day, dayOf, isDayText } from '../../domain/values/day.js'
import { hasNoZone, instant, NO_ZONE } from '../../domain/values/instant.js'
import { positionAt, timeOf } from '../../projections/storage/position-times.js'
import { endOfStep } from '../../projections/storage/steps.js'
import type { Known } from './model.js'

/** A moment that was asked for is none, or lies ahead. */
export interface BadMoment {
  readonly _tag: 'bad-moment'
  readonly expected: string
  readonly actual: string
}

/** A moment that is meant: a position, and the time that was asked for, where it was one. */
export interface Meant {
  readonly position: Position
  /** ISO 8601 */
  readonly asked?: string
}

/**
 * What `at` means: a position, or the last one whose time is not later than a time; inside a command, its end. A day means
 * its own end, which may lie ahead of `now` as long as the day has begun; another time may not, unless `now` is not told.
 * Only for a time it is asked.
 */
export const momentOf = <States>(
  { positionTimes, steps, checkpoint }: Known<States>,
  when: number | Date | string | undefined,
  now: () => number = () => Infinity,
): E.Either<BadMoment, Meant> => {
  if (when === undefined) return E.right({ position: checkpoint })
  const refused = (expected: string) => E.left({ _tag: 'bad-moment', expected, actual: shown(when) } as const)
  if (typeof when === 'number') {
    return Number.isSafeInteger(when) && when >= ORIGIN && when <= checkpoint
      ? E.right({ position: toPosition(endOfStep(steps, when)) })
      : refused(`a position from ${ORIGIN} to ${checkpoint}`)
  }
  const asked = isDayText(when) ? dayOf(when) : timeAlone(when)
  if (asked === undefined) return refused(typeof when === 'string' && hasNoZone(when) ? NO_ZONE : SOME_MOMENT)
  const latest = Math.max(now(), positionTimes.times.at(-1) ?? 0)
  if (asked.first > latest) return refused(`a time that has been: it is ${new Date(latest).toISOString()}`)
  return E.right({
    position: toPosition(endOfStep(steps, positionAt(positionTimes, asked.last))),
    asked: new Date(asked.last).toISOString(),
  })
}

const SOME_MOMENT =
  'a position, a Date, or an ISO 8601 text such as 2026-05-03T14:00:00Z, 2026-05-03 or 2026-05-03[Europe/Madrid]'

/** As a day of one millisecond. */
const timeAlone = (when: unknown): Day | undefined => {
  const time = decodeWith(instant)(when)
  if (E.isLeft(time)) return undefined
  const first = Date.parse(time.right)
  return { first, last: first }
}

/** The time of a position as an ISO 8601 text; `null` before the first event. */
export const timeAt = ({ positionTimes }: Pick<Known<unknown>, 'positionTimes'>, position: number): string | null => {
  const time = timeOf(positionTimes, position)
  return time === undefined ? null : new Date(time).toISOString()
}
