/** Time and randomness of the machine. */
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock, Ids } from '../../domain/ports/clock-and-ids.js'

/** The time of this machine. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  sleep: async (milliseconds, signal) => {
    const options = signal === undefined ? {} : { signal }
    try {
      for (let left = milliseconds; left > 0; left -= LONGEST) await wait(Math.min(left, LONGEST), undefined, options)
    } catch (error) {
      if (signal?.aborted !== true) throw error
    }
  },
}

/** A timer of Node takes no more milliseconds than this, some 24 days; of a longer one it makes 1. */
const LONGEST = 2 ** 31 - 1

/** Random UUIDs and numbers. */
export const systemIds: Ids = { next: () => randomUUID(), fraction: Math.random }
