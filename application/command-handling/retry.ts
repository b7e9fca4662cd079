/** How long is waited before something is tried again. */
import type { Ids } from '../../domain/ports/clock-and-ids.js'

/** A pause that grows from about a millisecond to about a fifth of a second, with jitter. */
export const backOff = (attempt: number, { fraction }: Ids): number => (0.5 + fraction()) * Math.min(2 ** attempt, 200)
