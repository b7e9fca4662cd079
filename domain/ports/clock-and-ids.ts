/** The only sources of time and randomness. */
import * as E from 'fp-ts/lib/Either.js'
import { decodeWith, instant } from '../values/codec.js'

export interface Clock {
  /** The time of day: what is recorded. It may be set, and step back. */
  readonly now: () => Date
  /** Milliseconds since some beginning, for deadlines: it only goes forward, whatever the time is set to. */
  readonly monotonic: () => number
  /** Waits; less, if the signal aborts. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>
}

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
export const timeOf = ({ now }: Pick<Clock, 'now'>): E.Either<BadClock, string> => {
  const time: unknown = now()
  const decoded = decodeWith(instant)(time)
  if (E.isRight(decoded)) return decoded
  const isDate = time instanceof Date && !Number.isNaN(time.getTime())
  return E.left({ _tag: 'bad-clock', gave: isDate ? time.toISOString() : String(time) })
}

export const describeBadClock = ({ gave }: BadClock): string =>
  `the clock gave ${gave}, which cannot be recorded: it must give a Date of the years 0 to 9999; set it right`
