/** The only sources of time and randomness. */
export interface Clock {
  readonly now: () => Date
  /** Waits; less, if the signal aborts. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>
}

export interface Ids {
  /** A new id, unlike every other. */
  readonly next: () => string
  /** A number in [0, 1), for jitter. */
  readonly fraction: () => number
}
