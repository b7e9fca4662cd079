/** The only sources of time and randomness. */
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
