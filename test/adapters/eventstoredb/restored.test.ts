/** Positions at which no event stands any more: of a server on which an older backup was restored. */

import { afterEach, expect, it, vi } from 'vitest'
import { eventStoreDb } from '../../../adapters/eventstoredb/index.js'
import { memoryFileStore, memorySnapshotStore } from '../../../adapters/memory/index.js'
import { type Position, toPosition } from '../../../domain/ports/event-store.js'
import type { SnapshotStore } from '../../../domain/ports/snapshot-store.js'
import { openLedger } from '../../../index.js'
import { all, newEvent, openStore, take } from '../../support/eventstoredb/open-store.js'
import { resources } from '../../support/eventstoredb/resources.js'

const { open, start } = resources()
// Before what is open is closed.
afterEach(() => {
  vi.restoreAllMocks()
})

const besides = (position: Position): Position => toPosition(position - 1)

it.each(['23.10.6', '25.0.0'])('are told at once, with what to do, by a server %s', async (version) => {
  const standIn = await start({ version })
  const store = await openStore(standIn.connectionString())
  open.push(store)
  const appended = await store.append('artifact-one', 'none', [newEvent()])()
  const { position } = 'right' in appended ? appended.right : expect.fail()
  await store.append('artifact-two', 'none', [newEvent()])()
  const lost = {
    code: 'damaged',
    message: expect.stringMatching(
      /no event stands at position \d+ .* backup was restored there.*delete the snapshots/,
    ),
  }
  await expect(all(store.readAll(besides(position)))).rejects.toMatchObject(lost)
  await expect(take(1, store.subscribe(besides(position)))).rejects.toMatchObject(lost)
  expect(await all(store.readAll(position))).toHaveLength(1)
})

it('are told by the head where the log ends before them', async () => {
  const standIn = await start({ version: '23.10.6' })
  const store = await openStore(standIn.connectionString())
  open.push(store)
  await store.append('artifact-one', 'none', [newEvent()])()
  await store.head()()
  const restored = await start({ version: '23.10.6' })
  await standIn.refuse()
  Object.defineProperty(standIn.nodes[0], 'log', { value: restored.log })
  await standIn.accept()
  expect(await store.head()()).toMatchObject({
    left: { _tag: 'damaged-store', reason: expect.stringContaining('an older backup was restored there') },
  })
})

/** A snapshot that was kept before: of the same ledger, and of positions that are none any more. */
const displaced = (kept: SnapshotStore): SnapshotStore => ({
  save: kept.save,
  load: (key) => async () => {
    const loaded = await kept.load(key)()
    if (loaded._tag === 'Left' || loaded.right === undefined) return loaded
    const [header, head, ...parts] = loaded.right
    const moved = (part: unknown, member: string) => {
      const record = typeof part === 'object' && part !== null ? part : {}
      return { ...record, [member]: Number(Reflect.get(record, member)) + 1 }
    }
    return { ...loaded, right: [moved(header, 'position'), moved(head, 'after'), ...parts] }
  },
})

it('throw a snapshot away, which is told, and all events are read', async () => {
  const standIn = await start({ version: '23.10.6' })
  const kept = memorySnapshotStore()
  const files = { ...memoryFileStore(), close: async () => undefined }
  const opened = (snapshots: SnapshotStore) =>
    openLedger({
      events: eventStoreDb(standIn.connectionString()),
      ...{ files, snapshots, actor: 'anna', entity: 'acme', project: 'animals' },
    })
  const first = await opened(kept)
  await first.createArtifact({ name: 'cats', type: 'model' })
  await Promise.all(
    Array.from({ length: 1000 }, (_, n) => first.describeArtifact({ name: 'cats', description: `${n}` })),
  )
  await first.artifacts()
  await first.close()
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const second = await opened(displaced(kept))
  open.push(second)
  expect((await second.artifacts()).items).toHaveLength(1)
  expect(warned.mock.calls.map(([message]) => String(message))).toEqual([
    expect.stringMatching(/The snapshot is of other events than those that are there .* all events are read instead/),
  ])
})
