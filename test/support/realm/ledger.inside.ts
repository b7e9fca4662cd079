import { readFileSync } from 'node:fs'
import { expect, it, vi } from 'vitest'
import { directorySnapshotStore } from '../../../adapters/directory/index.js'
import { memoryEventStore, memoryFileStore, memorySnapshotStore } from '../../../adapters/memory/index.js'
import { systemClock } from '../../../adapters/system/index.js'
import { projector } from '../../../application/projecting/projector.js'
import { type EventStore, EventStoreError as OurEventStoreError } from '../../../domain/ports/event-store.js'
import { LedgerError, openLedger, projection } from '../../../index.js'
import { readModels } from '../../../projections/read-models.js'

const owner = { directory: 'my-ledger', actor: 'anna', entity: 'acme', project: 'churn' }

const readError = (): unknown => {
  try {
    return readFileSync('not-there')
  } catch (error) {
    return error
  }
}

it('is another realm than that of what Node makes', () => {
  expect(readError() instanceof Error).toBe(false)
  expect(structuredClone({}) instanceof Object).toBe(false)
})

it('runs README.md’s example, and once more', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  await import('../../../examples/docs/readme.js')
  vi.resetModules()
  await import('../../../examples/docs/readme.js')
  expect(log).toHaveBeenCalledWith('acme/model-registry/churn:v1', expect.anything(), expect.anything())
  expect(readFileSync('serving/model.json', 'utf8')).toMatch(/^\[0\.\d+]$/)
})

it('tells what is not there in words', async () => {
  const ledger = await openLedger(owner)
  const missing = await ledger.logArtifact({ name: 'm', type: 'model', content: 'not-there' }).catch((error) => error)
  expect(missing).toMatchObject({ message: expect.stringContaining('there is nothing of that name') })
  expect(missing).toBeInstanceOf(LedgerError)
  await ledger.close()
})

const links = projection({
  name: 'links',
  version: 1,
  folds: ['VersionLinked'],
  initial: () => ({ byStream: new Map<string, ReadonlyArray<number>>() }),
  apply: (state, { stream, position }) => {
    state.byStream.set(stream, [...(state.byStream.get(stream) ?? []), position])
    return state
  },
  load: (saved) => (isLinks(saved) ? saved : undefined),
})
const isLinks = (saved: unknown): saved is { byStream: Map<string, ReadonlyArray<number>> } =>
  typeof saved === 'object' && saved !== null && 'byStream' in saved && saved.byStream instanceof Map

it('knows the errors of another copy of the package', async () => {
  vi.resetModules()
  const copy = await import('../../../index.js')
  const { EventStoreError } = await import('../../../domain/ports/event-store.js')
  expect(copy.LedgerError).not.toBe(LedgerError)

  // A store of the other copy, which cannot be read.
  const events: EventStore = {
    ...memoryEventStore(),
    readAll: () => {
      throw new EventStoreError('damaged', 'a page is torn')
    },
  }
  const stores = { events, files: memoryFileStore() }
  const opened = openLedger({ ...stores, actor: 'anna', entity: 'acme', project: 'churn' })
  const error: unknown = await opened.catch((cause: unknown) => cause)
  expect(error).toMatchObject({ code: 'damaged-store' })
  expect(error).toBeInstanceOf(copy.LedgerError)

  class Mine extends EventStoreError {}
  expect(new Mine('closed', 'x')).toBeInstanceOf(OurEventStoreError)
  expect(new OurEventStoreError('closed', 'x')).not.toBeInstanceOf(Mine)
})

it('gives out what a projection of one’s own holds as if it was made here', async () => {
  const ledger = await openLedger({ ...owner, projections: [links] })
  const { byStream } = await ledger.read(links)
  expect(byStream).toBeInstanceOf(Map)
  expect([...byStream.values()].flat()).toStrictEqual([expect.any(Number), expect.any(Number)])
  await ledger.close()
})

it.each([
  ['memory', memorySnapshotStore()],
  ['a directory', directorySnapshotStore({ path: 'snapshots' })],
] as const)('reads a snapshot again from %s, and finds it whole', async (_, snapshots) => {
  const stores = { events: memoryEventStore(), files: memoryFileStore(), snapshots }
  const open = () => openLedger({ ...stores, actor: 'anna', entity: 'acme', project: 'churn' })
  const first = await open()
  await first.logArtifact({ name: 'cats', type: 'model', content: [{ bytes: 'one', as: 'a' }] })
  await first.moveAlias({ version: 'cats:v0', alias: 'best' })
  const model = projector({ store: stores.events, projections: readModels, clock: systemClock, snapshots })
  await model.fresh()()
  await model.snapshot()
  const again = await open()
  expect((await again.artifacts()).items).toHaveLength(1)
  expect(await again.progress()).toMatchObject({ applied: 0, snapshotProblem: null })
  expect(await again.verify()).toMatchObject({ damagedEvents: [], damagedStore: [], damaged: [] })
})
