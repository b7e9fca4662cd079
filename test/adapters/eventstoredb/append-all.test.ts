import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it, vi } from 'vitest'
import { type Append, type EventStore, ORIGIN, revisionBefore, toRevision } from '../../../domain/ports/event-store.js'
import { all, newEvent, openStore, SHORT } from '../../support/eventstoredb/open-store.js'
import { resources } from '../../support/eventstoredb/resources.js'
import type { AppendFault, StandIn, StandInOptions } from '../../support/eventstoredb/stand-in.js'

const { open, start } = resources()

/** Where a busy machine is not to be taken for a fault. */
const PATIENT = { timeout: 20_000, patience: 60_000 }

const opened = async (options: StandInOptions = {}, patience = SHORT) => {
  const standIn = await start(options)
  const store = await openStore(standIn.connectionString(), patience)
  open.push(store)
  return { standIn, store }
}

/** Appends to streams that alternate, as runs and artifacts do. */
const alternating = (count: number, streams = 7): ReadonlyArray<Append> =>
  Array.from({ length: count }, (_, index) => ({
    stream: `run-${index % streams}`,
    expected: revisionBefore(toRevision(Math.floor(index / streams))),
    events: [newEvent(index)],
  }))

const inPages = async function* (appends: ReadonlyArray<Append>, size = 100) {
  for (let from = 0; from < appends.length; from += size) {
    const [first, ...rest] = appends.slice(from, from + size)
    if (first !== undefined) yield [first, ...rest] as const
  }
}

const appendAll = (store: EventStore, appends: ReadonlyArray<Append>, after = ORIGIN) =>
  store.appendAll(after, inPages(appends))()

const idsOf = (appends: ReadonlyArray<Append>) => appends.flatMap(({ events }) => events.map(({ id }) => id))
const idsIn = async (store: EventStore) => (await all(store.readAll(ORIGIN))).map(({ id }) => id)

/** When so many appends have come in batches. */
const batched = (standIn: StandIn, count: number) =>
  vi.waitFor(() => expect(standIn.seen.batched).toBeGreaterThanOrEqual(count), { timeout: 60_000, interval: 1 })

const FAULTS: ReadonlyArray<AppendFault> = [
  'drop-before-commit',
  'drop-after-commit',
  'swallow-request',
  'swallow-reply',
  'commit-timeout',
  'not-leader',
  'not-ready',
]

describe('many appends on EventStoreDB', () => {
  it('are on their way together, and stand in the order in which they came', async () => {
    const { standIn, store } = await opened({ latency: 5 }, PATIENT)
    const appends = alternating(500)
    const end = await appendAll(store, appends)
    const events = await all(store.readAll(ORIGIN))
    expect(events.map(({ id }) => id)).toEqual(idsOf(appends))
    expect(end).toEqual(E.right(events.at(-1)?.position))
    expect(standIn.seen).toMatchObject({ append: 1, batchAppend: 1, batched: 499 })
    expect(await appendAll(store, alternating(1), ORIGIN)).toMatchObject({ left: { _tag: 'in-use' } })
  })

  it.each(FAULTS)('are written once and in order in spite of %s', async (fault) => {
    const { standIn, store } = await opened()
    const appends = alternating(60)
    standIn.faults.append.push(...Array<AppendFault>(20).fill('none'), fault)
    expect(await appendAll(store, appends)).toMatchObject({ _tag: 'Right' })
    expect(standIn.faults.append).toEqual([])
    expect(await idsIn(store)).toEqual(idsOf(appends))
  })

  it('go on at the next leader of a cluster', async () => {
    const { standIn, store } = await opened({ nodes: 3, latency: 2 })
    const appends = alternating(400)
    const end = appendAll(store, appends)
    await batched(standIn, 50)
    await standIn.nodes[0]?.kill()
    standIn.leader = 1
    expect(await end).toMatchObject({ _tag: 'Right' })
    expect(await idsIn(store)).toEqual(idsOf(appends))
  })

  it('are ended by one that is more than the server takes, and nothing stands behind it', async () => {
    const { store } = await opened({ maxAppendSize: 3000 })
    const [large, ...behind] = alternating(60).slice(30)
    const before = alternating(60).slice(0, 30)
    if (large === undefined) throw new Error('there are sixty')
    const tooLarge: Append = { ...large, events: [newEvent('x'.repeat(4000))] }
    const outcome = await appendAll(store, [...before, tooLarge, ...behind])
    expect(outcome).toMatchObject({ left: { _tag: 'too-large', limit: 3000 } })
    expect(await idsIn(store)).toHaveLength(30)
  })

  it('tell when somebody else writes to the ledger meanwhile', async () => {
    const { standIn, store } = await opened({ latency: 2 }, PATIENT)
    const other = await openStore(standIn.connectionString())
    open.push(other)
    const end = appendAll(store, alternating(400))
    await batched(standIn, 50)
    expect(await other.append('artifact-one', 'none', [newEvent()])()).toMatchObject({ _tag: 'Right' })
    expect(await end).toMatchObject({ left: { _tag: 'in-use' } })
  })

  it('are compared with the log: one that is missing there, before others of them, is told', async () => {
    const { standIn, store } = await opened()
    standIn.faults.append.push(...Array<AppendFault>(20).fill('none'), 'wrong-expected')
    expect(await appendAll(store, alternating(60, 60))).toMatchObject({
      left: { _tag: 'damaged-store', reason: expect.stringContaining('under another name of the ledger') },
    })
  })

  it('tell of a stream that is deleted meanwhile', async () => {
    const { standIn, store } = await opened({ latency: 2 }, PATIENT)
    const end = appendAll(store, alternating(400))
    await batched(standIn, 50)
    standIn.log.softDelete('ledger:run-1')
    expect(await end).toMatchObject({
      left: { _tag: 'damaged-store', reason: expect.stringContaining('ledger:run-1') },
    })
  })

  it('end when the store is closed, and the same again goes on from there', async () => {
    const { standIn, store } = await opened({ latency: 2 }, PATIENT)
    const appends = alternating(400)
    const end = appendAll(store, appends)
    await batched(standIn, 50)
    await store.close()
    expect(await end).toMatchObject({ left: { _tag: 'closed' } })
    const again = await openStore(standIn.connectionString())
    open.push(again)
    const there = await all(again.readAll(ORIGIN))
    const ids = there.map(({ id }) => id)
    expect(ids).toEqual(idsOf(appends).slice(0, ids.length))
    expect(await appendAll(again, appends.slice(ids.length), there.at(-1)?.position)).toMatchObject({ _tag: 'Right' })
    expect(await idsIn(again)).toEqual(idsOf(appends))
  })
})
