import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { openDatabase } from '../../../adapters/sqlite/database.js'
import type { Database } from '../../../adapters/sqlite/driver/index.js'
import { type OpenError, type SqliteEventStoreOptions, sqliteEventStore } from '../../../adapters/sqlite/index.js'
import { type EventStore, ORIGIN, type StoredEvent } from '../../../domain/ports/event-store.js'
import { event, standingAt } from '../../../testing/event-store/world.js'
import { startScript, WITHOUT_RIGHTS } from '../../support/sqlite-processes.js'
import { openConnection, openSqlite } from '../../support/sqlite-store.js'

const folder = mkdtempSync(join(tmpdir(), 'sqlite-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
const newPath = () => join(folder, `${files++}.db`)

const opened: Array<{ readonly close: () => unknown }> = []
afterEach(async () => {
  vi.restoreAllMocks()
  for (const each of opened.splice(0)) await each.close()
})

const open = async (options: SqliteEventStoreOptions): Promise<EventStore> => {
  const store = await openSqlite(options)
  opened.push(store)
  return store
}

/** A connection of somebody else's, as another process would have it. */
const connect = (path: string): Database => {
  const database = openConnection(path)
  opened.push(database)
  return database
}

describe('the file of a SQLite event store', () => {
  it('is made in an empty or missing file, and opened again with what it holds', async () => {
    const path = newPath()
    writeFileSync(path, '')
    const store = await openSqlite({ path })
    await store.append('a', 'none', [event(1), event(2)])()
    const events = await all(store)
    await store.close()
    const again = await open({ path, durability: 'relaxed' })
    expect(await all(again)).toEqual(events)
    expect(await again.append('a', standingAt(1), [event(3)])()).toMatchObject({ right: { revision: 2, position: 3 } })
  })

  it('says in its header whose it is, and of which format', async () => {
    const path = newPath()
    await (await openSqlite({ path })).close()
    const header = readFileSync(path)
    expect(header.toString('latin1', 68, 72)).toBe('MdLg')
    expect(header.readUInt32BE(60)).toBe(3)
  })

  it.each([
    ['full', 2, 1],
    ['relaxed', 1, 0],
  ] as const)('is written as durably as was asked: %s', async (durability, synchronous, fullfsync) => {
    const path = newPath()
    const database = await openDatabase({
      path,
      durability,
      busyTimeoutMs: 1000,
      readOnly: false,
      tell: () => undefined,
      longWait: () => undefined,
      use: (opened) => opened,
    })()
    if (E.isLeft(database)) throw new Error(database.left.reason)
    opened.push(database.right)
    const pragma = (name: string) => database.right.pragma(name)
    expect(['synchronous', 'fullfsync', 'journal_mode', 'busy_timeout'].map(pragma)).toEqual([
      synchronous,
      fullfsync,
      'wal',
      0,
    ])
  })

  it('refuses to change or delete events and streams, whoever asks', async () => {
    const path = newPath()
    const store = await open({ path })
    await store.append('a', 'none', [event(1), event(2)])()
    const events = await all(store)
    const other = connect(path)
    for (const [statement, refusal] of [
      [`UPDATE events SET data = '{}'`, 'events are never changed'],
      ['UPDATE events SET revision = revision + 10', 'events are never changed'],
      ['DELETE FROM events WHERE position = 2', 'events are never deleted'],
      ['DELETE FROM events', 'events are never deleted'],
      [`UPDATE streams SET name = 'b'`, 'streams are never renamed'],
      ['DELETE FROM streams', 'streams are never deleted'],
    ] as const) {
      expect(() => other.exec(statement)).toThrow(refusal)
    }
    expect(() => other.exec(`INSERT INTO events VALUES (9, 1, 1, 'x', 'x', '{}', '{}', x'00', 1)`)).toThrow('UNIQUE')
    expect(() => other.exec(`INSERT INTO events VALUES (9, 1, 'two', 'x', 'x', '{}', '{}', x'00', 1)`)).toThrow(
      'INTEGER',
    )
    expect(await all(store)).toEqual(events)
  })
})

describe('opening a SQLite event store', () => {
  it('leaves a file of another application as it is', async () => {
    const path = newPath()
    const other = openConnection(path)
    other.exec('CREATE TABLE theirs (x)')
    other.close()
    const before = readFileSync(path)
    expect(await refusal({ path })).toMatchObject({ _tag: 'not-an-event-store', path })
    expect((await refusal({ path })).reason).toContain('another application')
    expect(readFileSync(path)).toEqual(before)
  })

  it('leaves a file that is no database as it is', async () => {
    for (const text of ['hello', 'a text, not a database\n'.repeat(500)]) {
      const path = newPath()
      writeFileSync(path, text)
      expect(await refusal({ path })).toMatchObject({ _tag: 'not-an-event-store', path })
      expect((await refusal({ path })).reason).toContain('not an SQLite database')
      expect(readFileSync(path, 'utf8')).toBe(text)
    }
  })

  it('leaves a file of a newer format alone', async () => {
    const path = newPath()
    await (await openSqlite({ path })).close()
    const newer = openConnection(path)
    newer.pragma('user_version = 4')
    newer.close()
    expect(await refusal({ path })).toEqual({
      _tag: 'newer-format',
      path,
      reason: `${path} has format 4, and this version of model-ledger knows format 3 at most: install a newer one`,
    })
  })

  it('refuses a file whose tables are gone', async () => {
    const path = newPath()
    await (await openSqlite({ path })).close()
    const other = openConnection(path)
    other.exec('DROP TABLE events')
    other.close()
    expect(await refusal({ path })).toMatchObject({
      _tag: 'damaged-store',
      reason: expect.stringContaining('no such table'),
    })
  })

  it('refuses what is no path of a file, and says what would be right', async () => {
    const directory = newPath()
    mkdirSync(directory)
    expect(await refusal({ path: directory })).toMatchObject({ _tag: 'not-an-event-store' })
    expect((await refusal({ path: directory })).reason).toContain('give the path of a file in it')
    const nowhere = join(folder, 'nowhere', 'events.db')
    expect(await refusal({ path: nowhere })).toMatchObject({ _tag: 'cannot-open' })
    expect((await refusal({ path: nowhere })).reason).toContain(`${join(folder, 'nowhere')} does not exist`)
    for (const path of ['', ':memory:']) {
      expect((await refusal({ path })).reason).toContain('use the store in memory')
    }
  })

  it('takes a name that looks like a URI for a name', async () => {
    const path = join(folder, 'file:x?mode=memory')
    const store = await open({ path })
    await store.append('a', 'none', [event()])()
    expect(readFileSync(path).toString('latin1', 0, 15)).toBe('SQLite format 3')
  })

  it('refuses files and folders that it may not write', async () => {
    const place = mkdtempSync(join(folder, 'rights-'))
    const [file, inside, ours] = [join(place, 'file.db'), join(place, 'inside'), join(place, 'free', 'ours.db')]
    await (await openSqlite({ path: file })).close()
    for (const directory of [inside, join(place, 'free')]) mkdirSync(directory)
    const within = join(inside, 'within.db')
    await (await openSqlite({ path: within })).close()
    chmodSync(folder, 0o755)
    chmodSync(place, 0o777)
    chmodSync(file, 0o444)
    chmodSync(within, 0o666)
    chmodSync(inside, 0o555)
    chmodSync(join(place, 'free'), 0o777)
    const [results = ''] = await startScript('sqlite-opener', [file, within, ours], WITHOUT_RIGHTS).ended
    expect(JSON.parse(results)).toEqual([
      { _tag: 'read-only', path: file, reason: expect.stringContaining(`may not read and write ${file}:`) },
      { _tag: 'read-only', path: within, reason: expect.stringContaining(`may not read and write ${inside}:`) },
      { _tag: 'opened', path: ours },
    ])
    chmodSync(inside, 0o755)
  })

  it('waits for another process, so long and no longer', async () => {
    const path = newPath()
    await (await openSqlite({ path })).close()
    const other = connect(path)
    other.pragma('locking_mode = EXCLUSIVE')
    other.exec('BEGIN EXCLUSIVE')
    expect(await refusal({ path, busyTimeoutMs: 150 })).toEqual({
      _tag: 'locked',
      path,
      reason: `another process kept ${path} locked for 150 ms: end that process, or wait longer`,
    })
    const opening = open({ path, busyTimeoutMs: 60_000 })
    setTimeout(() => other.close(), 100)
    expect(await all(await opening)).toEqual([])
  })

  it('gives every one of several that make the file at once the same store', async () => {
    const path = newPath()
    const stores = await Promise.all(Array.from({ length: 5 }, () => open({ path })))
    for (const [index, store] of stores.entries()) await store.append(`s${index}`, 'none', [event()])()
    for (const store of stores) expect(await all(store)).toHaveLength(5)
  })

  it('reads on after the last whole transaction of a torn log', async () => {
    const path = newPath()
    const store = await open({ path })
    for (const stream of ['a', 'b', 'c']) await store.append(stream, 'none', [event(), event()])()
    const whole = await all(store)
    const log = readFileSync(`${path}-wal`)

    const torn = newPath()
    copyFileSync(path, torn)
    copyFileSync(`${path}-wal`, `${torn}-wal`)
    truncateSync(`${torn}-wal`, log.length - 1000)
    expect(await all(await open({ path: torn }))).toEqual(whole.slice(0, 4))

    const scribbled = newPath()
    copyFileSync(path, scribbled)
    writeFileSync(`${scribbled}-wal`, log.fill(0xff, log.length - 50))
    const again = await open({ path: scribbled })
    expect(await all(again)).toEqual(whole.slice(0, 4))
    expect(await again.append('c', 'none', [event()])()).toMatchObject({ right: { revision: 0 } })
  })

  it('and reading tells damage from absence', async () => {
    const path = newPath()
    const store = await openSqlite({ path })
    for (let done = 0; done < 100; done++) await store.append(`s${done}`, 'none', [event('x'.repeat(1000))])()
    await store.close()
    const pages = readFileSync(path).length / 4096
    const file = openSync(path, 'r+')
    for (let page = 10; page < pages; page++) writeSync(file, Buffer.alloc(4096, 0xaa), 0, 4096, page * 4096)
    closeSync(file)
    await expect(all(await open({ path }))).rejects.toMatchObject({
      name: 'EventStoreError',
      code: 'damaged',
      message: expect.stringContaining('restore the file from a backup'),
    })
  })
})

describe('reading a SQLite event store', () => {
  it.each([
    ['only such as are written in lines', { data: '{"content":"Ω 🎈 é"}' }],
    ['line feeds in one of them', { data: '{\n "content":\n1\n}' }],
    ['a line feed at the end', { metadata: '{"actor":"ada"}\n' }],
    ['a line feed in an id', { id: 'one\ntwo' }],
    ['nothing in some of them', { id: '', type: '', data: '', metadata: '' }],
  ])('gives texts as they were written: %s', async (_, texts) => {
    const store = await open({ path: newPath() })
    const written = [event(1), { ...event(2), ...texts }, event(3)] as const
    await store.append('a', 'none', written)()
    const stored = written.map((each, revision) => ({ stream: 'a', revision, position: revision + 1, ...each }))
    expect(await all(store)).toEqual(stored)
    const found: StoredEvent[] = []
    for await (const page of store.readStream('a', 'none')) found.push(...page)
    expect(found).toEqual(stored)
  })
})

describe('appending to a SQLite event store', () => {
  it('makes the appends of one turn of the event loop durable together', async () => {
    const path = newPath()
    const store = await open({ path })
    const before = commits(path)
    standStill()
    await Promise.all(Array.from({ length: 50 }, (_, index) => store.append(`s${index}`, 'none', [event()])()))
    expect(commits(path) - before).toBe(1)
    for (let index = 0; index < 3; index++) await store.append(`s${index}`, standingAt(0), [event()])()
    expect(commits(path) - before).toBe(4)
  })

  it('writes nothing of a group of which one append cannot be written, and acknowledges none', async () => {
    const path = newPath()
    const store = await open({ path })
    await store.append('a', 'none', [event()])()
    const other = connect(path)
    other.exec(`CREATE TRIGGER poison BEFORE INSERT ON events WHEN NEW.type = 'Poison'
                BEGIN SELECT RAISE(ABORT, 'poisoned'); END`)
    standStill()
    const send = (second: string) =>
      Promise.all([
        store.append('a', standingAt(0), [event()])(),
        store.append('b', 'none', [event(), { ...event(), type: second }])(),
        store.append('c', 'none', [event()])(),
      ])
    const reason = 'nothing was written: poisoned (SQLITE_CONSTRAINT_TRIGGER)'
    expect(await send('Poison')).toEqual(Array(3).fill(E.left({ _tag: 'unavailable', reason })))
    expect(await all(store)).toHaveLength(1)
    expect((await send('Cure')).every(E.isRight)).toBe(true)
    expect((await all(store)).map(({ position }) => position)).toEqual([1, 2, 3, 4, 5])
  })

  it('wakes its own subscriptions at once', async () => {
    const store = await open({ path: newPath() })
    const subscriber = store.subscribe(ORIGIN)[Symbol.asyncIterator]()
    for (const expected of ['none', 0, 1, 2] as const) {
      let came = false
      const page = subscriber.next().then(() => {
        came = true
      })
      await new Promise((resolve) => setTimeout(resolve, 5))
      await store.append('a', standingAt(expected), [event()])()
      for (let turns = 0; turns < 5; turns++) await new Promise(setImmediate)
      expect(came).toBe(true)
      await page
    }
    await subscriber.return?.()
  })

  it('answers the first of many appends before the last is written', async () => {
    const path = newPath()
    const store = await open({ path, durability: 'relaxed' })
    const before = commits(path)
    const text = 'x'.repeat(100_000)
    let answered = 0
    const sent = Array.from({ length: 400 }, async (_, index) => {
      const outcome = await store.append(`s${index}`, 'none', [event(text)])()
      answered += 1
      return outcome
    })
    await sent[0]
    expect(answered).toBeLessThan(400)
    expect(commits(path) - before).toBe(1)
    expect((await Promise.all(sent)).every(E.isRight)).toBe(true)
  })

  it('waits for another process that writes, in order and without holding up the event loop', async () => {
    const path = newPath()
    const store = await open({ path, busyTimeoutMs: 30_000 })
    const other = connect(path)
    other.exec('BEGIN IMMEDIATE')
    let answered = 0
    const sent = (['none', 0, 1] as const).map(async (expected) => {
      const outcome = await store.append('a', standingAt(expected), [event()])()
      answered += 1
      return outcome
    })
    // Were the event loop held up at every try, so many turns would take longer than the store waits.
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setTimeout(resolve, 5))
    const joining = store.append('a', standingAt(2), [event()])()
    expect(answered).toBe(0)
    expect(await all(store)).toEqual([])
    other.exec('COMMIT')
    expect(await Promise.all([...sent, joining])).toMatchObject(
      [0, 1, 2, 3].map((revision) => ({ right: { revision } })),
    )
  })

  it('gives up when the other process does not end, and goes on when it does', async () => {
    const path = newPath()
    const store = await open({ path, busyTimeoutMs: 100 })
    const other = connect(path)
    other.exec('BEGIN IMMEDIATE')
    expect(await store.append('a', 'none', [event()])()).toEqual(
      E.left({ _tag: 'unavailable', reason: 'nothing was written: another process held the write lock for 100 ms' }),
    )
    other.exec('COMMIT')
    expect(await store.append('a', 'none', [event()])()).toMatchObject({ right: { revision: 0 } })
  })

  it('refuses those that wait for another process when its time to close is over, and writes nothing of them', async () => {
    const path = newPath()
    const store = await open({ path })
    const other = connect(path)
    other.exec('BEGIN IMMEDIATE')
    const waiting = [store.append('a', 'none', [event()])(), store.append('b', 'none', [event()])()]
    await store.close(AbortSignal.timeout(20))
    for (const outcome of await Promise.all(waiting)) expect(outcome).toMatchObject({ left: { _tag: 'closed' } })
    other.exec('COMMIT')
    expect(await all(await open({ path }))).toEqual([])
  })

  it('closes though somebody waits for a turn while another process holds the lock', async () => {
    const path = newPath()
    const store = await open({ path, busyTimeoutMs: 1_000_000 })
    const other = connect(path)
    other.exec('BEGIN IMMEDIATE')
    const turn = store.turn?.()
    await expect.poll(() => existsSync(`${path}-waiting`)).toBe(true)
    await store.close(AbortSignal.abort())
    await turn
    other.exec('COMMIT')
  })

  it('closes after those that wait for another process', async () => {
    const path = newPath()
    const store = await open({ path })
    const other = connect(path)
    other.exec('BEGIN IMMEDIATE')
    const waiting = store.append('a', 'none', [event()])()
    const closed = store.close()
    expect(await store.append('b', 'none', [event()])()).toMatchObject({ left: { _tag: 'closed' } })
    other.exec('COMMIT')
    await closed
    expect(await waiting).toMatchObject({ right: { revision: 0 } })
    expect(await all(await open({ path }))).toHaveLength(1)
  })
})

describe('two SQLite event stores on one file', () => {
  it('see at once what the other appended', async () => {
    const path = newPath()
    const [one, other] = [await open({ path }), await open({ path })]
    for (let revision = 0; revision < 6; revision++) {
      const [writer, reader] = revision % 2 === 0 ? [one, other] : [other, one]
      const expected = revision === 0 ? 'none' : revision - 1
      const appended = await writer.append('a', standingAt(expected), [event()])()
      expect(await reader.head()()).toMatchObject({ right: E.isRight(appended) && appended.right.position })
      expect(await all(reader)).toHaveLength(revision + 1)
    }
  })

  it('have turns: what is read and appended at once then meets no conflict, whoever else appends meanwhile', async () => {
    const path = newPath()
    const [mine, theirs] = [await open({ path }), await open({ path })]
    const append = async (store: EventStore, expected: number | 'none') =>
      store.append('s', standingAt(expected), [event()])()
    for (let revision = -1; revision < 20; revision += 2) {
      const turn = mine.turn?.().then(async () => {
        let last: number | 'none' = 'none'
        for await (const page of mine.readStream('s', 'none')) last = page.at(-1)?.revision ?? last
        return append(mine, last)
      })
      const other = append(theirs, revision < 0 ? 'none' : revision)
      const [mineIs, otherIs] = await Promise.all([turn, other])
      expect(mineIs?._tag).toBe('Right')
      // Whoever came first, no third writes, so the other one knows where it is.
      if (otherIs._tag === 'Left') expect(await append(theirs, revision + 1)).toMatchObject({ _tag: 'Right' })
    }
  })

  it('leave nothing beside the file that says who waited', async () => {
    const path = newPath()
    const store = await open({ path })
    const other = connect(path)
    other.exec('BEGIN IMMEDIATE')
    const appended = store.append('s', 'none', [event()])()
    await expect.poll(() => existsSync(`${path}-waiting`)).toBe(true)
    other.exec('COMMIT')
    expect(await appended).toMatchObject({ _tag: 'Right' })
    expect(existsSync(`${path}-waiting`)).toBe(false)
  })

  it('wake each other’s subscriptions soon', async () => {
    const path = newPath()
    const [one, other] = [await open({ path }), await open({ path })]
    const subscriber = one.subscribe(ORIGIN)[Symbol.asyncIterator]()
    for (const expected of ['none', 0, 1] as const) {
      const page = subscriber.next()
      await new Promise((resolve) => setTimeout(resolve, 20))
      await other.append('a', standingAt(expected), [event()])()
      expect((await page).value).toHaveLength(1)
    }
    await subscriber.return?.()
  })
})

const refusal = async (options: SqliteEventStoreOptions): Promise<OpenError> => {
  const outcome = await sqliteEventStore(options)()
  if (E.isRight(outcome)) throw new Error(`${options.path} was opened`)
  return outcome.left
}

const all = async (store: EventStore): Promise<ReadonlyArray<StoredEvent>> => {
  const events: StoredEvent[] = []
  for await (const page of store.readAll(ORIGIN)) events.push(...page)
  return events
}

/** From now on no time passes, so that no group of appends is divided because it took long. */
const standStill = (): void => {
  vi.spyOn(performance, 'now').mockReturnValue(performance.now())
}

/** The transactions in a write-ahead log: frames that say how large the database is after them. */
const commits = (path: string): number => {
  const [log, header, frame] = [readFileSync(`${path}-wal`), 32, 24 + 4096]
  let count = 0
  for (let at = header; at < log.length; at += frame) count += log.readUInt32BE(at + 4) > 0 ? 1 : 0
  return count
}
