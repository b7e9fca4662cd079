/** Appending one event durably, against the bare transaction with the same row. */
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { sqliteEventStore } from '../adapters/sqlite/index.js'
import type { Revision } from '../domain/event-store.js'
import { type Benchmark, timed } from './measure.js'
import { opened, temporaryFolder } from './support.js'

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
  what: 'one durable append after another, against a bare better-sqlite3 transaction with the same row',
  unit: 'events/s',
  budget: 0.85,
  prepare: async (size) => {
    const folder = await temporaryFolder()
    const store = await opened(sqliteEventStore({ path: join(folder, 'ours.db') }))
    const bare = bareTable(join(folder, 'bare.db'))
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
const bareTable = (path: string) => {
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec(`CREATE TABLE events (
    position INTEGER PRIMARY KEY AUTOINCREMENT, stream TEXT NOT NULL, revision INTEGER NOT NULL, id TEXT NOT NULL,
    type TEXT NOT NULL, data TEXT NOT NULL, metadata TEXT NOT NULL, UNIQUE (stream, revision)) STRICT`)
  const insert = database.prepare(
    'INSERT INTO events (stream, revision, id, type, data, metadata) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const append = database.transaction(
    (stream: string, revision: number, id: string, data: string, metadata: string): void => {
      insert.run(stream, revision, id, 'ArtifactVersionLogged', data, metadata)
    },
  ).immediate
  const last = database.prepare<[], number>('SELECT max(position) FROM events').pluck()
  return { append, count: () => last.get(), close: () => database.close() }
}
