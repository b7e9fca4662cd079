/** Appending one event durably, against the bare transaction with the same row. */
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sqliteEventStore } from '../adapters/sqlite/index.js'
import type { Revision } from '../domain/ports/event-store.js'
import { type Benchmark, timed } from './measure.js'
import { opened, openSqlite, temporaryFolder } from './support.js'

const data = JSON.stringify({
  manifest: { bytes: 1, digest: `sha256:${'0'.repeat(64)}`, entries: 1 },
  metadata: { note: 'x'.repeat(240) },
  version: 1,
})
const metadata = JSON.stringify({
  actor: 'anna',
  commandId: randomUUID(),
  recordedAt: new Date(0).toISOString(),
  schema: 1,
})

export const appendSingle: Benchmark = {
  name: 'append-single',
  what: 'one durable append after another, against the bare transaction with the same row on the same driver',
  unit: 'events/s',
  budget: 0.85,
  prepare: async (size) => {
    const folder = await temporaryFolder()
    const store = await opened(sqliteEventStore({ path: join(folder, 'ours.db') }))
    const bare = await bareTable(join(folder, 'bare.db'))
    const events = size === 'full' ? 4000 : 20
    let revision: Revision = 'none'
    let row = 0
    return {
      ours: () =>
        timed(
          async () => {
            for (let count = 0; count < events; count++) {
              const event = { id: randomUUID(), type: 'ArtifactVersionLogged', data, metadata }
              revision = (await opened(store.append('artifact-acme/bench/one', revision, [event]))).revision
            }
            return events
          },
          () => opened(store.head()),
        ),
      floor: () =>
        timed(() => {
          for (let count = 0; count < events; count++)
            bare.append('artifact-acme/bench/one', row++, randomUUID(), data, metadata)
          return events
        }, bare.count),
      close: async () => {
        await store.close()
        bare.close()
        await rm(folder, { recursive: true, force: true })
      },
    }
  },
}

/** What SQLite itself does for one event: the same columns, the same uniqueness, the same durability. */
const bareTable = async (path: string) => {
  const database = await openSqlite(path)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec(`CREATE TABLE events (
    position INTEGER PRIMARY KEY AUTOINCREMENT, stream TEXT NOT NULL, revision INTEGER NOT NULL, id TEXT NOT NULL,
    type TEXT NOT NULL, data TEXT NOT NULL, metadata TEXT NOT NULL, UNIQUE (stream, revision)) STRICT`)
  const insert = database.prepare<[string, number, string, string, string, string], never>(
    'INSERT INTO events (stream, revision, id, type, data, metadata) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const begin = database.prepare<[], never>('BEGIN IMMEDIATE')
  const commit = database.prepare<[], never>('COMMIT')
  const append = (stream: string, revision: number, id: string, data: string, metadata: string): void => {
    begin.run()
    insert.run(stream, revision, id, 'ArtifactVersionLogged', data, metadata)
    commit.run()
  }
  const last = database.prepare<[], readonly [number]>('SELECT max(position) FROM events')
  return { append, count: () => last.get()?.[0], close: database.close }
}
