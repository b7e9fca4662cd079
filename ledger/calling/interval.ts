/** The bounds of an interval, where they are times. */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { type Day, dayOf, isDayText } from '../../domain/values/day.js'
import { hasNoZone, instant } from '../../domain/values/instant.js'

/** The times of an interval: a date alone is all of that day, from its first moment or up to its last. */
const bound = (end: keyof Day): t.Type<string> =>
  new t.Type<string>(
    'a time as an ISO 8601 text (2026-05-03, 2026-05-03[Europe/Madrid], 2026-05-03T14:00:00Z) or a Date',
    instant.is,
    (value, context) => {
      const day = isDayText(value) ? dayOf(value) : undefined
      if (day !== undefined) return t.success(new Date(day[end]).toISOString())
      const time = instant.validate(value, context)
      return E.isRight(time) || (typeof value === 'string' && hasNoZone(value)) ? time : t.failure(value, context)
    },
    instant.encode,
  )
export const FirstTime = bound('first')
export const LastTime = bound('last')
