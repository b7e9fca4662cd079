/** A projection that throws stays where it is and says so; nothing is folded twice, and all others go on. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { memorySnapshotStore } from '../../../adapters/memory/index.js'
import { systemClock } from '../../../adapters/system/index.js'
import { type Projector, projector } from '../../../application/projecting/projector.js'
import { describeReadError } from '../../../application/projecting/read-error.js'
import { type StoredEvent, toPosition } from '../../../domain/ports/event-store.js'
import type { SnapshotStore } from '../../../domain/ports/snapshot-store.js'
import { auditProjection } from '../../../projections/audit/audit-index.js'
import type { Projection } from '../../../projections/projection.js'
import { historyOf, manyTimes, partly } from '../../projections/histories.js'
import { left, right } from '../../support/domain-ledger.js'

const NUMBERS = Array.from({ length: 60 }, (_, index) => (index + 1) * 9_876_543_211)
const FATAL = 1000

interface Counted {
  events: number
}

/** Counts events; `fails` is asked when one was counted, so that a failure leaves it half done. */
const counting = (fails: (position: number) => boolean): Projection<Counted> => ({
  name: 'counted',
  version: 1,
  folds: new Set(['AliasMoved']),
  initial: () => ({ events: 0 }),
  apply: (state, { position }) => {
    state.events += 1
    if (fails(position)) throw new RangeError(`no room for ${position}`)
  },
  save: ({ events }) => [events],
  load: ([events]) => (typeof events === 'number' ? { events } : undefined),
})

let events: ReadonlyArray<StoredEvent>
beforeAll(async () => {
  events = manyTimes(await historyOf(NUMBERS), 1500)
})

const projectorOf = (
  counted: Projection<Counted>,
  { store = partly(events), snapshots }: { store?: ReturnType<typeof partly>; snapshots?: SnapshotStore } = {},
): Projector<{ readonly counted: Counted }> =>
  projector({ store, projections: { counted }, clock: systemClock, snapshots, turn: 0 })

const atFatal = (position: number): boolean => position === FATAL

describe('a projection that throws at an event', () => {
  it('says which, and stays before it, however often it is asked', async () => {
    const failing = projectorOf(counting(atFatal))
    for (let asked = 0; asked < 3; asked++) {
      const failure = left(await failing.fresh()())
      expect(failure).toMatchObject({
        ...{ _tag: 'projection-failed', projection: 'counted', version: 1, position: FATAL },
        ...{ type: events[FATAL - 1]?.type, stream: events[FATAL - 1]?.stream, reason: `no room for ${FATAL}` },
        stack: expect.stringContaining('RangeError'),
      })
      expect(describeReadError(failure)).toContain(`the event at position ${FATAL}, `)
      const progress = right(await failing.progress()())
      expect(progress).toMatchObject({ checkpoint: FATAL - 1, applied: FATAL - 1, failure })
      expect(failing.known().states.counted.events).toBe(FATAL)
      await nextTurn()
    }
  })

  it('answers as of what was before it, and never by a snapshot of what it did by halves', async () => {
    const snapshots = memorySnapshotStore()
    const failing = projectorOf(counting(atFatal), { snapshots })
    left(await failing.fresh()())
    const eventsAt = (position: number) => failing.ask(({ counted }) => counted.events, toPosition(position))()
    expect(right(await eventsAt(FATAL - 1))).toBe(FATAL - 1)
    expect(right(await eventsAt(7))).toBe(7)
    expect(left(await eventsAt(FATAL))).toMatchObject({ _tag: 'projection-failed' })
    expect(left(await eventsAt(FATAL + 1))).toMatchObject({ _tag: 'projection-failed' })
    await failing.snapshot()
    await failing.close()
    expect(right(await snapshots.load('counted')())).toBeUndefined()
  })

  it('is not asked when it failed behind what was fresh', async () => {
    const store = partly(events)
    store.upTo = toPosition(FATAL - 1)
    const failing = projectorOf(counting(atFatal), { store })
    right(await failing.fresh()())
    await nextTurn()
    const asked = failing.ask(({ counted }) => counted.events)()
    store.upTo = toPosition(FATAL)
    left(await failing.waitFor(FATAL)())
    expect(left(await asked)).toMatchObject({ _tag: 'projection-failed' })
  })

  it('goes on when it is rebuilt with what it can fold', async () => {
    let fails = true
    const failing = projectorOf(counting((position) => fails && atFatal(position)))
    left(await failing.fresh()())
    expect(left(await failing.rebuild()())).toMatchObject({ _tag: 'projection-failed', position: FATAL })
    fails = false
    expect(right(await failing.rebuild()())).toMatchObject({ checkpoint: events.length, failure: null })
    await nextTurn()
    expect(right(await failing.fresh()()).states.counted.events).toBe(events.length)
  })

  it('leaves another projector of the same store alone', async () => {
    const store = partly(events)
    const failing = projectorOf(counting(atFatal), { store })
    const other = projector({ store, projections: { index: auditProjection }, clock: systemClock })
    const [one, two] = await Promise.all([failing.fresh()(), other.fresh()()])
    left(one)
    expect(right(two).states.index.count).toBe(events.length)
  })
})

describe('states as of a position', () => {
  it('are what the events up to it give, wherever the present ones and the snapshot are', async () => {
    const snapshots = memorySnapshotStore()
    const store = partly(events)
    const eventsAt = async (asked: ReturnType<typeof projectorOf>, position: number) =>
      right(await asked.ask(({ counted }) => counted.events, toPosition(position))())
    const model = projectorOf(
      counting(() => false),
      { store, snapshots },
    )
    expect(await eventsAt(model, 10)).toBe(10)
    expect(await eventsAt(model, 600)).toBe(600)
    await model.snapshot()
    // It comes no further than what it is asked for, and the rest with the next question about now.
    expect(right(await model.progress()())).toMatchObject({ checkpoint: 600, applied: 600 })
    right(await model.fresh()())
    for (const position of [0, 1, 599, 600, 601, 1100, events.length]) {
      expect(await eventsAt(model, position)).toBe(position)
    }
    expect(right(await model.progress()())).toMatchObject({ checkpoint: events.length, applied: events.length })
    const reopened = projectorOf(
      counting(() => false),
      { store, snapshots },
    )
    expect(await eventsAt(reopened, 601)).toBe(601)
    expect(right(await reopened.progress()()).applied).toBe(1)
  })

  it('are given up when the projector is closed, in the midst of a page', async () => {
    let folded = 0
    const model = projectorOf(
      counting(() => {
        folded += 1
        return false
      }),
    )
    const asked = model.ask(() => 'answered', toPosition(events.length))()
    while (folded === 0) await nextTurn()
    await model.close()
    expect(left(await asked)).toMatchObject({ _tag: 'closed' })
    expect(folded).toBeLessThan(events.length)
  })
})
