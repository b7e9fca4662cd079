/** Lists in pages: no item twice and none missing, whatever is written meanwhile, and whoever is asked next. */

import { setImmediate as nextTurn } from 'node:timers/promises'
import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../adapters/system/index.js'
import { projector } from '../../../application/projecting/projector.js'
import type { EventStore, StoredEvent } from '../../../domain/ports/event-store.js'
import { toPosition } from '../../../domain/ports/event-store.js'
import type { Page } from '../../../projections/paging/page.js'
import { registryProjection } from '../../../projections/registry/apply.js'
import type { TagGroup } from '../../../projections/registry/questions/by-tag.js'
import { type List, listVersions } from '../../../projections/registry/questions/list.js'
import type { RegistryAsOf } from '../../../projections/registry/questions/lookup.js'
import type { Registry } from '../../../projections/registry/state.js'
import { bruteForce, type Picture } from '../../support/brute-force.js'
import { right } from '../../support/domain-ledger.js'
import {
  listArtifacts,
  listArtifactsByTag,
  listArtifactTypes,
  listEntities,
  listProjects,
  listRegisteredModels,
  listRegisteredModelsByTag,
  listRuns,
} from '../../support/lists.js'
import { historyOf, manyTimes, partly } from '../histories.js'

type Lister = (asked: RegistryAsOf, list: List) => E.Either<unknown, Page<unknown>>

/** Every list that there is, and what it holds by brute force. */
const lists = (picture: Picture): ReadonlyArray<readonly [Lister, unknown]> => [
  [(asked, list) => listArtifacts(asked, { ...list, withArchived: true, withDeleted: true }), picture.artifacts],
  [(asked, list) => listArtifacts(asked, { ...list, withDeleted: true }), picture.artifacts.filter(isOpen)],
  [
    (asked, list) => listRegisteredModels(asked, { ...list, withArchived: true, type: 'model' }),
    picture.registeredModels.filter(has('type', /^model$/)).filter(isThere),
  ],
  ...listsOf({
    ...picture,
    artifacts: picture.artifacts.filter(isShown),
    registeredModels: picture.registeredModels.filter(isShown),
  }),
]

/** Those without what is archived. */
const listsOf = ({
  entities,
  projects,
  types,
  artifacts,
  registeredModels,
  runs,
  versions,
}: Picture): ReadonlyArray<readonly [Lister, unknown]> => [
  [listEntities, entities],
  [(asked, list) => listEntities(asked, { ...list, name: 'acme?' }), entities.filter(has('entity', /^acme.$/))],
  [listProjects, projects],
  [(asked, list) => listProjects(asked, { ...list, entity: 'acme1' }), projects.filter(has('entity', /^acme1$/))],
  [listArtifactTypes, types[''] ?? []],
  [(asked, list) => listArtifactTypes(asked, { ...list, project: 'acme1/churn' }), types['acme1/churn'] ?? []],
  [listArtifacts, artifacts],
  [listRegisteredModels, registeredModels],
  [listRuns, runs],
  [(asked, list) => listRuns(asked, { ...list, name: 'acme?/*/b' }), runs.filter(endsIn('/b'))],
  [(asked, list) => listRuns(asked, { ...list, entity: 'acme2' }), runs.filter(has('path', /^acme2/))],
  [(asked, list) => listRuns(asked, { ...list, project: 'acme2/churn' }), runs.filter(has('path', /^acme2\/churn\//))],
  [
    (asked, list) => listRuns(asked, { ...list, where: 'metric:loss < 0.4 or outcome = finished' }),
    runs.filter((run) => Object(run).metrics.loss < 0.4 || Object(run).outcome === 'finished'),
  ],
  [
    (asked, list) => listRuns(asked, { ...list, where: 'missing metric:f1', order: 'descending' }),
    runs.filter((run) => Object(run).metrics.f1 === undefined).toReversed(),
  ],
  ...(['ascending', 'descending'] as const).map((order): readonly [Lister, unknown] => [
    (asked, list) => listRuns(asked, { ...list, orderBy: { metric: 'loss' }, order }),
    byLoss(runs, order),
  ]),
  [(asked, list) => listArtifacts(asked, { ...list, entity: 'acme1' }), artifacts.filter(has('path', /^acme1\//))],
  [(asked, list) => listArtifacts(asked, { ...list, type: 'model' }), artifacts.filter(has('type', /^model$/))],
  [
    (asked, list) => listRegisteredModels(asked, { ...list, registry: 'acme1/model-registry', type: 'model' }),
    registeredModels.filter(has('path', /^acme1\//)).filter(has('type', /^model$/)),
  ],
  [(asked, list) => listArtifacts(asked, { ...list, name: '**/model' }), artifacts.filter(endsIn('/model'))],
  [(asked, list) => listArtifacts(asked, { ...list, name: 'model' }), artifacts.filter(endsIn('/model'))],
  [(asked, list) => listArtifacts(asked, { ...list, name: 'm?d*' }), artifacts.filter(endsIn('/model'))],
  [(asked, list) => listArtifacts(asked, { ...list, name: 'churn/model' }), artifacts.filter(endsIn('/churn/model'))],
  [(asked, list) => listArtifacts(asked, { ...list, name: 'acme1/model' }), []],
  [(asked, list) => listRuns(asked, { ...list, name: 'b' }), runs.filter(endsIn('/b'))],
  [(asked, list) => listProjects(asked, { ...list, name: 'churn' }), projects.filter(has('path', /\/churn$/))],
  [(asked, list) => listArtifacts(asked, { ...list, tag: 'x' }), artifacts.filter(hasTag('x'))],
  [
    (asked, list) => listRegisteredModels(asked, { ...list, tag: 'y', entity: 'acme1' }),
    registeredModels.filter(hasTag('y')).filter(has('path', /^acme1\//)),
  ],
  [
    (asked, list) => listArtifacts(asked, { ...list, name: 'acme1/churn/data' }),
    artifacts.filter(has('path', /^acme1\/churn\/data$/)),
  ],
  [
    (asked, list) => listArtifacts(asked, { ...list, name: 'acme1/churn/*' }),
    artifacts.filter(has('path', /^acme1\/churn\//)),
  ],
  [
    (asked, list) => listArtifacts(asked, { ...list, where: 'tag = x and not tag = y or type = text' }),
    artifacts.filter((item) => (hasTag('x')(item) && !hasTag('y')(item)) || has('type', /^text$/)(item)),
  ],
  [
    (asked, list) => listRegisteredModels(asked, { ...list, where: 'alias = production or missing description' }),
    registeredModels.filter((item) => 'production' in Object(item).aliases || Object(item).description === null),
  ],
  [
    (asked, list) => listRegisteredModels(asked, { ...list, where: 'has metadata:f1 and created >= 2026-05-03' }),
    registeredModels.filter((item) => Object(item).metadata?.f1 !== undefined),
  ],
  ...['acme1', 'X churn', 'BETTER', 'production old', 'with space', 'nobody'].flatMap(
    (text): ReadonlyArray<readonly [Lister, unknown]> => [
      [(asked, list) => listArtifacts(asked, { ...list, text }), artifacts.filter(hasWords(text))],
      [(asked, list) => listRegisteredModels(asked, { ...list, text }), registeredModels.filter(hasWords(text))],
    ],
  ),
  [(asked, list) => itemsOf(listArtifactsByTag(asked, list)), byTag(artifacts)],
  [(asked, list) => itemsOf(listRegisteredModelsByTag(asked, list)), byTag(registeredModels)],
  ...Object.entries(versions).map(([path, all]): readonly [Lister, unknown] => [
    (asked, list) => listVersions(asked, path, { ...list, order: 'ascending' }),
    all,
  ]),
  ...Object.entries(versions).map(([path, all]): readonly [Lister, unknown] => [
    (asked, list) => listVersions(asked, path, list),
    [all].flat().toReversed(),
  ]),
]

const has = (member: string, like: RegExp) => (item: unknown) => like.test(String(Reflect.get(Object(item), member)))
/** Numbers, then the one text; NaN behind them in either order, and what has none last; what is alike as it came. */
const byLoss = (runs: ReadonlyArray<unknown>, order: 'ascending' | 'descending'): ReadonlyArray<unknown> => {
  const lossOf = (run: unknown): number => (Object(run).metrics.loss === 'NaN' ? 1e301 : Object(run).metrics.loss)
  const [absent, there] = [
    runs.filter((run) => lossOf(run) === undefined),
    runs.filter((run) => lossOf(run) !== undefined),
  ]
  const [diverged, others] = [
    there.filter((run) => Number.isNaN(lossOf(run))),
    there.filter((run) => !Number.isNaN(lossOf(run))),
  ]
  const compare = (one: unknown, other: unknown): number =>
    lossOf(one) < lossOf(other) ? -1 : lossOf(one) > lossOf(other) ? 1 : 0
  const parts = [others.toSorted(compare), diverged, absent]
  return parts.flatMap((part) => (order === 'ascending' ? part : part.toReversed()))
}

const tagsOf = (item: unknown): ReadonlyArray<string> => Object(item).tags
const hasTag = (tag: string) => (item: unknown) => tagsOf(item).includes(tag)
const hasWords = (text: string) => (item: unknown) => {
  const { path, aliases, description } = Object(item)
  const all = [path, ...tagsOf(item), ...Object.keys(aliases), description].join('\n').toLowerCase()
  return text
    .toLowerCase()
    .split(' ')
    .every((word) => all.includes(word))
}

/** Each item with its group. */
const itemsOf = <A extends object>(page: E.Either<unknown, Page<TagGroup<A>>>): E.Either<unknown, Page<unknown>> =>
  E.map((groups: Page<TagGroup<A>>) => ({
    ...groups,
    items: groups.items.flatMap(({ tag, items }) => items.map((item) => ({ group: tag, item }))),
  }))(page)
const byTag = (items: ReadonlyArray<unknown>) => {
  const tags: ReadonlyArray<string | null> = [...[...new Set(items.flatMap(tagsOf))].sort(), null]
  return tags.flatMap((tag) =>
    items
      .filter((item) => (tag === null ? tagsOf(item).length === 0 : tagsOf(item).includes(tag)))
      .map((item) => ({ group: tag, item })),
  )
}
const isOpen = (item: unknown) => Object(item).archived === null
const isThere = (item: unknown) => Object(item).deleted === null
const isShown = (item: unknown) => isOpen(item) && isThere(item)
const endsIn = (end: string) => (item: unknown) => String(Object(item).path).endsWith(end)

const projectorOn = (store: EventStore) =>
  projector<{ readonly registry: Registry }>({
    store,
    projections: { registry: registryProjection },
    clock: systemClock,
  })

const history = fc.array(fc.noBias(fc.maxSafeNat()), { minLength: 20, maxLength: 60, size: 'max' })
/** How many are asked for on each page, and how many events come before the next; over and over. */
const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 7 }), fc.nat(9)), { minLength: 1 })

describe('the pages of a list', () => {
  it('hold every item once and in order, as of the first, while events come between them', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.nat(99), steps, async (numbers, percent, steps) => {
        const single = await historyOf(numbers)
        const events = manyTimes(single, single.length * 4)
        const store = partly(events)
        store.upTo = toPosition(Math.floor((events.length * percent) / 100))
        const force = bruteForce()
        let told = 0
        /** A list, and what it holds now. */
        const listed = (index: number) => {
          for (; told < store.upTo; told++) force.tell(events[told] as StoredEvent)
          return lists(force.picture())[index]
        }

        // Two instances take turns.
        let [next, other] = [projectorOn(store), projectorOn(store)]
        let turn = 0
        const joined = async (list: Lister): Promise<ReadonlyArray<unknown>> => {
          const found: unknown[] = []
          let cursor: string | undefined
          do {
            const [limit = 1, more = 0] = steps[turn++ % steps.length] ?? []
            await nextTurn()
            const { states, positionTimes } = right(await next.fresh()())
            const asked = { registry: states.registry, positionTimes, position: store.upTo, defaults: {} }
            const page = right(list(asked, { limit, ...(cursor === undefined ? {} : { cursor }) }))
            expect(page.items.length).toBeLessThanOrEqual(limit)
            if (page.cursor !== undefined) expect(page.items).toHaveLength(limit)
            found.push(...page.items)
            cursor = page.cursor
            store.upTo = toPosition(Math.min(store.upTo + more, events.length))
            ;[next, other] = [other, next]
          } while (cursor !== undefined)
          return found
        }

        for (let index = 0; ; index++) {
          const [list, expected] = listed(index) ?? []
          if (list === undefined) return
          expect(await joined(list)).toEqual(expected)
        }
      }),
      // Each of them asks for every list.
      { numRuns: 40 },
    )
  })
})
