/** What SQLite's errors mean. */
import { EventStoreError } from '../../domain/ports/event-store.js'
import { codeOf, OUT_OF_RANGE } from './driver/index.js'

/** SQLite's own words and code: "database or disk is full (SQLITE_FULL)". */
export const reasonOf = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error)
  return codeOf(error) === '' ? message : `${message} (${codeOf(error)})`
}

export const isFull = (error: unknown): boolean => codeOf(error) === 'SQLITE_FULL'

const DAMAGE = new RegExp(`^(SQLITE_CORRUPT|SQLITE_NOTADB|${OUT_OF_RANGE})`)

/** What a read rejects with. */
export const readErrorOf = (error: unknown): EventStoreError => {
  if (error instanceof EventStoreError) return error
  return DAMAGE.test(codeOf(error))
    ? new EventStoreError('damaged', `the file is damaged, restore it from a backup: ${reasonOf(error)}`, {
        cause: error,
      })
    : new EventStoreError('unavailable', reasonOf(error), { cause: error })
}
