/** Opening the file of an event store: whose file it is, its tables, and how safely it is written. */
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { codeOf, type Database, type Driver, driver } from './driver/index.js'
import { isBusy, whenFree } from './lock.js'
import { reasonOf } from './sqlite-error.js'

/** `full`: what was acknowledged survives the loss of power. `relaxed`: it survives the death of the process. */
export type Durability = 'full' | 'relaxed'

/** Why a store could not be opened. `reason` says what is wrong with which file, and what would be right. */
export interface OpenError {
  readonly _tag: 'not-an-event-store' | 'newer-format' | 'read-only' | 'locked' | 'cannot-open' | 'no-driver'
  readonly path: string
  readonly reason: string
}

/** Stands in the file's header and says that it is ours: "MdLg". */
const APPLICATION_ID = 0x4d644c67
/** The layout of the tables below, kept in `user_version`. */
const FORMAT = 1

/** How long SQLite itself may wait for a lock, and so hold up the event loop; only while opening. */
const OPENING_WAIT_MS = 50

/**
 * Positions are row numbers: as no event is ever deleted, they only grow and are never used again. Streams
 * have small numbers, so that the one index of the events stays small; event ids have none (ADR 2).
 */
const TABLES = `
  CREATE TABLE streams (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
  ) STRICT;

  CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL REFERENCES streams (id),
    revision INTEGER NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    metadata TEXT NOT NULL,
    UNIQUE (stream, revision)
  ) STRICT;

  CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
  BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;

  CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events
  BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;

  CREATE TRIGGER streams_are_not_changed BEFORE UPDATE ON streams
  BEGIN SELECT RAISE(ABORT, 'streams are never renamed'); END;

  CREATE TRIGGER streams_are_not_deleted BEFORE DELETE ON streams
  BEGIN SELECT RAISE(ABORT, 'streams are never deleted'); END;

  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${FORMAT};
`

interface Opening<A> {
  readonly path: string
  readonly durability: Durability
  /** How long to wait for other processes. */
  readonly busyTimeoutMs: number
  /** Makes of the database what is to be given; if it throws, the database is closed again. */
  readonly use: (database: Database) => A
}

/** Opens the file, and makes it if it is not there or empty. A file of somebody else's is left as it is. */
export const openDatabase =
  <A>(opening: Opening<A>): TE.TaskEither<OpenError, A> =>
  async () => {
    const unsuitable = whyUnsuitable(opening.path)
    if (unsuitable !== undefined) return E.left(unsuitable)
    const loaded = await driver()
    if (E.isLeft(loaded)) return E.left({ _tag: 'no-driver', path: opening.path, reason: loaded.left })
    try {
      return await whenFree(opening.busyTimeoutMs, () => openNow(opening, loaded.right))
    } catch (error) {
      return E.left(openErrorOf(opening, error))
    }
  }

/** What the file system can tell by itself, in better words than SQLite's. */
const whyUnsuitable = (path: string): OpenError | undefined => {
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
  for (const place of [folder, path]) {
    try {
      if (existsSync(place)) accessSync(place, constants.R_OK | constants.W_OK)
    } catch (error) {
      const reason = `this process may not read and write ${place}: change its permissions (${reasonOf(error)})`
      return { _tag: 'read-only', path, reason }
    }
  }
  return undefined
}

const openNow = <A>({ path, durability, use }: Opening<A>, { open }: Driver): E.Either<OpenError, A> => {
  // An absolute path, because SQLite may take a name that begins with "file:" for a URI.
  const database = open(resolve(path), { busyTimeoutMs: OPENING_WAIT_MS })
  try {
    const refusal = prepare(database, path, durability)
    if (refusal === undefined) return E.right(use(database))
    database.close()
    return E.left(refusal)
  } catch (error) {
    database.close()
    throw error
  }
}

/** Makes sure that the file is ours and says how it is written; or tells why that cannot be. */
const prepare = (database: Database, path: string, durability: Durability): OpenError | undefined => {
  if (isEmpty(database)) {
    database.pragma('journal_mode = WAL')
    database.immediately(() => {
      // Another process may have been quicker.
      if (isEmpty(database)) database.exec(TABLES)
    })
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
  if (header.application !== APPLICATION_ID) {
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
    const reason = `${path} is not an SQLite database: give the path of a model-ledger file, or of a new one`
    return { _tag: 'not-an-event-store', path, reason }
  }
  if (code.startsWith('SQLITE_READONLY')) {
    const reason = `${path}, or the folder it lies in, cannot be written by this process: change the permissions`
    return { _tag: 'read-only', path, reason }
  }
  return { _tag: 'cannot-open', path, reason: `${path} could not be opened: ${reasonOf(error)}` }
}
