/** Lists in pages: no item twice and none missing, whatever is written meanwhile, and whoever is asked next. */

import { setImmediate as nextTurn } from 'node:timers/promises'
import * as fc from 'fast-check'
import type * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../adapters/system/index.js'
import { projector } from '../../../application/projecting/projector.js'
import type { EventStore, StoredEvent } from '../../../domain/ports/event-store.js'
import { toPosition } from '../../../domain/ports/event-store.js'
import type { Page } from '../../../projections/paging/page.js'
import { registryProjection } from '../../../projections/registry/apply.js'
import {
  type List,
  listArtifacts,
  listRegisteredModels,
  listRuns,
  listVersions,
} from '../../../projections/registry/questions/list.js'
import type { RegistryAsOf } from '../../../projections/registry/questions/lookup.js'
import type { Registry } from '../../../projections/registry/state.js'
import { bruteForce, type Picture } from '../../support/brute-force.js'
import { right } from '../../support/domain-ledger.js'
import { historyOf, manyTimes, partly } from '../histories.js'

type Lister = (asked: RegistryAsOf, list: List) => E.Either<unknown, Page<unknown>>

/** Every list that there is, and what it holds by brute force. */
const lists = ({ artifacts, registeredModels, runs, versions }: Picture): ReadonlyArray<readonly [Lister, unknown]> => [
  [listArtifacts, artifacts],
  [listRegisteredModels, registeredModels],
  [listRuns, runs],
  [(asked, list) => listRuns(asked, { ...list, name: 'acme?/*/b' }), runs.filter(endsIn('/b'))],
  [(asked, list) => listArtifacts(asked, { ...list, name: '**/model' }), artifacts.filter(endsIn('/model'))],
  ...Object.entries(versions).map(([path, all]): readonly [Lister, unknown] => [
    (asked, list) => listVersions(asked, path, list),
    all,
  ]),
]

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
    )
  })
})
