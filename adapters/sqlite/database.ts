/** Opening the file of an event store: whose file it is, its tables, and how safely it is written. */
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Tell } from '../../domain/ports/logger.js'
import type { BadOption } from '../../domain/values/codec.js'
import { EVENT_FILE_APPLICATION_ID } from '../shared/event-file.js'
import { throwIfOutOfFiles, unlessOutOfFiles } from '../shared/open-files.js'
import { copyToRead } from './copy-to-read.js'
import { REMEDY } from './damage.js'
import { codeOf, type Database, type Driver, driver } from './driver/index.js'
import { wrongSize } from './file-size.js'
import { makeFile } from './files-of.js'
import { whyForeignLog } from './foreign-log.js'
import { FORMAT, TABLES } from './layout.js'
import { isBusy, whenFree } from './lock.js'
import { migrate } from './migration.js'
import { damageOf, isDamage, reasonOf } from './sqlite-error.js'

/** `full`: what was acknowledged survives the loss of power. `relaxed`: it survives the death of the process. */
export type Durability = 'full' | 'relaxed'

/** Why a store could not be opened. `reason` says what is wrong with which file, and what would be right. */
export type OpenError = CannotOpen | BadOption

export interface CannotOpen {
  readonly _tag:
    | 'not-an-event-store'
    | 'newer-format'
    | 'read-only'
    | 'locked'
    | 'cannot-open'
    | 'damaged-store'
    | 'no-driver'
  readonly path: string
  readonly reason: string
}

/** How long SQLite itself may wait for a lock, and so hold up the event loop; only while opening. */
const OPENING_WAIT_MS = 50

interface Opening<A> {
  readonly path: string
  readonly durability: Durability
  /** How long to wait for other processes. */
  readonly busyTimeoutMs: number
  /** Only to be read, also where it may not be written. */
  readonly readOnly: boolean
  readonly tell: Tell
  /** Hears that a lock is waited for long. */
  readonly longWait: () => void
  /** Makes of the database what is to be given; if it throws, the database is closed again. */
  readonly use: (database: OpenedDatabase) => A
}

/** With what is to be done when it is closed. */
export interface OpenedDatabase extends Database {
  /** The file that is read and written: the given one, or a copy of it. */
  readonly path: string
}

/**
 * Opens the file, and makes it if it is not there or empty. A file of somebody else's is left as it is. Rejects where too
 * many files are open to tell anything.
 */
export const openDatabase =
  <A>(opening: Opening<A>): TE.TaskEither<OpenError, A> =>
  async () => {
    const { path, readOnly, busyTimeoutMs, longWait } = opening
    const unsuitable = whyUnsuitable(path, readOnly)
    if (unsuitable !== undefined) return E.left(unsuitable)
    const foreignLog = await whyForeignLog(path)
    if (foreignLog !== undefined) return E.left(damagedStore(path, foreignLog))
    const loaded = await driver()
    if (E.isLeft(loaded)) return E.left({ _tag: 'no-driver', path, reason: loaded.left })
    // An absolute path, because SQLite may take a name that begins with "file:" for a URI.
    const place = resolve(path)
    const openAs = async (as: 'written' | 'read') => {
      const attempt = () => sayingWhy(() => openNow(opening, loaded.right, place, as))
      return inUse(opening, await whenFree(busyTimeoutMs, attempt, longWait))
    }
    try {
      if (!readOnly) return await openAs('written')
      // One that may be written is opened like any other: a connection that only reads cannot recover it after a crash.
      if (whyNotWritable(path) === undefined) return await openAs('written')
      return await openAs('read').catch((error: unknown) => openCopy(opening, loaded.right, error))
    } catch (error) {
      unlessOutOfFiles(error)
      return E.left(openErrorOf(opening, error))
    }
  }

/** Where SQLite cannot read the file in place: for that it must be able to lock it, and so to write beside it. */
const openCopy = async <A>(opening: Opening<A>, driver: Driver, why: unknown): Promise<E.Either<OpenError, A>> => {
  if (!/^SQLITE_(CANTOPEN|READONLY|IOERR|PERM)/.test(codeOf(why))) throw why
  const { path, tell } = opening
  const copy = await copyToRead(path)
  if (copy === undefined) {
    const reason = `${path} can only be read as a copy, and it changed while it was copied: try again when less is recorded`
    return E.left({ _tag: 'locked', path, reason })
  }
  const { bytes, remove } = copy
  tell(
    'read-as-copy',
    `${path} may not be written by this process, and SQLite cannot read it where it lies: a copy of ${bytes} bytes in a temporary folder is read. What others record from now on is not seen.`,
    { path, bytes },
  )
  try {
    const opened = sayingWhy(() => openNow({ ...opening, path }, driver, copy.path, 'written', remove))
    if (E.isLeft(opened)) remove()
    return await inUse(opening, opened)
  } catch (error) {
    remove()
    throw error
  }
}

/** What the file system can tell by itself, in better words than SQLite's. */
const whyUnsuitable = (path: string, readOnly: boolean): OpenError | undefined => {
  if (path === '' || path === ':memory:') {
    return { _tag: 'cannot-open', path, reason: `"${path}" names no file: give a path, or use the store in memory` }
  }
  const folder = dirname(resolve(path))
  if (!existsSync(folder)) {
    return { _tag: 'cannot-open', path, reason: `the folder ${folder} does not exist: make it first` }
  }
  if (existsSync(path) && statSync(path).isDirectory()) {
    return { _tag: 'not-an-event-store', path, reason: `${path} is a folder: give the path of a file in it` }
  }
  if (!readOnly) return whyNotWritable(path) ?? whyDamaged(path)
  try {
    accessSync(path, constants.R_OK)
    return whyDamaged(path)
  } catch (error) {
    return existsSync(path)
      ? {
          _tag: 'cannot-open',
          path,
          reason: `this process may not read ${path}: change its permissions (${reasonOf(error)})`,
        }
      : { _tag: 'cannot-open', path, reason: `there is no file ${path} to be read` }
  }
}

const whyDamaged = (path: string): OpenError | undefined => {
  const wrong = wrongSize(path)
  return wrong === undefined ? undefined : damagedStore(path, `${path} is damaged, ${wrong}: ${REMEDY}`)
}

const damagedStore = (path: string, reason: string): OpenError => ({ _tag: 'damaged-store', path, reason })

const whyNotWritable = (path: string): OpenError | undefined => {
  for (const place of [dirname(resolve(path)), path]) {
    try {
      if (existsSync(place)) accessSync(place, constants.R_OK | constants.W_OK)
    } catch (error) {
      const reason = `this process may not read and write ${place}: change its permissions, or open it with readOnly (${reasonOf(error)})`
      return { _tag: 'read-only', path, reason }
    }
  }
  return undefined
}

/** @param file what is opened: the path, or a copy of what lies there */
const openNow = (
  opening: Opening<unknown>,
  { open }: Driver,
  file: string,
  as: 'written' | 'read',
  whenClosed: () => void = () => undefined,
): E.Either<OpenError, OpenedDatabase> => {
  if (as === 'written') makeFile(file)
  const database = open(file, { busyTimeoutMs: OPENING_WAIT_MS, readOnly: as === 'read' })
  try {
    const refusal = as === 'read' ? whyForeign(database, opening.path) : prepare(database, opening)
    if (refusal === undefined) {
      const close = () => {
        database.close()
        whenClosed()
      }
      return E.right({ ...database, path: file, close })
    }
    database.close()
    return E.left(refusal)
  } catch (error) {
    database.close()
    throw error
  }
}

/** SQLite does not say that too many files are open. */
const sayingWhy = <A>(opened: () => A): A => {
  try {
    return opened()
  } catch (error) {
    if (codeOf(error).startsWith('SQLITE_CANTOPEN')) throwIfOutOfFiles()
    throw error
  }
}

/** Brings it to this format, if it is to be written, and gives it out. */
const inUse = async <A>(
  { path, busyTimeoutMs, readOnly, tell, longWait, use }: Opening<A>,
  opened: E.Either<OpenError, OpenedDatabase>,
): Promise<E.Either<OpenError, A>> => {
  if (E.isLeft(opened)) return opened
  const database = opened.right
  try {
    if (!readOnly) await migrate(database, busyTimeoutMs, (event, words) => tell(event, `${path} ${words}`, { path }))
    return E.right(await whenFree(busyTimeoutMs, () => use(database), longWait))
  } catch (error) {
    database.close()
    throw error
  }
}

/** Makes sure that the file is ours and says how it is written; or tells why that cannot be. */
const prepare = (database: Database, { path, durability }: Opening<unknown>): OpenError | undefined => {
  if (isEmpty(database)) {
    // Before there is a write-ahead log: so whose file it is stands in its header, which others read, from the beginning.
    database.immediately(() => {
      // Another process may have been quicker.
      if (!isEmpty(database)) return
      database.exec(TABLES)
    })
    // What comes next reads, by which the log is there and can be watched.
    database.pragma('journal_mode = WAL')
  }
  const foreign = whyForeign(database, path)
  if (foreign !== undefined) return foreign

  const mode = database.pragma('journal_mode = WAL')
  if (mode !== 'wal') {
    const reason = `${path} lies where SQLite cannot keep a write-ahead log (journal_mode ${mode}): use a local disk`
    return { _tag: 'cannot-open', path, reason }
  }
  database.pragma(`synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'}`)
  // On macOS fsync alone leaves data in the drive's cache; elsewhere this changes nothing.
  database.pragma(`fullfsync = ${durability === 'full' ? 'ON' : 'OFF'}`)
  database.pragma('busy_timeout = 0')
  return undefined
}

interface Header {
  readonly application: number
  readonly format: number
  readonly objects: number
}

const headerOf = (database: Database): Header => {
  const row = database
    .prepare<[], readonly [number, number, number]>(
      `SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
       FROM pragma_application_id, pragma_user_version`,
    )
    .get()
  const [application, format, objects] = row ?? [0, 0, 0]
  return { application, format, objects }
}

const isEmpty = (database: Database): boolean => {
  const header = headerOf(database)
  return header.application === 0 && header.format === 0 && header.objects === 0
}

const whyForeign = (database: Database, path: string): OpenError | undefined => {
  const header = headerOf(database)
  if (header.application !== EVENT_FILE_APPLICATION_ID) {
    const reason = `${path} is an SQLite database of another application: give the path of a model-ledger file, or of a new one`
    return { _tag: 'not-an-event-store', path, reason }
  }
  if (header.format > FORMAT) {
    const reason = `${path} has format ${header.format}, and this version of model-ledger knows format ${FORMAT} at most: install a newer one`
    return { _tag: 'newer-format', path, reason }
  }
  return undefined
}

const openErrorOf = ({ path, busyTimeoutMs }: Opening<unknown>, error: unknown): OpenError => {
  const code = codeOf(error)
  if (isBusy(error)) {
    const reason = `another process kept ${path} locked for ${busyTimeoutMs} ms: end that process, or wait longer`
    return { _tag: 'locked', path, reason }
  }
  if (code === 'SQLITE_NOTADB') {
    const reason = `${path} is not an SQLite database, or its beginning was overwritten: give the path of a model-ledger file, or of a new one; or ${REMEDY}`
    return { _tag: 'not-an-event-store', path, reason }
  }
  if (isDamage(error)) return damagedStore(path, `${path} cannot be opened: ${damageOf(error).message}`)
  // The statements are ours, and so should the tables be.
  if (code === 'SQLITE_ERROR')
    return damagedStore(path, `${path} has not the tables that its format says (${reasonOf(error)}): ${REMEDY}`)
  if (code.startsWith('SQLITE_READONLY')) {
    const reason = `${path}, or the folder it lies in, cannot be written by this process: change the permissions`
    return { _tag: 'read-only', path, reason }
  }
  return { _tag: 'cannot-open', path, reason: `${path} could not be opened: ${reasonOf(error)}` }
}
