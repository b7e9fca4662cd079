import * as TE from 'fp-ts/lib/TaskEither.js'
import { describe, expect, it } from 'vitest'
import { memoryEventStore, memoryFileStore, memorySnapshotStore } from '../../adapters/memory/index.js'
import { systemClock } from '../../adapters/system/index.js'
import { projector } from '../../application/projecting/projector.js'
import type { EventStore, StoredEvent } from '../../domain/ports/event-store.js'
import type { SnapshotStore } from '../../domain/ports/snapshot-store.js'
import { openLedger } from '../../index.js'
import { readModels } from '../../projections/read-models.js'
import { text } from '../support/ledger-memory.js'

/** A ledger with a snapshot of events as they are made by `changed`, and one event more. */
const verifiedWith = async (
  changed: (stored: StoredEvent) => StoredEvent,
  kept: (snapshots: SnapshotStore) => SnapshotStore = (snapshots) => snapshots,
) => {
  const [events, files, snapshots] = [memoryEventStore(), memoryFileStore(), memorySnapshotStore()]
  const options = { events, files, actor: 'anna', entity: 'acme', project: 'animals' }
  const before = await openLedger(options)
  for (const bytes of ['one', 'two']) await before.logArtifact({ name: 'cats', type: 'model', content: text(bytes) })
  await before.moveAlias({ version: 'cats:v0', alias: 'best' })
  await before.moveAlias({ version: 'cats:v1', alias: 'best' })
  const store: EventStore = {
    ...events,
    readAll: async function* (after) {
      for await (const page of events.readAll(after)) yield page.map(changed)
    },
  }
  const model = projector({ store, projections: readModels, clock: systemClock, snapshots })
  await model.fresh()()
  await model.snapshot()
  await before.moveAlias({ version: 'cats:v0', alias: 'best' })
  const { damagedEvents, damagedStore } = await (await openLedger({ ...options, snapshots: kept(snapshots) })).verify()
  expect(damagedEvents).toEqual([])
  return damagedStore
}

const same = (stored: StoredEvent): StoredEvent => stored

describe('verify holds the kept snapshot against the events', () => {
  it('and finds nothing where it is what they give', async () => {
    expect(await verifiedWith(same)).toEqual([])
  })

  it.each([
    [
      'holds something else',
      (stored: StoredEvent) => ({ ...stored, data: stored.data.replace('"to":0', '"to":1') }),
      'registry',
    ],
    ['is of other events', (stored: StoredEvent) => ({ ...stored, id: `${stored.id}0` }), 'is of other events'],
  ] as const)('and says that one %s', async (_, changed, words) => {
    expect(await verifiedWith(changed)).toMatchObject([
      {
        what: 'snapshot',
        reason: expect.stringContaining(words),
        remedy: expect.stringContaining('made anew'),
      },
    ])
  })

  it('and says that one cannot be read', async () => {
    const unreadable = (snapshots: SnapshotStore): SnapshotStore => ({
      ...snapshots,
      load: () => TE.left({ _tag: 'snapshot-failed', reason: 'its bytes do not match its digest' }),
    })
    expect(await verifiedWith(same, unreadable)).toMatchObject([
      { what: 'snapshot', reason: expect.stringContaining('its bytes do not match its digest') },
    ])
  })
})
