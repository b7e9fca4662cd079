/** What lasts, over a server that tells of what is new by itself, and is away for a while. */
import { afterEach, expect, it } from 'vitest'
import { type EventStoreDbOptions, eventStoreDb } from '../../../adapters/eventstoredb/index.js'
import { memoryFileStore } from '../../../adapters/memory/index.js'
import { ORIGIN } from '../../../domain/ports/event-store.js'
import { type Ledger, openLedger } from '../../../index.js'
import { openStore } from '../../support/eventstoredb/open-store.js'
import { StandIn } from '../../support/eventstoredb/stand-in.js'
import { foreignSignal } from '../../support/foreign-signal.js'

const open: Array<{ close(): Promise<void> }> = []
afterEach(async () => {
  for (const resource of open.splice(0).reverse()) await resource.close()
})

const start = async () => {
  const standIn = await StandIn.start()
  open.push({ close: () => standIn.stop() })
  const files = { ...memoryFileStore(), close: async () => undefined }
  const instance = async (options?: EventStoreDbOptions): Promise<Ledger> => {
    const events = eventStoreDb(standIn.connectionString(), options)
    const ledger = await openLedger({ events, files, actor: 'anna', entity: 'acme', project: 'animals' })
    open.push(ledger)
    return ledger
  }
  return { standIn, instance }
}

/** A call may take so long, and a question tries for so long: less than the server is away. */
const IMPATIENT = { timeout: 100, patience: 200 }

const describeIn = (ledger: Ledger) => async (text: number) =>
  (await ledger.describeArtifact({ name: 'cats', description: `${text}` })).position

it('an instance that watches hears of what others write without asking for it', async () => {
  const { standIn, instance } = await start()
  const [writer, reader] = [await instance(), await instance()]
  const { position: first } = await writer.createArtifact({ name: 'cats', type: 'model' })
  const positions: number[] = []
  reader.watchPosition.subscribe((position) => positions.push(position))
  await expect.poll(() => positions).toEqual([first])
  await expect.poll(() => standIn.seen.subscription - standIn.seen.ended).toBe(1)
  const write = describeIn(writer)
  await write(0)
  const before = standIn.seen.read + standIn.seen.subscription
  let last = 0
  for (let n = 1; n < 40; n++) last = await write(n)
  await expect.poll(() => positions.at(-1)).toBe(last)
  await reader.waitFor(last)
  // `waitFor` asks once where the end is.
  expect(standIn.seen.read + standIn.seen.subscription - before).toBe(1)
})

it('who waits for a position hears of it without asking for it', async () => {
  const { standIn, instance } = await start()
  const [writer, reader] = [await instance(), await instance()]
  const { position } = await writer.createArtifact({ name: 'cats', type: 'model' })
  await reader.waitFor(position)
  await expect.poll(() => standIn.seen.subscription - standIn.seen.ended).toBe(0)
  const waiting = reader.waitFor(position + 1, 60_000)
  await expect.poll(() => standIn.seen.subscription - standIn.seen.ended).toBe(1)
  const before = standIn.seen.subscription
  await describeIn(writer)(1)
  await waiting
  expect(standIn.seen.subscription).toBe(before)
  await expect.poll(() => standIn.seen.subscription - standIn.seen.ended).toBe(0)
})

it('what lasts goes on when the server was away for longer than a question would wait', async () => {
  const { standIn, instance } = await start()
  const writer = await instance()
  const reader = await instance(IMPATIENT)
  const { position: first } = await writer.createArtifact({ name: 'cats', type: 'model' })
  const [positions, descriptions]: [number[], Array<string | null>] = [[], []]
  reader.watchPosition.subscribe((position) => positions.push(position))
  const watched = reader.watch(async (now) => (await now.artifact('cats')).description)
  watched.subscribe((description) => descriptions.push(description))
  await expect.poll(() => [positions, descriptions]).toEqual([[first], [null]])
  const gate = standIn.nodes[0]?.gate ?? expect.fail()
  gate.freeze()
  const waiting = reader.waitFor(first + 1, 60_000)
  await expect(reader.artifact('cats')).rejects.toMatchObject({ code: 'unavailable' })
  await standIn.refuse()
  await expect(reader.artifact('cats')).rejects.toMatchObject({ code: 'unavailable' })
  gate.thaw()
  await standIn.accept()
  const last = await describeIn(writer)(1)
  await waiting
  await expect.poll(() => positions.at(-1)).toBe(last)
  await expect.poll(() => descriptions.at(-1)).toBe('1')
})

it.each(['before it begins', 'while it waits'])(
  'a subscription ends with a signal of another realm that aborts %s, and leaves no listener',
  async (when) => {
    const { standIn } = await start()
    const store = await openStore(standIn.connectionString())
    open.push(store)
    const { signal, abort, listeners } = foreignSignal()
    if (when === 'before it begins') abort()
    const iterator = store.subscribe(ORIGIN, signal)[Symbol.asyncIterator]()
    const next = iterator.next()
    if (when === 'while it waits') {
      expect(listeners()).toBe(1)
      abort()
    }
    expect(await next).toMatchObject({ done: true })
    expect(listeners()).toBe(0)
    const other = foreignSignal()
    const left = store.subscribe(ORIGIN, other.signal)[Symbol.asyncIterator]()
    const waiting = left.next()
    await left.return?.()
    await waiting
    expect(other.listeners()).toBe(0)
  },
)
