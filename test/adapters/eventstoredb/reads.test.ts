import { setTimeout as delay } from 'node:timers/promises'
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import { describe, expect, it, vi } from 'vitest'
import { type EventStore, ORIGIN, type StoredEvent } from '../../../domain/ports/event-store.js'
import { all, DEFAULT_PATIENCE, newEvent, openStore, take } from '../../support/eventstoredb/open-store.js'
import { resources } from '../../support/eventstoredb/resources.js'
import type { ReadFault, StandIn } from '../../support/eventstoredb/stand-in.js'

const STREAM = 'artifact-one'

const { open, start } = resources()

const openOn = async (standIn: StandIn, options?: Parameters<typeof openStore>[1]): Promise<EventStore> => {
  const store = await openStore(standIn.connectionString(), options)
  open.push(store)
  return store
}

const fill = async (store: EventStore, count: number, content: unknown = 'x'): Promise<void> => {
  const before = (await all(store.readStream(STREAM, 'none'))).at(-1)?.revision
  const events = RNEA.makeBy(() => newEvent(content))(count)
  expect(await store.append(STREAM, before ?? 'none', events)()).toMatchObject({ _tag: 'Right' })
}

const revisions = (events: ReadonlyArray<StoredEvent>) => events.map(({ revision }) => revision)
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)

const FAULTS: ReadonlyArray<ReadFault> = [
  'duplicate',
  'not-leader',
  { drop: 'connection', after: 0 },
  { drop: 'connection', after: 7 },
  { drop: 'call', after: 7 },
  { silent: true, after: 0 },
  { silent: true, after: 7 },
]

describe('a read on EventStoreDB', () => {
  it.each(FAULTS.map((fault) => [JSON.stringify(fault), fault] as const))(
    'gives each event once, in order, in spite of %s',
    async (_name, fault) => {
      const standIn = await start()
      const store = await openOn(standIn)
      await fill(store, 20)
      standIn.faults.read.push(fault, fault)
      expect(revisions(await all(store.readStream(STREAM, 'none')))).toEqual(upTo(20))
      standIn.faults.read.push(fault)
      expect(await store.head()()).toMatchObject({ right: (await all(store.readAll(ORIGIN))).at(-1)?.position })
      standIn.faults.subscription.push(fault, fault)
      expect(revisions(await all(store.readAll(ORIGIN)))).toEqual(upTo(20))
    },
  )

  it('fails in time, and says why, when the server says nothing or is gone', async () => {
    const standIn = await start()
    const store = await openOn(standIn, { patience: 1000 })
    await fill(store, 1)
    const reads = [() => all(store.readStream(STREAM, 'none')), () => all(store.readAll(ORIGIN))]
    const failure = { name: 'EventStoreError', code: 'unavailable', message: expect.stringContaining('127.0.0.1') }
    const failures = async () => {
      const before = performance.now()
      await Promise.all([
        ...reads.map((read) => expect(read()).rejects.toMatchObject(failure)),
        expect(store.head()()).resolves.toMatchObject({ left: { _tag: 'unavailable' } }),
      ])
      expect(performance.now() - before).toBeLessThan(DEFAULT_PATIENCE)
    }
    for (const { gate } of standIn.nodes) gate.freeze()
    await failures()
    for (const { gate } of standIn.nodes) gate.thaw()
    await standIn.refuse()
    await failures()
    await standIn.accept()
    for (const read of reads) await vi.waitFor(async () => expect(await read()).toHaveLength(1), 60_000)
  })

  it('ends with `closed` when the store is closed meanwhile', async () => {
    const standIn = await start()
    const store = await openOn(standIn, { timeout: 5000 })
    await fill(store, 1)
    standIn.faults.read.push({ silent: true, after: 0 }, { silent: true, after: 0 })
    standIn.faults.subscription.push({ silent: true, after: 0 }, { silent: true, after: 0 })
    const reads = [all(store.readStream(STREAM, 'none')), all(store.readAll(ORIGIN)), all(store.subscribe(ORIGIN))]
    const closed = Promise.all(reads.map((read) => expect(read).rejects.toMatchObject({ code: 'closed' })))
    const head = store.head()()
    await delay(20)
    await store.close()
    await closed
    expect(await head).toMatchObject({ left: { _tag: 'closed' } })
  })

  it('sees nothing of other ledgers and applications on the server', async () => {
    const standIn = await start()
    const [store, neighbour] = [await openOn(standIn), await openOn(standIn, { ledger: 'ledger.b' })]
    const foreign = { ...newEvent(), json: false, data: Buffer.from([1, 2, 3]), metadata: Buffer.alloc(0) }
    standIn.log.append('artifact-one', 'any', [foreign])
    standIn.log.append('ledger2:artifact-one', 'any', [foreign])
    await fill(neighbour, 5)
    expect(await all(store.readAll(ORIGIN))).toEqual([])
    expect(await all(store.readStream(STREAM, 'none'))).toEqual([])
    expect(await store.head()()).toMatchObject({ right: ORIGIN })
    await fill(store, 2)
    expect(revisions(await all(store.readAll(ORIGIN)))).toEqual([0, 1])
  })

  it('finds the head of a quiet ledger behind what others wrote', async () => {
    const standIn = await start()
    const store = await openOn(standIn)
    const others = () =>
      standIn.log.append(
        'elsewhere-1',
        'any',
        Array.from({ length: 1200 }, () => ({
          ...newEvent(),
          json: false,
          data: Buffer.alloc(1),
          metadata: Buffer.alloc(0),
        })),
      )
    others()
    expect(await store.head()()).toMatchObject({ right: ORIGIN })
    await fill(store, 3)
    const [last] = (await all(store.readAll(ORIGIN))).slice(-1)
    expect(await store.head()()).toMatchObject({ right: last?.position })
    others()
    expect(await store.head()()).toMatchObject({ right: last?.position })
    // What was looked through once is not looked through again.
    const [reads, subscriptions] = [standIn.seen.read, standIn.seen.subscription]
    expect(await store.head()()).toMatchObject({ right: last?.position })
    expect([standIn.seen.read - reads, standIn.seen.subscription - subscriptions]).toEqual([1, 0])
  })

  it('says which event is damaged', async () => {
    const standIn = await start()
    const store = await openOn(standIn)
    const damaged = async (stream: string, message: RegExp) => {
      const failure = { code: 'damaged', message: expect.stringMatching(message) }
      await expect(all(store.readStream(stream, 'none'))).rejects.toMatchObject(failure)
    }
    const foreign = { ...newEvent(), json: true, data: Buffer.from('{}'), metadata: Buffer.from('{}') }
    standIn.log.append('ledger:run-1', 'any', [foreign])
    await damaged('run-1', /event 0 of the stream ledger:run-1 was not written by this ledger/)
    standIn.log.append('ledger:run-2', 'any', [{ ...foreign, id: newEvent().id, json: false }])
    await damaged('run-2', /event 0 of the stream ledger:run-2 was not written by this ledger/)

    await store.append('run-3', 'none', [newEvent(1), newEvent(2)])()
    const [, second] = standIn.log.stream('ledger:run-3')
    if (second === undefined) throw new Error('expected an event')
    second.data.set(Buffer.from('3'), Buffer.from(second.data).indexOf('2'))
    await damaged('run-3', /event 1 of the stream ledger:run-3 is not what was written/)
    await expect(take(4, store.subscribe(ORIGIN))).rejects.toMatchObject({ code: 'damaged' })
    await expect(all(store.readAll(ORIGIN))).rejects.toMatchObject({ code: 'damaged' })

    await store.append('run-4', 'none', [newEvent(1), newEvent(2), newEvent(3)])()
    standIn.log.limit('ledger:run-4', { $tb: 2 })
    await damaged('run-4', /ledger:run-4 has no event 0, but event 2/)
  })
})

describe('a subscription on EventStoreDB', () => {
  it.each(FAULTS.map((fault) => [JSON.stringify(fault), fault] as const))(
    'gives each event once, in order, in spite of %s',
    async (_name, fault) => {
      const standIn = await start()
      const store = await openOn(standIn)
      await fill(store, 10)
      standIn.faults.subscription.push(fault, fault)
      const events = take(30, store.subscribe(ORIGIN))
      await fill(store, 10)
      await delay(50)
      await fill(store, 10)
      expect(revisions(await events)).toEqual(upTo(30))
    },
  )

  it('outlives a server that is gone for longer than anything else would wait', async () => {
    const standIn = await start()
    const [store, other] = [await openOn(standIn, { patience: 1000 }), await openOn(standIn)]
    await fill(other, 5)
    const events = take(15, store.subscribe(ORIGIN))
    await delay(50)
    await standIn.refuse()
    await delay(900)
    await standIn.accept()
    await fill(other, 10)
    expect(revisions(await events)).toEqual(upTo(15))
  })

  it('is opened anew when it was silent for long, as on a node that lost its cluster', async () => {
    const standIn = await start()
    const store = await openOn(standIn, { timeout: 50 })
    const events = take(1, store.subscribe(ORIGIN))
    await expect.poll(() => standIn.seen.subscription).toBeGreaterThan(1)
    await fill(store, 1)
    expect(await events).toHaveLength(1)
  })

  it('moves with the leader of a cluster', async () => {
    const standIn = await start({ nodes: 3 })
    const store = await openOn(standIn)
    const events = take(12, store.subscribe(ORIGIN))
    for (let leader = 0; leader < 3; leader++) {
      await fill(store, 4)
      await delay(20)
      await standIn.nodes[leader]?.kill()
      standIn.leader = (leader + 1) % 3
      await standIn.nodes[leader]?.restart()
    }
    expect(revisions(await events)).toEqual(upTo(12))
  })

  it('ends at once on its signal, also while the server is gone', async () => {
    const standIn = await start()
    const store = await openOn(standIn)
    const [aborted, returned] = [new AbortController(), store.subscribe(ORIGIN)[Symbol.asyncIterator]()]
    const waiting = [all(store.subscribe(ORIGIN, aborted.signal)), returned.next()]
    await standIn.refuse()
    await delay(50)
    const before = performance.now()
    aborted.abort()
    await returned.return?.()
    expect(await Promise.all(waiting)).toEqual([[], { done: true, value: undefined }])
    expect(performance.now() - before).toBeLessThan(DEFAULT_PATIENCE)
  })

  it('holds little of what a slow caller has not taken', async () => {
    const standIn = await start()
    const store = await openOn(standIn, { timeout: 5000 })
    const size = 8 * 1024
    for (let done = 0; done < 8; done++) await fill(store, 100, 'x'.repeat(size))
    const subscriber = store.subscribe(ORIGIN)[Symbol.asyncIterator]()
    const first = await subscriber.next()
    if (first.done === true) throw new Error('expected a page')
    await delay(300)
    // Of 800 events: what is buffered here, and what fills the window of the connection.
    expect(standIn.seen.pushed).toBeLessThan(250)

    const events = [...first.value]
    while (events.length < 800) {
      const page = await subscriber.next()
      if (page.done === true) throw new Error('expected a page')
      expect(page.value.length).toBeLessThan(250)
      events.push(...page.value)
    }
    expect(revisions(events)).toEqual(upTo(800))
    await subscriber.return?.()
  })

  it('that is left behind is ended on the server too', async () => {
    const standIn = await start()
    const store = await openOn(standIn)
    await fill(store, 1)
    for (let done = 0; done < 30; done++) await take(1, store.subscribe(ORIGIN))
    await expect.poll(() => standIn.seen.subscription - standIn.seen.ended).toBe(0)
  })
})
