/** Moments as texts. */

import * as t from 'io-ts'
import { isDate } from './built-ins.js'

/** A moment, as an ISO 8601 text with a time zone or a `Date`; decoded to UTC with milliseconds. */
export const instant: t.Type<string> = new t.Type<string>(
  'a moment as an ISO 8601 text with a time zone (2026-05-03T14:00:00Z) or a Date',
  (value): value is string => typeof value === 'string' && utc(value) !== undefined,
  (value, context) => {
    const decoded = utc(value)
    if (decoded !== undefined) return t.success(decoded)
    return typeof value === 'string' && hasNoZone(value)
      ? t.failure(value, context, NO_ZONE)
      : t.failure(value, context)
  },
  (value) => value,
)

/** What is wrong with a time that would be one with a time zone behind it. */
export const NO_ZONE = 'a time zone behind the time, such as 2026-05-03T14:00Z or 2026-05-03T14:00+02:00'
export const hasNoZone = (text: string): boolean => isMoment(`${text.replace(' ', 'T')}Z`)

const utc = (value: unknown): string | undefined => {
  if (typeof value === 'string' && isUtc(value)) return value
  const date = isDate(value) ? value : typeof value === 'string' && isMoment(value) ? new Date(value) : undefined
  if (date === undefined || Number.isNaN(date.getTime())) return undefined
  const text = date.toISOString()
  return ISO.test(text) ? text : undefined
}

/** Whether it is a moment as it is written here, which most are that were recorded: it comes back as it was. */
const isUtc = (text: string): boolean => {
  if (text.length !== UTC_LENGTH) return false
  const date = new Date(text)
  return !Number.isNaN(date.getTime()) && date.toISOString() === text
}
const UTC_LENGTH = '2026-05-03T14:00:00.000Z'.length

/** `Date` takes 30 February for 2 March. */
const isMoment = (text: string): boolean => {
  const day = new Date(text.slice(0, 10))
  return ISO.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, 10))
}
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/
