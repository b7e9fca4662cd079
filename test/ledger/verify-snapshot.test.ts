import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { beforeAll, describe, expect, it } from 'vitest'
import { memoryEventStore, memoryFileStore, memorySnapshotStore } from '../../adapters/memory/index.js'
import { systemClock } from '../../adapters/system/index.js'
import { projector } from '../../application/projecting/projector.js'
import type { EventStore, StoredEvent } from '../../domain/ports/event-store.js'
import type { SnapshotStore } from '../../domain/ports/snapshot-store.js'
import { type OwnProjection, openLedger, projection } from '../../index.js'
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
  const ledger = await openLedger({ ...options, snapshots: kept(snapshots) })
  const { damagedEvents, damagedStore } = await ledger.verify()
  expect(damagedEvents).toEqual([])
  await Promise.all([before.close(), ledger.close()])
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

describe('verify holds the kept state of a long stream against its events', () => {
  const STREAM = 'artifact-acme/animals/cats'
  /** Of a ledger of more events than it takes to keep one, with what was kept changed. */
  const found = async (changed: (parts: ReadonlyArray<unknown>) => ReadonlyArray<unknown>) => {
    const [events, files, snapshots] = [memoryEventStore(), memoryFileStore(), memorySnapshotStore()]
    const options = {
      events: { ...events, close: async () => undefined },
      files: { ...files, close: async () => undefined },
      snapshots,
      actor: 'anna',
      entity: 'acme',
      project: 'animals',
    }
    const before = await openLedger(options)
    for (const bytes of ['one', 'two']) await before.logArtifact({ name: 'cats', type: 'model', content: text(bytes) })
    await Promise.all(
      Array.from({ length: 1000 }, (_, move) => before.moveAlias({ version: `cats:v${move % 2}`, alias: 'best' })),
    )
    await before.close()
    let kept = 0
    const ledger = await openLedger({
      ...options,
      snapshots: {
        ...snapshots,
        load: (key) => async () => {
          const loaded = await snapshots.load(key)()
          if (!key.startsWith('stream-') || E.isLeft(loaded) || loaded.right === undefined) return loaded
          kept++
          return E.right(changed(loaded.right))
        },
      },
    })
    const { damagedEvents, damagedStore } = await ledger.verify(undefined, { contents: false })
    await ledger.close()
    expect([kept, damagedEvents]).toEqual([1, []])
    return damagedStore.map(({ what, reason, touches }) => ({ what, reason, touches }))
  }

  it.each([
    ['is what they give', (parts: ReadonlyArray<unknown>) => parts, undefined],
    [
      'holds something else',
      // Digests, and texts.
      (parts: ReadonlyArray<unknown>) =>
        parts.map((part) => (part instanceof Uint8Array ? part.map((byte) => byte ^ 1) : part)),
      'holds something else than its events give',
    ],
    [
      'is of other events',
      ([head, ...parts]: ReadonlyArray<unknown>) => [Object.assign({}, head, { leaf: 'another' }), ...parts],
      'is of other events than those that are there',
    ],
    ['is none', ([head]: ReadonlyArray<unknown>) => [head], 'is none'],
  ])('and says that one %s', async (_, changed, words) => {
    expect(await found(changed)).toEqual(
      words === undefined
        ? []
        : [{ what: 'snapshot', reason: expect.stringContaining(words), touches: `commands on ${STREAM}` }],
    )
  })
})

describe('verify holds the kept snapshot of a read model of one’s own against the events', () => {
  interface Count {
    moved: number
  }
  /** @param at the move at which it throws */
  const counting = (step: number, version = 1, at = Number.POSITIVE_INFINITY) =>
    projection({
      name: 'counting',
      version,
      folds: ['AliasMoved'],
      initial: (): Count => ({ moved: 0 }),
      apply: (state) => {
        state.moved += step
        if (state.moved >= at) throw new RangeError('no room')
        return state
      },
      load: (saved) =>
        typeof saved === 'object' && saved !== null && 'moved' in saved && typeof saved.moved === 'number'
          ? { moved: saved.moved }
          : undefined,
    })
  const other = projection({ ...counting(1), name: 'other' })

  const [events, files, snapshots] = [memoryEventStore(), memoryFileStore(), memorySnapshotStore()]
  const options = {
    events: { ...events, close: async () => undefined },
    files: { ...files, close: async () => undefined },
    ...{ actor: 'anna', entity: 'acme', project: 'animals' },
  }
  /** Snapshots of 1,000 moves, and three more behind them. */
  beforeAll(async () => {
    const own = counting(1)
    const ledger = await openLedger({ ...options, snapshots, projections: [own, other] })
    await ledger.logArtifact({ name: 'cats', type: 'model', content: text('one') })
    const move = (alias: number) => ledger.moveAlias({ version: 'cats:v0', alias: `best-${alias}` })
    await Promise.all(Array.from({ length: 1000 }, (_, alias) => move(alias)))
    await Promise.all([ledger.read(own), ledger.read(other)])
    await ledger.close()
    const later = await openLedger(options)
    for (let alias = 0; alias < 3; alias++) await later.moveAlias({ version: 'cats:v0', alias: `better-${alias}` })
    await later.close()
  })

  const found = async (own: OwnProjection<Count>) => {
    const kept = { ...snapshots, save: () => TE.right(undefined) }
    const ledger = await openLedger({ ...options, snapshots: kept, projections: [own, other], readOnly: true })
    const { damagedEvents, damagedStore } = await ledger.verify(undefined, { contents: false })
    await ledger.close()
    expect(damagedEvents).toEqual([])
    return damagedStore
  }

  it.each<readonly [string, OwnProjection<Count>]>([
    ['is what they give', counting(1)],
    ['is of another version, which is thrown away', counting(2, 2)],
    ['is of before the event at which the projection throws', counting(1, 1, 1003)],
  ])('and finds nothing where it %s', async (_, verified) => {
    expect(await found(verified)).toEqual([])
  })

  it.each<readonly [string, OwnProjection<Count>, string]>([
    [
      'holds something else, as where apply is another',
      counting(2),
      'it holds something else than the events give: counting',
    ],
    [
      'holds an event that cannot be folded',
      counting(1, 1, 900),
      'it holds events that cannot be folded: the projection counting',
    ],
  ])('and says which one %s', async (_, verified, words) => {
    expect(await found(verified)).toEqual([
      {
        what: 'snapshot',
        reason: expect.stringContaining(`the snapshot of the projection counting: ${words}`),
        touches: 'what is read of the projection counting',
        remedy: expect.stringContaining('raise its version'),
      },
    ])
  })
})
