/** A whole ledger as text and back, against the same rows and lines without their proof. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from '../adapters/sqlite/driver/index.js'
import { sqliteEventStore } from '../adapters/sqlite/index.js'
import { exportEvents, importEvents } from '../ledger/maintenance/import.js'
import { fill, versionsHistory } from './history.js'
import { type Benchmark, timed } from './measure.js'
import { allRows } from './reading.js'
import { opened, openSqlite, temporaryFolder } from './support.js'

export const exporting: Benchmark = {
  name: 'export',
  what: 'every event as a line with a chained SHA-256, against reading the rows and writing the same lines',
  unit: 'events/s',
  budget: null,
  prepare: async (size) => {
    const folder = await temporaryFolder()
    const path = join(folder, 'events.db')
    const store = await opened(sqliteEventStore({ path, durability: 'relaxed' }))
    const events = await fill(store, versionsHistory(size === 'full' ? 50_000 : 50, 10))
    const rows = await allRows(path)
    let written = 0
    return {
      ours: () =>
        timed(
          async () => {
            // The first and the last line are no events.
            written = -2
            for await (const _ of exportEvents(store)) written++
            return events
          },
          () => written,
        ),
      floor: () =>
        timed(
          () => {
            written = 0
            for (const page of rows.pages()) {
              for (const [, revision, id, type, data, metadata, stream] of page) {
                const names = { id: JSON.stringify(id), stream: JSON.stringify(stream), type: JSON.stringify(type) }
                const line = `{"data":${data},"id":${names.id},"metadata":${metadata},"revision":${revision},"stream":${names.stream},"type":${names.type}}\n`
                if (line.length > 0) written++
              }
            }
            return events
          },
          () => written,
        ),
      close: async () => {
        rows.close()
        await store.close()
        await rm(folder, { recursive: true, force: true })
      },
    }
  },
}

export const importing: Benchmark = {
  name: 'import',
  what: 'lines into an empty file, each event decoded in full, against JSON.parse and bare inserts, 200 a transaction',
  unit: 'events/s',
  budget: null,
  prepare: async (size) => {
    const folder = await temporaryFolder()
    const source = await opened(sqliteEventStore({ path: join(folder, 'source.db'), durability: 'relaxed' }))
    const events = await fill(source, versionsHistory(size === 'full' ? 10_000 : 50, 10))
    const lines: string[] = []
    for await (const line of exportEvents(source)) lines.push(line)
    await source.close()
    let turn = 0
    return {
      ours: async () => {
        const store = await opened(sqliteEventStore({ path: join(folder, `import-${turn++}.db`) }))
        try {
          return await timed(
            async () => (await importEvents(store, lines)).events,
            () => opened(store.head()),
          )
        } finally {
          await store.close()
        }
      },
      floor: async () => {
        const database = await openSqlite(join(folder, `bare-${turn++}.db`))
        try {
          return await timed(
            () => {
              insertLines(database, lines.slice(1, -1))
              return events
            },
            () => database.prepare<[], readonly [number]>('SELECT count(*) FROM events').get()?.[0],
          )
        } finally {
          database.close()
        }
      },
      close: () => rm(folder, { recursive: true, force: true }),
    }
  },
}

interface Line {
  readonly stream: string
  readonly revision: number
  readonly id: string
  readonly type: string
  readonly data: object
  readonly metadata: object
}

const insertLines = (database: Database, lines: ReadonlyArray<string>): void => {
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec(`CREATE TABLE events (
    position INTEGER PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER NOT NULL, id TEXT NOT NULL,
    type TEXT NOT NULL, data TEXT NOT NULL, metadata TEXT NOT NULL, UNIQUE (stream, revision)) STRICT`)
  const insert = database.prepare<[string, number, string, string, string, string], never>(
    'INSERT INTO events (stream, revision, id, type, data, metadata) VALUES (?, ?, ?, ?, ?, ?)',
  )
  for (let from = 0; from < lines.length; from += 200) {
    database.immediately(() => {
      for (const text of lines.slice(from, from + 200)) {
        const line: Line = JSON.parse(text)
        const { stream, revision, id, type } = line
        insert.run(stream, revision, id, type, JSON.stringify(line.data), JSON.stringify(line.metadata))
      }
    })
  }
}
