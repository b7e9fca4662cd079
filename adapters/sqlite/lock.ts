import { setTimeout as sleep } from 'node:timers/promises'

/** Before trying again for a lock. With jitter, so that those who were turned away together do not return together. */
export const pauseForLock = (): Promise<void> => sleep(1 + Math.random() * 4)
