/** Snapshots that are kept when a ledger is closed, on a store that answers nothing from that moment on. */
import * as E from 'fp-ts/lib/Either.js'
import { expect, it } from 'vitest'
import { memoryEventStore, memoryFileStore, memorySnapshotStore } from '../../adapters/memory/index.js'
import type { EventStore, StoreClosed } from '../../domain/ports/event-store.js'
import type { SnapshotStore } from '../../domain/ports/snapshot-store.js'
import { type Ledger, openLedger } from '../../index.js'

const CLOSED: StoreClosed = { _tag: 'closed', reason: 'the store was closed' }

/** Several that are opened one after another on the same events. */
const opening = (shared: EventStore) => (): EventStore => {
  let isClosed = false
  return {
    ...shared,
    head: () => async () => (isClosed ? E.left(CLOSED) : shared.head()()),
    ledgerId: () => async () => (isClosed ? E.left(CLOSED) : shared.ledgerId()()),
    close: async () => {
      isClosed = true
    },
  }
}

const closable = (kept: SnapshotStore = memorySnapshotStore()) => {
  const [events, files, warnings] = [opening(memoryEventStore()), memoryFileStore(), [] as string[]]
  const nothing = () => undefined
  const logger = {
    debug: nothing,
    info: nothing,
    warn: (line: object) => void warnings.push(JSON.stringify(line)),
    error: nothing,
  }
  const open = (snapshots: SnapshotStore = kept) =>
    openLedger({
      ...{ actor: 'anna', entity: 'acme', project: 'animals', logger },
      ...{ events: events(), files: { ...files, close: async () => undefined }, snapshots },
    })
  return { open, warnings }
}

/** So many that a snapshot is worth its keeping. */
const recorded = async (ledger: Ledger): Promise<void> => {
  await ledger.startRun({ run: 'r' })
  const metrics = Array.from({ length: 1000 }, (_, loss) => ledger.summariseRun({ run: 'r', metrics: { loss } }))
  await Promise.all(metrics)
}

const parts = async (snapshots: SnapshotStore) => {
  const kept = await snapshots.load('registry+lineage+audit')()
  return E.isRight(kept) ? kept.right : undefined
}

it('the first is kept, also by who only rebuilt', async () => {
  for (const ask of [(ledger: Ledger) => ledger.runs(), (ledger: Ledger) => ledger.rebuild()]) {
    const snapshots = memorySnapshotStore()
    const ledger = await closable().open(snapshots)
    await recorded(ledger)
    await ask(ledger)
    await ledger.close()
    expect(await parts(snapshots)).toBeDefined()
  }
})

it('one is kept in the place of one that could not be read', async () => {
  const snapshots = memorySnapshotStore()
  const ledger = await closable().open({
    ...snapshots,
    load: () => async () => E.left({ _tag: 'snapshot-failed', reason: 'it is torn' }),
  })
  await recorded(ledger)
  await ledger.runs()
  await ledger.close()
  expect(await parts(snapshots)).toBeDefined()
})

it('one is of the ledger whose id was taken over with an import', async () => {
  const source = await closable().open()
  await recorded(source)
  const { open, warnings } = closable()
  const ledger = await open()
  await ledger.runs()
  await ledger.importEvents(source.exportEvents())
  await ledger.runs()
  await ledger.close()
  const again = await open()
  expect((await again.runs()).items).toHaveLength(1)
  expect(warnings).toEqual([])
  await Promise.all([again.close(), source.close()])
})
