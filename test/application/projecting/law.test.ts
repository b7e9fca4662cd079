/** The law of the read side: live = rebuilt = restored from a snapshot = as of, and all as brute force has it. */

import { setImmediate as nextTurn } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { memorySnapshotStore } from '../../../adapters/memory/index.js'
import { systemClock } from '../../../adapters/system/index.js'
import { momentOf, timeAt } from '../../../application/projecting/as-of.js'
import type { Known } from '../../../application/projecting/model.js'
import { type Projector, projector } from '../../../application/projecting/projector.js'
import { EVENT_TYPES } from '../../../domain/events/event-shapes.js'
import type { EventStore, Position, StoredEvent } from '../../../domain/ports/event-store.js'
import { toPosition } from '../../../domain/ports/event-store.js'
import type { SnapshotStore } from '../../../domain/ports/snapshot-store.js'
import { omitUndefined } from '../../../domain/values/omit-undefined.js'
import type { Page, Paging } from '../../../projections/paging/page.js'
import { registryProjection } from '../../../projections/registry/apply.js'
import { listVersions } from '../../../projections/registry/questions/list.js'
import { type RegistryAsOf, registryQuestions } from '../../../projections/registry/questions/lookup.js'
import type { Registry } from '../../../projections/registry/state.js'
import type { PositionTimes } from '../../../projections/storage/position-times.js'
import { historyOf, manyTimes, partly } from '../../projections/histories.js'
import { bruteForce, type Picture } from '../../support/brute-force.js'
import { right } from '../../support/domain-ledger.js'
import {
  listArtifacts,
  listArtifactTypes,
  listEntities,
  listProjects,
  listRegisteredModels,
  listRuns,
} from '../../support/lists.js'

interface States {
  readonly registry: Registry
}

const projectorOn = (store: EventStore, snapshots?: SnapshotStore): Projector<States> =>
  projector<States>({ store, projections: { registry: registryProjection }, clock: systemClock, snapshots })

const pictureAt = (registry: Registry, positionTimes: PositionTimes, position: Position): Picture => {
  const asked = { registry, positionTimes, position, defaults: {} }
  const artifacts = whole(asked, (asked, page: Paging) =>
    listArtifacts(asked, { ...page, withArchived: true, withDeleted: true }),
  )
  const registeredModels = whole(asked, (asked, page: Paging) =>
    listRegisteredModels(asked, { ...page, withArchived: true, withDeleted: true }),
  )
  const versionsOf = (path: string) =>
    [path, whole(asked, (asked, page: Paging) => listVersions(asked, path, { ...page, order: 'ascending' }))] as const
  const { moment, openDrafts } = registryQuestions(asked)
  const projects = whole(asked, listProjects)
  const typesOf = (project?: string) =>
    whole(asked, (asked, page: Paging) => listArtifactTypes(asked, { ...page, ...omitUndefined({ project }) }))
  const types = projects.map(({ path }) => [path, typesOf(path)] as const).filter(([, types]) => types.length > 0)
  const taggedBy = (tag: string) =>
    [listArtifacts, listRegisteredModels].flatMap((list) =>
      whole(asked, (asked, page: Paging) => E.map(pathsOf)(list(asked, { ...page, tag }))),
    )
  return {
    moment,
    entities: whole(asked, listEntities),
    projects,
    types: Object.fromEntries([['', typesOf()], ...types]),
    tagged: Object.fromEntries(['x', 'y', 'z'].map((tag) => [tag, taggedBy(tag).sort()])),
    artifacts,
    registeredModels,
    runs: whole(asked, listRuns),
    versions: Object.fromEntries([...artifacts, ...registeredModels].map(({ path }) => versionsOf(path))),
    openDrafts: openDrafts(),
  }
}

const pathsOf = (page: Page<{ readonly path: string }>): Page<string> => ({
  ...page,
  items: page.items.map(({ path }) => path),
})

/** A list, its pages joined: of one item, of two, ... */
const whole = <A>(
  asked: RegistryAsOf,
  list: (asked: RegistryAsOf, page: Paging) => E.Either<unknown, Page<A>>,
): ReadonlyArray<A> => {
  const items: A[] = []
  const limit = 1 + (asked.position % 5)
  let page = right(list(asked, { limit }))
  for (items.push(...page.items); page.cursor !== undefined; items.push(...page.items)) {
    expect(page.items).toHaveLength(limit)
    page = right(list(asked, { limit, cursor: page.cursor }))
  }
  return items
}

const picture = ({ states, positionTimes }: Known<States>, position: Position): Picture =>
  pictureAt(states.registry, positionTimes, position)

/** In another turn of the event loop than the one before: that is how often a shell looks. */
const freshOf = async (readSide: Projector<States>): Promise<Known<States>> => {
  await nextTurn()
  return right(await readSide.fresh()())
}

/** The difference is looked for only where there is one. */
const same = (actual: Picture, expected: Picture): void => {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected)
}

const history = fc.array(fc.noBias(fc.maxSafeNat()), { minLength: 10, maxLength: 60, size: 'max' })

describe('the law of the read side', () => {
  it('holds at every position of random histories', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.nat(99), async (numbers, percent) => {
        const events = await historyOf(numbers)
        const store = partly(events)
        const later = await freshOf(projectorOn(store))

        const kept = Math.floor((events.length * percent) / 100)
        const snapshots = memorySnapshotStore()
        store.upTo = toPosition(kept)
        const keeper = projectorOn(store, snapshots)
        await freshOf(keeper)
        await keeper.snapshot()

        const live = projectorOn(store)
        const force = bruteForce()
        for (let position = 0; position <= events.length; position++) {
          const event = events[position - 1]
          if (event !== undefined) force.tell(event)
          const expected = force.picture()
          store.upTo = toPosition(position)
          same(picture(later, toPosition(position)), expected)
          same(picture(await freshOf(live), toPosition(position)), expected)
          if (position % 5 === percent % 5)
            same(picture(await freshOf(projectorOn(store)), toPosition(position)), expected)
          if (position >= kept) {
            const restored = projectorOn(store, snapshots)
            const known = await freshOf(restored)
            expect(right(await restored.progress()()).applied).toBe(position - kept)
            same(picture(known, toPosition(position)), expected)
            same(picture(known, toPosition(kept)), picture(later, toPosition(kept)))
          }
        }
        right(await live.rebuild()())
        same(picture(live.known(), toPosition(events.length)), picture(later, toPosition(events.length)))
      }),
      { numRuns: 30 },
    )
  })

  it('holds at sampled positions of 100,000 events', async () => {
    const random = fc.sample(fc.noBias(fc.maxSafeNat()), { numRuns: 1500, seed: 7 })
    const events = manyTimes(await historyOf(random), 100_000)
    // A law over histories in which something never happens would show nothing of it.
    expect([...new Set(events.map(({ type }) => type))].sort()).toEqual([...EVENT_TYPES].sort())
    const store = partly(events)
    const later = await freshOf(projectorOn(store))
    const live = projectorOn(store)
    const snapshots = memorySnapshotStore()
    const force = bruteForce()
    let position = 0
    for (const sampled of [1, 1000, 33_333, 77_777, events.length]) {
      while (position < sampled) force.tell(events[position++] as StoredEvent)
      const expected = force.picture()
      store.upTo = toPosition(sampled)
      same(picture(later, toPosition(sampled)), expected)
      const keeper = projectorOn(store, snapshots)
      same(picture(await freshOf(keeper), toPosition(sampled)), expected)
      await keeper.snapshot()
      same(picture(await freshOf(live), toPosition(sampled)), expected)
    }
  })
})

describe('time and position', () => {
  const T = (second: number): string => `2026-05-03T12:00:${String(second).padStart(2, '0')}.000Z`

  const known = async (seconds: ReadonlyArray<number>): Promise<Known<States>> => {
    const [started] = await historyOf([])
    if (started === undefined) throw new Error('no event')
    const events = seconds.map((second, index) => ({
      ...started,
      stream: `run-acme/churn/${index}`,
      position: toPosition(index + 1),
      metadata: started.metadata.replace(/"recordedAt":"[^"]*"/, `"recordedAt":"${T(second)}"`),
    }))
    return freshOf(projectorOn(partly(events)))
  }

  it('never runs backwards, whatever clocks do', async () => {
    const model = await known([10, 20, 5, 20, 15, 30])
    expect([0, 1, 2, 3, 4, 5, 6].map((position) => timeAt(model, position))).toEqual([
      null,
      ...[10, 20, 20, 20, 20, 30].map(T),
    ])
  })

  it('names the last position whose time is not later', async () => {
    const model = await known([10, 20, 5, 20, 15, 30])
    const at = (second: number): Position => right(momentOf(model, T(second))).position
    expect([9, 10, 15, 19, 20, 29, 30, 59].map(at)).toEqual([0, 1, 1, 1, 5, 5, 6, 6])
    expect(right(momentOf(model, new Date(T(20))))).toEqual({ position: 5, asked: T(20) })
    expect(right(momentOf(model, 6))).toEqual({ position: 6 })
    expect(right(momentOf(model, '2026-05-03T14:00:20+02:00')).position).toBe(5)
  })

  it('gives a position between two events the time of the one before', async () => {
    const model = await known([10, 20])
    const apart: Known<States> = { ...model, positionTimes: { times: [1, 2], firsts: [3, 8], lasts: [3, 8] } }
    expect([2, 3, 5, 7, 8].map((position) => timeAt(apart, position)?.at(-2) ?? null)).toEqual([
      null,
      '1',
      '1',
      '1',
      '2',
    ])
  })

  it.each([[-1], [7], [1.5], [Number.NaN], ['yesterday'], ['2026-02-30T00:00:00Z'], [new Date('no')]])(
    'refuses %s as a moment, and says what would be one',
    async (when) => {
      expect(momentOf(await known([10, 20]), when)).toMatchObject({ _tag: 'Left', left: { _tag: 'bad-moment' } })
    },
  )
})
