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

/** Of what is damage. */
export const damageOf = (error: unknown): EventStoreError =>
  error instanceof EventStoreError ? error : damaged(`the file cannot be read as a whole (${reasonOf(error)})`, error)

/** What a read rejects with, of a file that has a format, and had one when it was opened. */
export const readErrorOf = (error: unknown, { formatNow, format }: Formats): EventStoreError => {
  if (error instanceof EventStoreError) return error
  const lacksTables = codeOf(error) === 'SQLITE_ERROR' && /no such (table|column)/.test(reasonOf(error))
  if (lacksTables && formatNow() !== format)
    return new EventStoreError('unavailable', BROUGHT_FURTHER, { cause: error })
  if (lacksTables || isDamage(error)) return damageOf(error)
  return new EventStoreError('unavailable', reasonOf(error), { cause: error })
}

/** The layout of the tables, as the header says. */
export interface Formats {
  /** When it was opened. */
  readonly format: number
  readonly formatNow: () => number
}

const BROUGHT_FURTHER = 'another process brought the file to the format of a newer release: open it again'

/** What is said of an append whose group failed, in its commit or before. */
export const appendFailureOf = (error: unknown, stream: string, committing: boolean, formats: Formats): AppendError => {
  if (committing && !isFull(error)) return { _tag: 'unknown-outcome', reason: reasonOf(error) }
  const { code, message } = readErrorOf(error, formats)
  const reason = `nothing was written: ${message}`
  return code === 'damaged' ? { _tag: 'damaged', stream, reason } : { _tag: 'unavailable', reason }
}
