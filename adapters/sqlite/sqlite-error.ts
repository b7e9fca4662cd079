/** What SQLite's errors mean. */
import { SqliteError } from 'better-sqlite3'
import { EventStoreError } from '../../domain/event-store.js'

/** The extended result code, such as `SQLITE_IOERR_FSYNC`; empty for an error that is not SQLite's. */
export const codeOf = (error: unknown): string => (error instanceof SqliteError ? error.code : '')

/** SQLite's own words and code: "database or disk is full (SQLITE_FULL)". */
export const reasonOf = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error)
  return codeOf(error) === '' ? message : `${message} (${codeOf(error)})`
}

export const isFull = (error: unknown): boolean => codeOf(error) === 'SQLITE_FULL'

/** What a read rejects with. */
export const readErrorOf = (error: unknown): EventStoreError => {
  if (error instanceof EventStoreError) return error
  return /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error))
    ? new EventStoreError('damaged', `the file is damaged, restore it from a backup: ${reasonOf(error)}`, {
        cause: error,
      })
    : new EventStoreError('unavailable', reasonOf(error), { cause: error })
}
