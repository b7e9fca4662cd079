/**
 * What one process at a time may have: SQLite's lock of a file of its own beside the events, in which nothing is ever written. The
 * operating system takes it from a process that ends, however it ends.
 */
import * as E from 'fp-ts/lib/Either.js'
import { EventStoreError, type Lock } from '../../domain/ports/event-store.js'
import { whenOpenable } from '../shared/open-files.js'
import { driver } from './driver/index.js'
import { isBusy } from './lock.js'

/** @param path the file of events, where a link leads to */
export const locksBeside = (path: string) => {
  const held = new Set<Lock>()

  /** Nothing while another connection has it, of this process or of another. */
  const take = async (name: string): Promise<Lock | undefined> => {
    const loaded = await driver()
    if (E.isLeft(loaded)) throw new EventStoreError('unavailable', loaded.left)
    const database = await whenOpenable(async () => loaded.right.open(`${path}-lock-${name}`, { busyTimeoutMs: 0 }))
    try {
      database.exec('BEGIN EXCLUSIVE')
    } catch (error) {
      database.close()
      if (isBusy(error)) return undefined
      throw error
    }
    const taken: Lock = {
      release: async () => {
        held.delete(taken)
        database.close()
      },
    }
    held.add(taken)
    return taken
  }

  return {
    take,
    releaseAll: (): void => {
      for (const each of held) void each.release()
    },
  }
}
