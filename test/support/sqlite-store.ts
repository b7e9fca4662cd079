import * as E from 'fp-ts/lib/Either.js'
import { type SqliteEventStoreOptions, sqliteEventStore } from '../../adapters/sqlite/index.js'
import type { EventStore } from '../../domain/event-store.js'

/** Opens a store, or throws why it could not be opened. */
export const openSqlite = async (options: SqliteEventStoreOptions): Promise<EventStore> => {
  const opened = await sqliteEventStore(options)()
  if (E.isLeft(opened)) throw new Error(opened.left.reason)
  return opened.right
}
