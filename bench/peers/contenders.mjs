/**
 * Who does the work. A contender has
 * - `append(stream, count, events)`: that many events at once, behind a revision (`count` is how many there are);
 * - `read(stream)`: the data of its events;
 * - `rebuild(all, streams)`: how many events it met when it folded all there are. `streams` names them, for those
 *   that cannot say themselves;
 * - `times`: how often it does a thing in one turn. The slower ones do fewer, since what counts is a rate;
 * - `refused()`: how often it was told to try again, where that happens.
 */
import { join } from 'node:path'
import { EventStore as CastoreEventStore, EventType } from '@castore/core'
import { InMemoryEventStorageAdapter } from '@castore/event-storage-adapter-in-memory'
import { getInMemoryEventStore } from '@event-driven-io/emmett'
import {
  createEventStoreSchema,
  getSQLiteEventStore,
  readMessagesBatch,
  sqliteConnection,
} from '@event-driven-io/emmett-sqlite'
import Database from 'better-sqlite3'
import { memoryEventStore } from '../../dist/adapters/memory/index.js'
import { sqliteEventStore } from '../../dist/adapters/sqlite/index.js'
import { opened } from '../../dist/bench/support.js'

/** As JSON 290 bytes of data and 146 of metadata. */
const dataOf = (count) => ({ alias: 'production', from: count, note: 'x'.repeat(240), to: count + 1 })
const metadata = { actor: 'anna', commandDigest: `sha256:${'0'.repeat(64)}`, recordedAt: '2026-01-01T00:00:00.000Z' }
const TYPE = 'AliasMoved'
const PAGE = 1000
const range = (count, events) => Array.from({ length: events }, (_, index) => count + index)

export const initial = () => ({ moves: 0, holder: undefined })
export const evolve = (state, { to }) => ({ moves: state.moves + 1, holder: to })

const ledgerOn = (store) => ({
  times: 1000,
  append: async (stream, count, events) => {
    const texts = range(count, events).map((each) => ({
      id: crypto.randomUUID(),
      type: TYPE,
      data: JSON.stringify(dataOf(each)),
      metadata: JSON.stringify(metadata),
    }))
    await opened(store.append(stream, count === 0 ? 'none' : count - 1, texts))
  },
  read: async (stream) => {
    const found = []
    for await (const page of store.readStream(stream, 'none')) for (const { data } of page) found.push(JSON.parse(data))
    return found
  },
  rebuild: async () => {
    let state = initial()
    for await (const page of store.readAll(0)) for (const { data } of page) state = evolve(state, JSON.parse(data))
    return state.moves
  },
  close: () => store.close(),
})

const bare = (path) => {
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec(`CREATE TABLE events (position INTEGER PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER NOT NULL,
    id TEXT NOT NULL, type TEXT NOT NULL, data TEXT NOT NULL, metadata TEXT NOT NULL, UNIQUE (stream, revision)) STRICT`)
  const insert = database.prepare(
    'INSERT INTO events (stream, revision, id, type, data, metadata) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const last = database.prepare('SELECT coalesce(max(revision), -1) FROM events WHERE stream = ?').pluck()
  const ofStream = database.prepare('SELECT data FROM events WHERE stream = ? ORDER BY revision').pluck()
  const after = database.prepare('SELECT position, data FROM events WHERE position > ? ORDER BY position LIMIT ?').raw()
  const append = database.transaction((stream, count, events) => {
    if (last.get(stream) !== count - 1) throw new Error('conflict')
    for (const each of range(count, events)) {
      insert.run(stream, each, crypto.randomUUID(), TYPE, JSON.stringify(dataOf(each)), JSON.stringify(metadata))
    }
  }).immediate
  return {
    times: 1000,
    append: async (stream, count, events) => append(stream, count, events),
    read: async (stream) => ofStream.all(stream).map((data) => JSON.parse(data)),
    rebuild: async () => {
      let state = initial()
      for (let position = 0; ; ) {
        const rows = after.all(position, PAGE)
        if (rows.length === 0) return state.moves
        for (const [, data] of rows) state = evolve(state, JSON.parse(data))
        position = rows.at(-1)[0]
      }
    },
    close: async () => database.close(),
  }
}

const emmettOn = (store) => ({
  append: async (stream, count, events) => {
    const wanted = range(count, events).map((each) => ({ type: TYPE, data: dataOf(each), metadata }))
    const expectedStreamVersion = count === 0 ? 'STREAM_DOES_NOT_EXIST' : BigInt(count)
    await store.appendToStream(stream, wanted, { expectedStreamVersion })
  },
  read: async (stream) => (await store.readStream(stream)).events.map(({ data }) => data),
})

/**
 * A connection of emmett's, once it holds what everybody on disk here holds. It begins to set WAL when it is made
 * and waits for nobody, so a first transaction may come in between; asked again, it is known to be there.
 */
const settledConnection = async (fileName) => {
  const connection = sqliteConnection({ fileName })
  const { journal_mode: mode } = await connection.querySingle('PRAGMA journal_mode = WAL')
  const { synchronous } = await connection.querySingle('PRAGMA synchronous')
  if (mode !== 'wal' || synchronous !== 2) throw new Error(`emmett-sqlite: ${mode}, synchronous ${synchronous}`)
  return connection
}

/**
 * A file name and nothing else, as its README shows, with a schema made beforehand. It then opens and closes the file
 * for each call, and a consumer takes 100 events at a time, notes each as processed, and rests 50 ms in between.
 *
 * A connection that sets WAL and waits for nobody does so in a thread of its own. Where that statement is not put
 * away when an append commits, SQLite refuses: "cannot commit transaction - SQL statements in progress". Nothing is
 * stored then, and the append is made again, within its time. A consumer stops when that happens to it, and does not
 * say so; another begins anew.
 */
const emmettAsDocumented = async (fileName) => {
  const first = await settledConnection(fileName)
  await createEventStoreSchema(first)
  first.close()
  const store = getSQLiteEventStore({ fileName, schema: { autoMigration: 'None' } })
  const { append, read } = emmettOn(store)
  const consumers = []
  let refused = 0
  const untilTaken = async (work) => {
    for (;;) {
      try {
        return await work()
      } catch (error) {
        if (error.code !== 'SQLITE_BUSY') throw error
        refused++
      }
    }
  }
  const rebuild = async (all) => {
    let state = initial()
    const consumer = store.consumer()
    consumers.push(consumer)
    consumer.processor({
      processorId: crypto.randomUUID(),
      startFrom: 'BEGINNING',
      stopAfter: () => state.moves >= all,
      eachMessage: ({ data }) => {
        state = evolve(state, data)
      },
    })
    await consumer.start()
    if (state.moves >= all) return state.moves
    refused++
    return rebuild(all)
  }
  return {
    times: 100,
    append: (...given) => untilTaken(() => append(...given)),
    read: (stream) => untilTaken(() => read(stream)),
    rebuild,
    refused: () => refused,
    close: async () => {
      // Each waits a quarter of a second, which is not part of a rebuild.
      await Promise.all(consumers.map((consumer) => consumer.close()))
    },
  }
}

/** One connection kept open, and all events read as its consumer reads them, but in large pages and without a rest. */
const emmettTuned = async (fileName) => {
  const connection = await settledConnection(fileName)
  await createEventStoreSchema(connection)
  const schema = { autoMigration: 'None' }
  const store = getSQLiteEventStore({ fileName, schema, connectionOptions: { singleton: true, connection } })
  return {
    ...emmettOn(store),
    times: 300,
    rebuild: async () => {
      let state = initial()
      for (let after = 0n, areEventsLeft = true; areEventsLeft; ) {
        const page = await readMessagesBatch(connection, { after, batchSize: PAGE })
        for (const { data } of page.messages) state = evolve(state, data)
        after = page.currentGlobalPosition
        areEventsLeft = page.areEventsLeft
      }
      return state.moves
    },
    close: async () => connection.close(),
  }
}

/** It has no order over all streams, and does not name them: one after another, by the names it was given. */
const emmettMemory = () => {
  const store = getInMemoryEventStore()
  return {
    ...emmettOn(store),
    times: 1000,
    rebuild: async (_, streams) => {
      let moves = 0
      for (const stream of streams) {
        const options = { initialState: initial, evolve: (state, { data }) => evolve(state, data) }
        moves += (await store.aggregateStream(stream, options)).state.moves
      }
      return moves
    },
    close: async () => undefined,
  }
}

/** It has no order over all streams: one after another. It takes one event at a time. */
const castore = () => {
  const store = new CastoreEventStore({
    eventStoreId: 'ALIASES',
    eventTypes: [new EventType({ type: TYPE })],
    reducer: (state, { payload }) => evolve(state ?? initial(), payload),
    eventStorageAdapter: new InMemoryEventStorageAdapter({}),
  })
  return {
    times: 1000,
    append: async (stream, count, events) => {
      for (const each of range(count, events)) {
        const event = { aggregateId: stream, version: each + 1, type: TYPE, payload: dataOf(each), metadata }
        await store.pushEvent(event)
      }
    },
    read: async (stream) => (await store.getEvents(stream)).events.map(({ payload }) => payload),
    rebuild: async () => {
      let moves = 0
      const { aggregateIds } = await store.listAggregateIds()
      for (const { aggregateId } of aggregateIds) moves += (await store.getAggregate(aggregateId)).aggregate.moves
      return moves
    },
    close: async () => undefined,
  }
}

export const contendersIn = async (folder) => ({
  'bare better-sqlite3': bare(join(folder, 'bare.db')),
  'model-ledger, SQLite': ledgerOn(await opened(sqliteEventStore({ path: join(folder, 'ours.db') }))),
  'emmett-sqlite, as its docs show': await emmettAsDocumented(join(folder, 'documented.db')),
  'emmett-sqlite, tuned': await emmettTuned(join(folder, 'tuned.db')),
  'model-ledger, memory': ledgerOn(memoryEventStore()),
  'castore, memory': castore(),
  'emmett, memory': emmettMemory(),
})
