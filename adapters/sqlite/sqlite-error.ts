/** What SQLite's errors mean. */

import { type AppendError, EventStoreError } from '../../domain/ports/event-store.js'
import { messageOf } from '../../domain/values/built-ins.js'
import { damaged } from './damage.js'
import { codeOf, OUT_OF_RANGE } from './driver/index.js'

/** SQLite's own words and code: "database or disk is full (SQLITE_FULL)". */
export const reasonOf = (error: unknown): string => {
  const message = messageOf(error)
  return codeOf(error) === '' ? message : `${message} (${codeOf(error)})`
}

export const isFull = (error: unknown): boolean => codeOf(error) === 'SQLITE_FULL'

/** Of pages that cannot be read, and of rows that stand where there should be none. */
const DAMAGE = new RegExp(
  `^(SQLITE_CORRUPT|SQLITE_NOTADB|SQLITE_IOERR_(SHORT_READ|CORRUPTFS|DATA)|SQLITE_CONSTRAINT_(PRIMARYKEY|ROWID|UNIQUE|FOREIGNKEY)|${OUT_OF_RANGE})`,
)

export const isDamage = (error: unknown): boolean =>
  error instanceof EventStoreError ? error.code === 'damaged' : DAMAGE.test(codeOf(error))

/** What a read rejects with. */
export const readErrorOf = (error: unknown): EventStoreError => {
  if (error instanceof EventStoreError) return error
  if (isDamage(error)) return damaged(`the file cannot be read as a whole (${reasonOf(error)})`, error)
  if (codeOf(error) === 'SQLITE_ERROR' && /no such (table|column)/.test(reasonOf(error)))
    return new EventStoreError('unavailable', BROUGHT_FURTHER, { cause: error })
  return new EventStoreError('unavailable', reasonOf(error), { cause: error })
}

const BROUGHT_FURTHER = 'another process brought the file to the format of a newer release: open it again'

/** What is said of an append whose group failed, in its commit or before. */
export const appendFailureOf = (error: unknown, stream: string, committing: boolean): AppendError => {
  if (committing && !isFull(error)) return { _tag: 'unknown-outcome', reason: reasonOf(error) }
  const { code, message } = readErrorOf(error)
  const reason = `nothing was written: ${message}`
  return code === 'damaged' ? { _tag: 'damaged', stream, reason } : { _tag: 'unavailable', reason }
}
