/** Waiting for other connections without holding up the event loop, as SQLite's own waiting would. */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Tell } from '../../domain/ports/logger.js'
import { codeOf } from './driver/index.js'

/** Another connection stands in the way; the same call may succeed a moment later. */
export const isBusy = (error: unknown): boolean => /^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(codeOf(error))

/** With jitter, so that those who were turned away together do not come back together. */
const pauseForLock = (): Promise<void> => sleep(1 + Math.random() * 4)

/** So long a lock is waited for in silence, in milliseconds. */
const SILENT = 1000

/** Tells that a lock is waited for long; of several who do at the same time, of one. */
export const tellingOfWaits = (path: string, tell: Tell): (() => void) => {
  let toldAt = Number.NEGATIVE_INFINITY
  return () => {
    const now = performance.now()
    if (now - toldAt < SILENT) return
    toldAt = now
    tell('lock-waited-for', `Another process has held a lock of ${path} for over a second; it is waited for.`, { path })
  }
}

/** Attempts it again while it is busy; rejects with its error when that is another one, or the time is over. `waits` hears of a long one. */
export const whenFree = async <A>(
  timeoutMs: number,
  attempt: () => A,
  waits: () => void = () => undefined,
): Promise<A> => {
  const begun = performance.now()
  for (;;) {
    try {
      return attempt()
    } catch (error) {
      const waited = performance.now() - begun
      if (!isBusy(error) || waited >= timeoutMs) throw error
      if (waited >= SILENT) waits()
    }
    await pauseForLock()
  }
}

/**
 * How those share the write lock who write through one file. SQLite gives it to whoever asks when it is free, and one who
 * writes all the time hardly leaves it free. So who waits for it says so, by an empty file beside the other; and who sees
 * that file takes it away and leaves the lock alone, for longer than it takes those who wait to ask again. Nothing depends
 * on it: without it, only, they wait longer.
 */
export interface LockFairness {
  /** Waits, when others are to have the lock. */
  readonly leaveToOthers: () => Promise<void>
  /** Another connection has the lock: waits until it is time to ask again. */
  readonly waitForLock: () => Promise<void>
  /** The lock was waited for, and had. */
  readonly taken: () => void
}

/** In milliseconds: how long the lock is kept at least, for how long it is left alone then, how soon it is asked for again. */
const KEPT = 5
const LEFT_ALONE = 3
const ASKED_AGAIN = 1

/**
 * @param file the file of the database, where a link leads to
 * @param longWait hears of a lock that is waited for long
 */
export const lockFairness = (file: string, longWait: () => void): LockFairness => {
  const waiting = `${file}-waiting`
  let keptSince = 0
  let waits = false
  let waitsSince = 0

  return {
    leaveToOthers: async () => {
      if (waits || performance.now() - keptSince < KEPT) return
      if (existsSync(waiting)) {
        harmlessly(() => rmSync(waiting, { force: true }))
        await sleep(LEFT_ALONE)
      }
      keptSince = performance.now()
    },
    waitForLock: async () => {
      if (!waits) waitsSince = performance.now()
      else if (performance.now() - waitsSince >= SILENT) longWait()
      waits = true
      if (!existsSync(waiting)) harmlessly(() => writeFileSync(waiting, '', { flag: 'wx' }))
      await sleep(ASKED_AGAIN * (1 + Math.random() / 2))
    },
    taken: () => {
      if (!waits) return
      waits = false
      keptSince = performance.now()
      harmlessly(() => rmSync(waiting, { force: true }))
    },
  }
}

/** A disk that is full, or a folder that another may not write: then nobody is told. */
const harmlessly = (tell: () => void): void => {
  try {
    tell()
  } catch {
    // Who waits has the lock when it happens to be free.
  }
}
