/**
 * The clock of the file system that a store lies on: the one that dates its files, whichever machine puts them and
 * whatever that machine takes the time to be.
 */
import { open, rm } from 'node:fs/promises'
import { whenOpenable } from '../shared/open-files.js'

/** A difference from the clocks of this machine is believed so long, by each of them: one of them stands still while it sleeps. */
const BELIEVED_MS = 10_000

interface Reading {
  readonly time: number
  readonly monotonic: number
  readonly wall: number
}

/** @param temporaryName a name in the file system for a file that is made and removed */
export const fileSystemClock = (temporaryName: () => string): (() => Promise<Date>) => {
  let reading: Promise<Reading> | undefined

  const read = async (): Promise<Reading> => {
    const path = temporaryName()
    const handle = await whenOpenable(() => open(path, 'wx'))
    try {
      const { mtimeMs } = await handle.stat()
      return { time: mtimeMs, monotonic: performance.now(), wall: Date.now() }
    } finally {
      await handle.close()
      await rm(path, { force: true })
    }
  }

  return async () => {
    for (;;) {
      reading ??= read()
      const mine = reading
      const { time, monotonic, wall } = await mine.catch((cause: unknown) => {
        if (reading === mine) reading = undefined
        throw cause
      })
      const passed = performance.now() - monotonic
      if (passed < BELIEVED_MS && Math.abs(Date.now() - wall - passed) < BELIEVED_MS) return new Date(time + passed)
      if (reading === mine) reading = undefined
    }
  }
}
