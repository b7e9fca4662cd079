import * as E from 'fp-ts/lib/Either.js'
import { type Database, driver } from '../../adapters/sqlite/driver/index.js'
import { type SqliteEventStoreOptions, sqliteEventStore } from '../../adapters/sqlite/index.js'
import type { EventStore } from '../../domain/ports/event-store.js'

/** Opens a store, or throws why it could not be opened. */
export const openSqlite = async (options: SqliteEventStoreOptions): Promise<EventStore> => {
  const opened = await sqliteEventStore(options)()
  if (E.isLeft(opened)) throw new Error(opened.left.reason)
  return opened.right
}

const loaded = await driver()
if (E.isLeft(loaded)) throw new Error(loaded.left)

/** A connection of somebody else's, as another process would have it; it waits for no lock. */
export const openConnection = (path: string): Database => loaded.right.open(path, { busyTimeoutMs: 0 })
