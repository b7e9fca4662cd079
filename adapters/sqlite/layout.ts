/** The tables of the file, of this format and of those before it (ADR 2, ADR 28). */
import { EVENT_FILE_APPLICATION_ID } from '../shared/event-file.js'
import { damaged } from './damage.js'
import type { Database } from './driver/index.js'

/** The layout of the tables below, kept in `user_version`. */
export const FORMAT = 3

/**
 * Positions are row numbers, given one after another: no event is ever deleted. Streams have small numbers, so that the
 * index of the events stays small; event ids have none. A name is found by its own index, and that there is none is
 * believed only if the index of the checksums knows none either.
 */
export const rowTables = ({ events, streams }: Layout): string => `
  CREATE TABLE ${streams} (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    crc INTEGER NOT NULL
  ) STRICT;

  CREATE INDEX streams_by_crc ON ${streams} (crc);

  CREATE TABLE ${events} (
    position INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL REFERENCES ${streams} (id),
    revision INTEGER NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    metadata TEXT NOT NULL,
    leaf BLOB NOT NULL,
    crc INTEGER NOT NULL,
    UNIQUE (stream, revision)
  ) STRICT;
`

export const TRIGGERS = `
  CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
  BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;

  CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events
  BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;

  CREATE TRIGGER streams_are_not_changed BEFORE UPDATE ON streams
  BEGIN SELECT RAISE(ABORT, 'streams are never renamed'); END;

  CREATE TRIGGER streams_are_not_deleted BEFORE DELETE ON streams
  BEGIN SELECT RAISE(ABORT, 'streams are never deleted'); END;
`

export const LEDGER = `
  CREATE TABLE IF NOT EXISTS ledger (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL
  ) STRICT;
`

/** The names of the tables of the rows that are read. */
export interface Layout {
  readonly events: string
  readonly streams: string
  /** Whether rows have checksums; those of earlier formats have none. */
  readonly checked: boolean
}

export const PRESENT: Layout = { events: 'events', streams: 'streams', checked: true }
const EARLIER: Layout = { events: 'events', streams: 'streams', checked: false }
/** In a file that is being brought to this format: what it had until all is copied, by names that no earlier release knows. */
export const COPIED: Layout = { events: 'events_before', streams: 'streams_before', checked: false }
/** And what is being made of it. */
export const BEING_MADE: Layout = { events: 'events_made', streams: 'streams_made', checked: true }

/** What a new file is made with. */
export const TABLES = `
  ${rowTables(PRESENT)} ${TRIGGERS} ${LEDGER}
  PRAGMA application_id = ${EVENT_FILE_APPLICATION_ID};
  PRAGMA user_version = ${FORMAT};
`

/** Tells whether another process brought the file to another format since. */
export const formatWatch = (database: Database): (() => boolean) => {
  const format = database.pragma('user_version')
  return () => database.pragma('user_version') !== format
}

export const layoutOf = (database: Database): Layout => {
  if (formatOf(database) < FORMAT) return EARLIER
  return isBeingMade(database) ? COPIED : PRESENT
}

/** @throws where the tables are those of a later format than the header says */
export const formatOf = (database: Database): number => {
  const format = Number(database.pragma('user_version'))
  if (format < FORMAT && (isBeingMade(database) || has(database, 'streams_by_crc')))
    throw damaged(`the header says format ${format}, and the tables are those of format ${FORMAT}`)
  return format
}

export const isBeingMade = (database: Database): boolean => has(database, COPIED.events)

const has = (database: Database, name: string): boolean =>
  database.prepare<[string], readonly [number]>('SELECT 1 FROM sqlite_schema WHERE name = ?').get(name) !== undefined
