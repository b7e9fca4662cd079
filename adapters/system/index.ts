/** Time and randomness of the machine. */
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock, Ids } from '../../domain/sources.js'

export const systemClock: Clock = { now: () => new Date(), sleep: (milliseconds) => wait(milliseconds) }

export const systemIds: Ids = { next: () => randomUUID(), fraction: Math.random }
