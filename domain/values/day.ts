/** Whole days: what people mean by a date that has no time. */

/** The first and the last millisecond of a day, both included. */
export interface Day {
  readonly first: number
  readonly last: number
}

/** Whether a text has the form of a date alone, maybe with a time zone in brackets behind it (RFC 9557). */
export const isDayText = (value: unknown): value is string => typeof value === 'string' && DAY.test(value)

/** The day of a text such as `2026-05-03`, in UTC, or `2026-05-03[Europe/Madrid]`; `undefined` where there is none. */
export const dayOf = (text: string): Day | undefined => {
  const [, date = '', zone = 'UTC'] = DAY.exec(text) ?? []
  const midnight = Date.parse(`${date}T00:00Z`)
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(date)) return undefined
  const localTime = clockOf(zone)
  if (localTime === undefined) return undefined
  return { first: firstAt(midnight, localTime), last: firstAt(midnight + LENGTH, localTime) - 1 }
}

const DAY = /^(\d{4}-\d{2}-\d{2})(?:\[([^\]]+)\])?$/
const HOUR = 3600 * 1000
const LENGTH = 24 * HOUR

/** What the clocks of a zone show, as the time at which those of UTC show the same; `undefined` for a zone that is none. */
const clockOf = (zone: string): ((time: number) => number) | undefined => {
  if (zone === 'UTC') return (time) => time
  try {
    const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
    return (time) => {
      const offset = format.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? ''
      const [, sign, hours = 0, minutes = 0, seconds = 0] = /([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(offset) ?? []
      const ahead = Number(hours) * HOUR + Number(minutes) * 60_000 + Number(seconds) * 1000
      return sign === '-' ? time - ahead : time + ahead
    }
  } catch {
    return undefined
  }
}

/** The first millisecond at which the clocks of a zone have reached a midnight: it may be one that they jump over. */
const firstAt = (midnight: number, localTime: (time: number) => number): number => {
  let [before, first] = [midnight - LENGTH, midnight + LENGTH]
  while (first - before > 1) {
    const middle = Math.floor((before + first) / 2)
    if (localTime(middle) < midnight) before = middle
    else first = middle
  }
  return first
}
