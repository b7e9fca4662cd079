/** From a moment to a position, and from a position to its time. */
import * as E from 'fp-ts/lib/Either.js'
import { ORIGIN, type Position, toPosition } from '../../domain/ports/event-store.js'
import { decodeWith, shown } from '../../domain/values/codec.js'
import { instant } from '../../domain/values/instant.js'
import { positionAt, timeOf } from '../../projections/storage/position-times.js'
import type { Known } from './model.js'

/** What `at` means: a position, or the last one whose time is not later than a time. */
export const momentOf = <States>(
  { positionTimes, checkpoint }: Known<States>,
  when: number | Date | string | undefined,
): E.Either<{ readonly _tag: 'bad-moment'; readonly expected: string; readonly actual: string }, Position> => {
  if (when === undefined) return E.right(checkpoint)
  if (typeof when === 'number') {
    return Number.isSafeInteger(when) && when >= ORIGIN && when <= checkpoint
      ? E.right(toPosition(when))
      : E.left({ _tag: 'bad-moment', expected: `a position from ${ORIGIN} to ${checkpoint}`, actual: shown(when) })
  }
  const time = decodeWith(instant)(typeof when === 'string' && /^\d{4}-\d\d-\d\d$/.test(when) ? `${when}T00:00Z` : when)
  return E.isLeft(time)
    ? E.left({
        _tag: 'bad-moment',
        expected: 'a position, a Date, or an ISO 8601 text such as 2026-05-03T14:00:00Z',
        actual: shown(when),
      })
    : E.right(toPosition(positionAt(positionTimes, Date.parse(time.right))))
}

/** The time of a position as an ISO 8601 text; `null` before the first event. */
export const timeAt = ({ positionTimes }: Pick<Known<unknown>, 'positionTimes'>, position: number): string | null => {
  const time = timeOf(positionTimes, position)
  return time === undefined ? null : new Date(time).toISOString()
}
