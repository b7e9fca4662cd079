/** Waiting for other connections without holding up the event loop, as SQLite's own waiting would. */
import { setTimeout as sleep } from 'node:timers/promises'
import { codeOf } from './driver/index.js'

/** Another connection stands in the way; the same call may succeed a moment later. */
export const isBusy = (error: unknown): boolean => /^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(codeOf(error))

/** With jitter, so that those who were turned away together do not come back together. */
export const pauseForLock = (): Promise<void> => sleep(1 + Math.random() * 4)

/** Attempts it again while it is busy; rejects with its error when that is another one, or the time is over. */
export const whenFree = async <A>(timeoutMs: number, attempt: () => A): Promise<A> => {
  const giveUpAt = performance.now() + timeoutMs
  for (;;) {
    try {
      return attempt()
    } catch (error) {
      if (!isBusy(error) || performance.now() >= giveUpAt) throw error
    }
    await pauseForLock()
  }
}
