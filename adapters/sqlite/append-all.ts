/**
 * Many appends as one: a single transaction, on a file that nobody else has open. What a killed process leaves of it is
 * in the write-ahead log and has no commit, so the next opening passes over it.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import * as E from 'fp-ts/lib/Either.js'
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import { type Append, type AppendAllError, type Position, tooLarge } from '../../domain/ports/event-store.js'
import { HAS_GONE_ON } from '../shared/append-all.js'
import { appendWithinTransaction, unavailable, unknownOutcome } from './append-queue.js'
import type { OpenedDatabase } from './database.js'
import { codeOf, type Database } from './driver/index.js'
import type { WatchedFiles } from './files-of.js'
import { isBusy, whenFree } from './lock.js'
import type { Reads } from './reads.js'
import { isFull, readErrorOf, reasonOf } from './sqlite-error.js'

/** So long others who have the file open may take to close it; a command that was under way does. */
const OTHERS_MS = 1000
/** Pages that the transaction keeps in memory, in KiB: with the usual few it writes many of them more than once. */
const CACHE_KIB = 64 * 1024

interface AloneOn {
  readonly database: OpenedDatabase
  readonly files: WatchedFiles
  readonly reads: Reads
  readonly isBroughtFurther: () => boolean
}

/**
 * @param first what comes first of the appends; `rest` answers what comes next, and `undefined` at the end
 */
export const appendAllOn = async (
  { database, files, reads, isBroughtFurther }: AloneOn,
  after: Position,
  first: ReadonlyNonEmptyArray<Append>,
  rest: () => Promise<ReadonlyNonEmptyArray<Append> | undefined>,
): Promise<E.Either<AppendAllError, Position>> => {
  const write = appendWithinTransaction(database, reads)
  const goneBefore = files.now()
  if (goneBefore !== undefined) return unavailable(goneBefore)
  try {
    await whenFree(OTHERS_MS, () => takeAlone(database))
    files.madeAnew()
  } catch (error) {
    return isBusy(error) ? E.left(IN_USE) : unavailable(reasonOf(error))
  }
  const cache = database.pragma('cache_size')
  database.pragma(`cache_size = -${CACHE_KIB}`)
  let committing = false
  try {
    database.exec('BEGIN IMMEDIATE')
    if (reads.lastPosition() !== after) return E.left(HAS_GONE_ON)
    for (let some: typeof first | undefined = first; some !== undefined; some = await rest()) {
      for (const append of some) {
        const refusal = tooLarge(append.events)
        const outcome = refusal === undefined ? write(append) : E.left(refusal)
        if (E.isLeft(outcome)) return outcome
      }
      await nextTurn()
    }
    const position = reads.lastPosition()
    committing = true
    database.exec('COMMIT')
    const gone = files.now()
    return gone === undefined ? E.right(position) : unknownOutcome(gone)
  } catch (error) {
    if (codeOf(error) === '') throw error
    if (committing && !isFull(error)) return unknownOutcome(reasonOf(error))
    const failure = readErrorOf(error, isBroughtFurther)
    if (failure.code === 'damaged') throw failure
    return unavailable(failure.message)
  } finally {
    undo(database)
    database.pragma(`cache_size = ${cache ?? 0}`)
    await letOthersInAgain(database)
    files.madeAnew()
  }
}

const IN_USE: AppendAllError = {
  _tag: 'in-use',
  reason: 'others have the event store open: close it everywhere else',
}

/** Leaving the write-ahead log and coming back to it needs the file alone, and keeps it, by its mode of locking. */
const takeAlone = (database: Database): void => {
  database.pragma('locking_mode = EXCLUSIVE')
  try {
    database.pragma('journal_mode = DELETE')
    database.pragma('journal_mode = WAL')
  } catch (error) {
    database.pragma('locking_mode = NORMAL')
    throw error
  }
}

/** The locks are let go by the first look at the file in the usual mode, which is to be chosen without the log. */
const letOthersIn = (database: Database): void => {
  database.pragma('journal_mode = DELETE')
  database.pragma('locking_mode = NORMAL')
  database.pragma('user_version')
  database.pragma('journal_mode = WAL')
}

/** Where it cannot be, they come in when this connection is closed. */
const letOthersInAgain = async (database: Database): Promise<void> => {
  try {
    await whenFree(OTHERS_MS, () => letOthersIn(database))
  } catch {
    // A full disk, say: what was committed stands.
  }
}

const undo = (database: Database): void => {
  try {
    if (database.isInTransaction()) database.exec('ROLLBACK')
  } catch {
    // SQLite gave the transaction up by itself.
  }
}
