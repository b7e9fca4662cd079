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

/** What a read rejects with; tables are gone where a newer release made others, and damaged else. */
export const readErrorOf = (error: unknown, isBroughtFurther: () => boolean): EventStoreError => {
  if (error instanceof EventStoreError) return error
  const lacksTables = codeOf(error) === 'SQLITE_ERROR' && /no such (table|column)/.test(reasonOf(error))
  if (lacksTables && isBroughtFurther()) return new EventStoreError('unavailable', BROUGHT_FURTHER, { cause: error })
  if (lacksTables || isDamage(error)) return damageOf(error)
  return new EventStoreError('unavailable', reasonOf(error), { cause: error })
}

const BROUGHT_FURTHER = 'another process brought the file to the format of a newer release: open it again'

/** What is said of an append that failed before anything of it was committed. */
export const notAppended = ({ code, message }: EventStoreError, stream: string): AppendError => {
  const reason = `nothing was written: ${message}`
  return code === 'damaged' ? { _tag: 'damaged', stream, reason } : { _tag: 'unavailable', reason }
}
