/** The id of the ledger, in a table that holds one row at most. */
import { EventStoreError } from '../../domain/ports/event-store.js'
import { LedgerId } from '../../domain/ports/ledger-id.js'
import type { Database } from './driver/index.js'

/** A file of format 1 that was opened for reading only has no such table. */
export const ledgerIdIn = (database: Database): LedgerId | undefined => {
  const tables = database.prepare<[], readonly [string]>("SELECT name FROM sqlite_schema WHERE name = 'ledger'")
  if (tables.get() === undefined) return undefined
  const id = database.prepare<[], readonly [string]>('SELECT id FROM ledger').get()?.[0]
  if (id === undefined || LedgerId.is(id)) return id
  throw new EventStoreError('damaged', `the id of the ledger is ${JSON.stringify(id)}: it was changed`)
}

/** The same; throws where it is another than was noted of the same history: whose that is does not change once it has begun. */
export const unchangedLedgerId = (database: Database, noted: LedgerId | undefined): LedgerId | undefined => {
  const id = ledgerIdIn(database)
  if (id === undefined || noted === undefined || id === noted) return id
  throw new EventStoreError('damaged', `the id of the ledger is ${id}, and was ${noted}: it was changed`)
}

/** Within a transaction: gives it an id where it has none. */
export const giveLedgerId = (database: Database, id: LedgerId): void =>
  void database.prepare<[string], never>('INSERT OR IGNORE INTO ledger (one, id) VALUES (1, ?)').run(id)

export const setLedgerIdIn = (database: Database, id: LedgerId, expected: LedgerId | undefined): LedgerId => {
  let now = id
  database.immediately(() => {
    const present = ledgerIdIn(database)
    if (present === expected || present === undefined) {
      database.prepare<[string], never>('INSERT OR REPLACE INTO ledger (one, id) VALUES (1, ?)').run(id)
    } else now = present
  })
  return now
}
