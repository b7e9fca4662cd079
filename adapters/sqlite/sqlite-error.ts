/** What an error of SQLite means for the caller. */
import Database from 'better-sqlite3'
import { EventStoreError } from '../../domain/event-store.js'

/** Another connection stands in the way; the same call may succeed a moment later. */
export const isBusy = (error: unknown): boolean => /^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(codeOf(error))

export const isFull = (error: unknown): boolean => codeOf(error) === 'SQLITE_FULL'

/** As a read rejects with it. */
export const readErrorOf = (error: unknown): EventStoreError =>
  /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error))
    ? new EventStoreError('damaged', `the file is damaged: ${reasonOf(error)}; restore it from a backup`, {
        cause: error,
      })
    : new EventStoreError('unavailable', reasonOf(error), { cause: error })

/** SQLite's own words and code: "database or disk is full (SQLITE_FULL)". */
export const reasonOf = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error)
  return codeOf(error) === '' ? message : `${message} (${codeOf(error)})`
}

/** The extended result code, such as `SQLITE_IOERR_FSYNC`; empty for an error that is not SQLite's. */
export const codeOf = (error: unknown): string => (error instanceof Database.SqliteError ? error.code : '')
