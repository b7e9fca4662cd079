/** Files of event stores as earlier releases made them, with the statements of those. */
import type { NewEvent } from '../../domain/ports/event-store.js'
import { openConnection } from './sqlite-store.js'

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

  PRAGMA application_id = ${0x4d644c67};
  PRAGMA user_version = 1;
`

const LEDGER = `
  CREATE TABLE ledger (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL
  ) STRICT;

  PRAGMA user_version = 2;
`

export interface EarlierWriter {
  /** Appends as the earlier release does: what it says where it fails is thrown. */
  readonly append: (stream: string, revision: number, event: NewEvent) => void
  readonly count: () => number
  readonly close: () => void
}

/** Opens the file, or makes it, as a release that knows this format at most. */
export const earlierWriter = (path: string, format: 1 | 2): EarlierWriter => {
  const database = openConnection(path)
  if (database.pragma('user_version') === 0) {
    database.immediately(() => {
      database.exec(TABLES)
      if (format === 2) database.exec(LEDGER)
    })
    database.pragma('journal_mode = WAL')
  }
  const findStream = database.prepare<[string], readonly [number, number | null]>(
    'SELECT id, (SELECT max(revision) FROM events WHERE stream = streams.id) FROM streams WHERE name = ?',
  )
  const addStream = database.prepare<[string], never>('INSERT INTO streams (name) VALUES (?)')
  const addEvent = database.prepare<[number, number, string, string, string, string], never>(
    'INSERT INTO events (stream, revision, id, type, data, metadata) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const count = database.prepare<[], readonly [number]>('SELECT count(*) FROM events')
  return {
    append: (stream, revision, { id, type, data, metadata }) =>
      database.immediately(() => {
        const number = findStream.get(stream)?.[0] ?? addStream.run(stream)
        addEvent.run(number, revision, id, type, data, metadata)
      }),
    count: () => count.get()?.[0] ?? 0,
    close: database.close,
  }
}

/** Fills a file of an earlier format at once; the streams come in turn, so many events each. */
export const fillEarlier = (
  path: string,
  format: 1 | 2,
  streams: ReadonlyArray<string>,
  each: number,
  eventOf: () => NewEvent,
): void => {
  earlierWriter(path, format).close()
  const database = openConnection(path)
  database.immediately(() => {
    for (const name of streams) database.prepare<[string], never>('INSERT INTO streams (name) VALUES (?)').run(name)
    const add = database.prepare<[number, number, string, string, string, string], never>(
      'INSERT INTO events (stream, revision, id, type, data, metadata) VALUES (?, ?, ?, ?, ?, ?)',
    )
    for (let revision = 0; revision < each; revision++) {
      for (const index of streams.keys()) {
        const { id, type, data, metadata } = eventOf()
        add.run(index + 1, revision, id, type, data, metadata)
      }
    }
  })
  database.close()
}
