/**
 * The same work by others, side by side: `npm run bench:peers [-- --json] [--smoke] [--repetitions N]`.
 *
 * Each work is done by all in turn, several times. On disk every append is durable before it is acknowledged
 * (SQLite, synchronous FULL). A command reads its stream, folds it, decides, and appends at the revision read.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { EventStore as CastoreEventStore, EventType } from '@castore/core'
import { InMemoryEventStorageAdapter } from '@castore/event-storage-adapter-in-memory'
import { getInMemoryEventStore } from '@event-driven-io/emmett'
import { getSQLiteEventStore, sqliteConnection } from '@event-driven-io/emmett-sqlite'
import Database from 'better-sqlite3'
import { memoryEventStore } from '../../dist/adapters/memory/index.js'
import { sqliteEventStore } from '../../dist/adapters/sqlite/index.js'
import { spread } from '../../dist/bench/measure.js'
import { opened } from '../../dist/bench/support.js'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    repetitions: { type: 'string', default: '5' },
  },
})
const repetitions = Number(values.repetitions)
const folder = mkdtempSync(join(tmpdir(), 'model-ledger-peers-'))

const dataOf = (count) => ({ alias: 'production', from: count, note: 'x'.repeat(240), to: count + 1 })
const metadata = { actor: 'anna', commandDigest: `sha256:${'0'.repeat(64)}`, recordedAt: '2026-01-01T00:00:00.000Z' }
const TYPE = 'AliasMoved'
const initial = () => ({ moves: 0, holder: undefined })
const evolve = (state, { to }) => ({ moves: state.moves + 1, holder: to })

/**
 * Each contender keeps streams: `append` one event behind a revision (how many events there are), `read` a stream,
 * answering the data of its events, and `all`, the data of all events in order, one page after another.
 */
const ledgerOn = (store) => ({
  append: async (stream, count) => {
    const texts = { data: JSON.stringify(dataOf(count)), metadata: JSON.stringify(metadata) }
    await opened(store.append(stream, count === 0 ? 'none' : count - 1, [{ id: crypto.randomUUID(), type: TYPE, ...texts }]))
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

const bare = () => {
  const database = new Database(join(folder, 'bare.db'))
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec(`CREATE TABLE events (position INTEGER PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER NOT NULL,
    id TEXT NOT NULL, type TEXT NOT NULL, data TEXT NOT NULL, metadata TEXT NOT NULL, UNIQUE (stream, revision)) STRICT`)
  const insert = database.prepare('INSERT INTO events (stream, revision, id, type, data, metadata) VALUES (?, ?, ?, ?, ?, ?)')
  const last = database.prepare('SELECT coalesce(max(revision), -1) FROM events WHERE stream = ?').pluck()
  const ofStream = database.prepare('SELECT data FROM events WHERE stream = ? ORDER BY revision').pluck()
  const page = database.prepare('SELECT position, data FROM events WHERE position > ? ORDER BY position LIMIT 1000').raw()
  const append = database.transaction((stream, count, data, meta) => {
    if (last.get(stream) !== count - 1) throw new Error('conflict')
    insert.run(stream, count, crypto.randomUUID(), TYPE, data, meta)
  }).immediate
  return {
    append: async (stream, count) => append(stream, count, JSON.stringify(dataOf(count)), JSON.stringify(metadata)),
    read: async (stream) => ofStream.all(stream).map((data) => JSON.parse(data)),
    rebuild: async () => {
      let state = initial()
      for (let after = 0; ; ) {
        const rows = page.all(after)
        if (rows.length === 0) return state.moves
        for (const [, data] of rows) state = evolve(state, JSON.parse(data))
        after = rows.at(-1)[0]
      }
    },
    close: async () => database.close(),
  }
}

const emmettOn = (store, rebuild, close) => ({
  append: async (stream, count) => {
    await store.appendToStream(stream, [{ type: TYPE, data: dataOf(count), metadata }], {
      expectedStreamVersion: count === 0 ? 'STREAM_DOES_NOT_EXIST' : BigInt(count),
    })
  },
  read: async (stream) => (await store.readStream(stream)).events.map(({ data }) => data),
  rebuild,
  close,
})

/** A consumer from the beginning, as its docs show. It cannot say that it is at the end: it is told how many there are. */
const emmettRebuild = (store, counted) => async () => {
  let state = initial()
  const consumer = store.consumer()
  const all = counted()
  consumer.processor({
    processorId: crypto.randomUUID(),
    startFrom: 'BEGINNING',
    stopAfter: () => state.moves >= all,
    eachMessage: ({ data }) => {
      state = evolve(state, data)
    },
  })
  await consumer.start()
  await consumer.close()
  return state.moves
}

const emmettSqlite = async (name, tuned) => {
  const fileName = join(folder, `${name}.db`)
  const connection = tuned ? sqliteConnection({ fileName }) : undefined
  const options = connection === undefined ? {} : { connectionOptions: { singleton: true, connection } }
  const store = getSQLiteEventStore({ fileName, schema: { autoMigration: 'CreateOrUpdate' }, ...options })
  let appended = 0
  // A consumer that shares the one connection reads while it commits, which SQLite refuses.
  const rebuild = tuned ? undefined : emmettRebuild(store, () => appended)
  const contender = emmettOn(store, rebuild, async () => connection?.close())
  const append = async (stream, count) => {
    try {
      await contender.append(stream, count)
      appended++
    } catch (error) {
      // On one connection a commit now and then meets a statement of its own that is not put away yet. Tried again.
      if (error.code !== 'SQLITE_BUSY') throw error
      await append(stream, count)
    }
  }
  return { ...contender, append }
}

const emmettMemory = () => {
  const store = getInMemoryEventStore()
  const contender = emmettOn(store, undefined, async () => undefined)
  return {
    ...contender,
    append: async (stream, count) => {
      await store.appendToStream(stream, [{ type: TYPE, data: dataOf(count), metadata }], {
        expectedStreamVersion: count === 0 ? 'STREAM_DOES_NOT_EXIST' : BigInt(count),
      })
    },
  }
}

const castore = () => {
  const store = new CastoreEventStore({
    eventStoreId: 'ALIASES',
    eventTypes: [new EventType({ type: TYPE })],
    reducer: (state, { payload }) => evolve(state ?? initial(), payload),
    eventStorageAdapter: new InMemoryEventStorageAdapter({}),
  })
  return {
    append: async (stream, count) => {
      await store.pushEvent({ aggregateId: stream, version: count + 1, type: TYPE, payload: dataOf(count), metadata })
    },
    read: async (stream) => (await store.getEvents(stream)).events.map(({ payload }) => payload),
    // It has no order over all streams: one after another.
    rebuild: async () => {
      let moves = 0
      const { aggregateIds } = await store.listAggregateIds()
      for (const { aggregateId } of aggregateIds) moves += (await store.getAggregate(aggregateId)).aggregate.moves
      return moves
    },
    close: async () => undefined,
  }
}

const contenders = {
  'bare better-sqlite3': bare(),
  'model-ledger, SQLite': ledgerOn(await opened(sqliteEventStore({ path: join(folder, 'ours.db') }))),
  'emmett-sqlite, as documented': await emmettSqlite('documented', false),
  'emmett-sqlite, one connection': await emmettSqlite('tuned', true),
  'model-ledger, memory': ledgerOn(memoryEventStore()),
  'castore, memory': castore(),
  'emmett, memory': emmettMemory(),
}

const scale = values.smoke ? 1 : 4
const STREAMS = 2 * scale
let appended = 0
const fillStreams = async ({ append }, name, events) => {
  for (let stream = 0; stream < STREAMS; stream++) {
    for (let count = 0; count < events; count++) await append(`${name}-${stream}`, count)
  }
  return STREAMS * events
}

const lengths = new Map()
const command = (name) => async (who, contender, times) => {
  for (let turn = 0; turn < times; turn++) {
    const state = (await contender.read(`${name}-${turn % STREAMS}`)).reduce(evolve, initial())
    await contender.append(`${name}-${turn % STREAMS}`, state.moves)
  }
  return times
}

/** Each answers how many units it did. `check` in the works: how many events are where they should be. */
const works = {
  'append one event': {
    unit: 'events/s',
    run: async (who, contender, times) => {
      let length = lengths.get(who) ?? 0
      for (let turn = 0; turn < times; turn++) await contender.append('aliases-appended', length++)
      lengths.set(who, length)
      const found = (await contender.read('aliases-appended')).length
      if (found !== length) throw new Error(`${who} holds ${found} events, not ${length}`)
      return times
    },
  },
  'command on 10 events': { unit: 'commands/s', run: command('aliases-ten') },
  'command on 100 events': { unit: 'commands/s', run: command('aliases-hundred') },
  'read 100 events': {
    unit: 'reads/s',
    run: async (who, contender, times) => {
      for (let turn = 0; turn < times; turn++) {
        const { length } = await contender.read(`aliases-read-${turn % STREAMS}`)
        if (length !== 100) throw new Error(`${who} read ${length} events, not 100`)
      }
      return times
    },
  },
  rebuild: {
    unit: 'events/s',
    run: async (who, contender) => {
      const events = await contender.rebuild()
      if (events < appended) throw new Error(`${who} folded ${events} events, not ${appended}`)
      return events
    },
  },
}

const rates = new Map()
try {
  for (const [index, contender] of Object.values(contenders).entries()) {
    const filled =
      (await fillStreams(contender, 'aliases-ten', 10)) +
      (await fillStreams(contender, 'aliases-hundred', 100)) +
      (await fillStreams(contender, 'aliases-read', 100))
    if (index === 0) appended = filled
  }
  const entries = Object.entries(contenders)
  for (const [work, { run }] of Object.entries(works)) {
    if (!values.json) console.error(`${work} ...`)
    // The first time is not counted.
    for (let repetition = -1; repetition < repetitions; repetition++) {
      for (const [who, contender] of repetition % 2 === 0 ? entries : entries.toReversed()) {
        if (work === 'rebuild' && contender.rebuild === undefined) continue
        const start = performance.now()
        const done = await run(who, contender, 20 * scale)
        const rate = done / ((performance.now() - start) / 1000)
        if (repetition >= 0) rates.set(`${work}/${who}`, [...(rates.get(`${work}/${who}`) ?? []), rate])
      }
    }
  }
} finally {
  for (const { close } of Object.values(contenders)) await close()
  rmSync(folder, { recursive: true, force: true })
}

const results = Object.entries(works).flatMap(([work, { unit }]) =>
  Object.keys(contenders).flatMap((who) => {
    const measured = rates.get(`${work}/${who}`)
    return measured === undefined ? [] : [{ work, who, unit, rate: spread(measured) }]
  }),
)
const machine = {
  date: new Date().toISOString(),
  node: process.version,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  load: loadavg()[0],
}
if (values.json) console.log(JSON.stringify({ machine, results }, null, 2))
else {
  console.log(`${machine.date}, Node ${machine.node}, ${machine.cores} × ${machine.cpu}, load ${machine.load.toFixed(1)}`)
  console.log(`Median of ${repetitions} (least to greatest); higher is better.`)
  for (const [work, { unit }] of Object.entries(works)) {
    console.log(`\n${work}, ${unit}`)
    for (const { who, rate } of results.filter((result) => result.work === work)) {
      const [median, min, max] = [rate.median, rate.min, rate.max].map((each) => Math.round(each).toLocaleString('en'))
      console.log(`  ${who.padEnd(30)} ${median.padStart(9)}  (${min} to ${max})`)
    }
  }
}
