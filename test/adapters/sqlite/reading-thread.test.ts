/** A store whose pages are read ahead by a thread answers as it does without one, whatever becomes of the thread. */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { PRESENT } from '../../../adapters/sqlite/layout.js'
import { type ReadingThreads, readingThreads } from '../../../adapters/sqlite/reading-thread.js'
import { type EventStore, ORIGIN, type StoredEvent } from '../../../domain/ports/event-store.js'
import { all, event, inPages, standingAt } from '../../../testing/event-store/world.js'
import { right } from '../../../testing/results.js'
import { startScript } from '../../support/sqlite-processes.js'
import { builtWorker, openConnection, openReadingAhead, openSqlite } from '../../support/sqlite-store.js'

const folder = mkdtempSync(join(tmpdir(), 'reading-thread-'))
afterAll(() => rmSync(folder, { recursive: true }))
const opened: Array<{ readonly close: () => unknown }> = []
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close()
})

const EVENTS = 40
let folders = 0

/** A file of two streams in turn, and what is in it. */
const filled = async (): Promise<{ path: string; events: ReadonlyArray<StoredEvent> }> => {
  const path = join(folder, String(folders++), 'events.db')
  mkdirSync(dirname(path))
  const store = await openSqlite({ path })
  for (let at = 0; at < EVENTS / 2; at++) {
    const expected = standingAt(at === 0 ? 'none' : at - 1)
    for (const stream of ['a', 'b']) right(await store.append(stream, expected, [event(`${at} Ω\n`)])())
  }
  const events = await all(store.readAll(ORIGIN))
  await store.close()
  return { path, events }
}

const readingAhead = async (path: string, script?: () => URL): Promise<EventStore> => {
  const store = await openReadingAhead({ path }, script)
  opened.push(store)
  return store
}

const threadsOn = (path: string, script?: () => URL): ReadingThreads => {
  const threads = readingThreads({ path, layout: PRESENT, pageSize: 10 }, script)
  opened.push({ close: threads.end })
  return threads
}

/** An iteration whose thread has begun: six pages were taken, and others were read ahead. */
const begun = async (store: EventStore) => {
  const pages = store.readAll(ORIGIN)[Symbol.asyncIterator]()
  const events: StoredEvent[] = []
  const take = async (): Promise<boolean> => {
    const page = await pages.next()
    if (page.done !== true) events.push(...page.value)
    return page.done !== true
  }
  for (let taken = 0; taken < 6; taken++) await take()
  const rest = async (): Promise<ReadonlyArray<StoredEvent>> => {
    while (await take());
    return events
  }
  return { pages, rest }
}

describe('a thread that reads ahead', () => {
  it('gives the pages of all streams, or of one, behind a place', async () => {
    const { path, events } = await filled()
    const threads = threadsOn(path, builtWorker)
    const readBy = async (stream: string | undefined, after: number) => {
      const thread = threads.begin({ stream, after })
      const read: StoredEvent[] = []
      for (let page = await thread?.next(); page !== undefined; page = await thread?.next()) read.push(...page)
      expect(thread?.isOver()).toBe(true)
      return read
    }
    expect(await readBy(undefined, 0)).toEqual(events)
    expect(await readBy(undefined, 17)).toEqual(events.slice(17))
    expect(await readBy('b', -1)).toEqual(events.filter(({ stream }) => stream === 'b'))
    expect(await readBy('b', 3)).toEqual(events.filter(({ stream, revision }) => stream === 'b' && revision > 3))
  })

  it.each<readonly [string, () => URL]>([
    ['its program is not there', () => new URL('file:///missing/worker.js')],
    ['nobody knows where its program is', () => new URL('worker.js', undefined)],
    ['its program fails', () => new URL('data:text/javascript,throw new Error("no")')],
    ['its program ends', () => new URL('data:text/javascript,process.exit(3)')],
  ])('is done without where %s', async (_, script) => {
    const { path, events } = await filled()
    const threads = threadsOn(path, script)
    const thread = threads.begin({ stream: undefined, after: 0 })
    expect(await thread?.next()).toBeUndefined()
    expect(threads.begin({ stream: undefined, after: 0 })).toBeUndefined()
    expect(await all((await readingAhead(path, script)).readAll(ORIGIN))).toEqual(events)
  })

  it('is done without where it ends in the midst, and may be followed by another', async () => {
    const { path, events } = await filled()
    const source = `import { parentPort, Worker, workerData } from 'node:worker_threads'
      const worker = new Worker(new URL('${builtWorker().href}'), { workerData, execArgv: [] })
      let pages = 0
      worker.on('message', (page) => { parentPort.postMessage(page); if (++pages === 3) process.exit(1) })`
    let begun = 0
    const script = (): URL => {
      begun++
      return new URL(`data:text/javascript,${encodeURIComponent(source)}`)
    }
    expect(await all((await readingAhead(path, script)).readAll(ORIGIN))).toEqual(events)
    expect(begun).toBeGreaterThan(1)
  })

  it('sees what is appended meanwhile, here and by others', async () => {
    const { path, events } = await filled()
    const store = await readingAhead(path)
    const { rest } = await begun(store)
    const other = await openSqlite({ path })
    right(await other.append('c', 'none', [event(1)])())
    right(await store.append('c', standingAt(0), [event(2)])())
    await other.close()
    const read = await rest()
    expect(read.slice(0, EVENTS)).toEqual(events)
    expect(read.slice(EVENTS)).toMatchObject([
      { stream: 'c', revision: 0 },
      { stream: 'c', revision: 1 },
    ])
  })

  it('is out of the way of an import, after which reading goes on', async () => {
    const { path, events } = await filled()
    const store = await readingAhead(path)
    const { rest } = await begun(store)
    const imported = inPages([RNEA.of({ stream: 'c', expected: 'none', events: RNEA.of(event()) })])
    right(await store.appendAll(right(await store.head()()), imported)())
    expect((await rest()).map(({ position }) => position)).toEqual([...events, 1].map((_, index) => index + 1))
  })

  it('is ended by closing the store, which leaves nothing beside the file, and reading ends with that', async () => {
    const { path } = await filled()
    const store = await readingAhead(path)
    const { rest } = await begun(store)
    await store.close()
    expect(readdirSync(dirname(path))).toEqual(['events.db', 'events.db-head'])
    await expect(rest()).rejects.toMatchObject({ code: 'closed' })
  })

  it('is ended by who reads no further, and the store closes', async () => {
    const { path } = await filled()
    const store = await readingAhead(path)
    const { pages } = await begun(store)
    await pages.return?.()
    await store.close()
    expect(readdirSync(dirname(path))).toEqual(['events.db', 'events.db-head'])
  })

  it('gives nothing of a file that was moved away', async () => {
    const { path } = await filled()
    const store = await readingAhead(path)
    const { rest } = await begun(store)
    renameSync(dirname(path), `${dirname(path)}.away`)
    await expect(rest()).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('finds damage where it is, which is then told as without it', async () => {
    const { path, events } = await filled()
    const hand = openConnection(path)
    hand.exec('DROP TRIGGER events_are_not_changed')
    hand.exec(`UPDATE events SET data = '{}' WHERE position = 30`)
    hand.close()
    const reading = async (store: EventStore) => {
      const read: StoredEvent[] = []
      try {
        for await (const page of store.readAll(ORIGIN)) read.push(...page)
      } catch (error) {
        return { read, error }
      }
      return { read, error: 'none' }
    }
    const store = await openSqlite({ path })
    opened.push(store)
    const { error } = await reading(store)
    expect(error).toMatchObject({ code: 'damaged' })
    expect(await reading(await readingAhead(path))).toEqual({ read: events.slice(0, 29), error })
  })

  it.each([
    [3, 'was left alone'],
    [10, 'was left alone'],
    [EVENTS + 1, 'came to its end'],
  ])('keeps no process running that asked for %i pages and %s, nor lets it end before it has them', async (wanted) => {
    const { path } = await filled()
    const reader = startScript('sqlite-reader', [path, String(wanted)])
    expect(await reader.ended).toEqual([String(Math.min(wanted, EVENTS))])
  })
})
