/** The only sources of time and randomness. */

import * as E from 'fp-ts/lib/Either.js'
import { isDate, isError } from '../values/built-ins.js'
import { decodeWith, shown } from '../values/codec.js'
import { instant } from '../values/instant.js'

/** Tells the time, and waits. */
export interface Clock {
  /** The time of day: what is recorded. It may be set, and step back. */
  readonly now: () => Date
  /** Milliseconds since some beginning, for deadlines: it only goes forward, whatever the time is set to. */
  readonly monotonic: () => number
  /**
   * Waits; less, if the signal aborts. A timer that is left running then, some of them for hours, keeps the process up
   * though the ledger was closed; `setTimeout` of `node:timers/promises` takes the signal.
   */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>
  /**
   * Calls again and again, after so many milliseconds each, until what it answers is called; the process is not kept up for
   * it. By the timers of the machine where a clock has none of its own.
   */
  readonly every?: (milliseconds: number, call: () => Promise<void>) => () => void
}

/** Gives new ids, and numbers at random. */
export interface Ids {
  /** A new id, unlike every other. */
  readonly next: () => string
  /** A number in [0, 1), for jitter. */
  readonly fraction: () => number
}

/** The clock gives no time that can be recorded: no date at all, or one whose year does not have four digits. Nothing was done. */
export interface BadClock {
  readonly _tag: 'bad-clock'
  /** What it gave. */
  readonly gave: string
}

/** The time of day as it is recorded: UTC, ISO 8601, with milliseconds. */
export const timeOf = (clock: Pick<Clock, 'now'>): E.Either<BadClock, string> => {
  const bad = (gave: string) => E.left({ _tag: 'bad-clock' as const, gave })
  try {
    const time: unknown = clock.now()
    if (!isDate(time)) return bad(time === null ? 'null' : shown(time))
    const decoded = decodeWith(instant)(time)
    if (E.isRight(decoded)) return decoded
    return bad(Number.isNaN(time.getTime()) ? 'Invalid Date' : time.toISOString())
  } catch (error) {
    return bad(`an error (${isError(error) ? error.message : shown(error)})`)
  }
}

/** The same clock, of which nobody waits for a sleep whose signal has aborted, whether the clock heeds signals or not. */
export const heedingSignals = (clock: Clock): Clock => ({
  now: () => clock.now(),
  monotonic: () => clock.monotonic(),
  ...(clock.every === undefined ? {} : { every: clock.every.bind(clock) }),
  sleep: async (milliseconds, signal) => {
    if (signal === undefined) return clock.sleep(milliseconds)
    if (signal.aborted) return
    let wake = (): void => undefined
    const aborted = new Promise<void>((resolve) => {
      wake = resolve
    })
    signal.addEventListener('abort', wake, { once: true })
    try {
      await Promise.race([aborted, clock.sleep(milliseconds, signal)])
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      signal.removeEventListener('abort', wake)
    }
  },
})

export const describeBadClock = ({ gave }: BadClock): string =>
  `the clock gave ${gave}, which cannot be recorded: it must give a Date of the years 0 to 9999; set it right`
