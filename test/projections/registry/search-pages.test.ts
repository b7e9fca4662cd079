/** The pages of a search against all versions, looked through one by one: now and then, from the events and from a snapshot. */

import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import type { Position } from '../../../domain/ports/event-store.js'
import { toPosition } from '../../../domain/ports/event-store.js'
import { registryProjection } from '../../../projections/registry/apply.js'
import { type RegistryAsOf, registryQuestions } from '../../../projections/registry/questions/lookup.js'
import { searchVersions, type VersionSearch } from '../../../projections/registry/questions/search.js'
import type { Version } from '../../../projections/registry/questions/version.js'
import type { Registry } from '../../../projections/registry/state.js'
import { noPositionTimes } from '../../../projections/storage/position-times.js'
import { right } from '../../support/domain-ledger.js'
import { historyOf } from '../histories.js'
import { seen } from '../lineage-history.js'

const ofCollections = {
  order: fc.constantFrom('ascending' as const, 'descending' as const),
  kind: fc.constantFrom('artifact' as const, 'registered' as const),
  name: fc.constantFrom('**/model', 'acme/**/?h*', '**', 'acme/churn/*', 'acme/churn/data', 'nobody'),
  withDeleted: fc.boolean(),
  withArchived: fc.boolean(),
  entity: fc.constant('acme'),
  project: fc.constantFrom('acme/churn', 'acme/notes', 'acme/model-registry'),
}
/** Most ask nothing of single versions: those are counted and walked along without a look at each. */
const search: fc.Arbitrary<VersionSearch> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record(
      { ...ofCollections, orderBy: fc.constantFrom('created' as const, 'name' as const) },
      { requiredKeys: [] },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record(
      {
        ...ofCollections,
        orderBy: fc.constantFrom('created' as const, 'name' as const, { metric: 'loss' }),
        alias: fc.constantFrom('production', 'latest'),
        tag: fc.constant('x'),
        text: fc.constantFrom('X', 'MODEL v1', 'better', 'production churn', 'acme y'),
      },
      { requiredKeys: [] },
    ),
  },
)

const registryOf = (events: Parameters<typeof seen>[0]): Registry => {
  const registry = registryProjection.initial()
  for (const event of seen(events)) registryProjection.apply(registry, event)
  return registry
}

const asOf = (registry: Registry, position: Position): RegistryAsOf => ({
  registry,
  positionTimes: noPositionTimes(),
  position,
  defaults: {},
})

const NAMES: Readonly<Record<string, RegExp>> = {
  '**/model': /\/model$/,
  'acme/**/?h*': /\/.h[^/]*$/,
  '**': /./,
  'acme/churn/*': /^acme\/churn\//,
  'acme/churn/data': /^acme\/churn\/data$/,
  nobody: /^nobody$/,
}

/** The artifact or the registered model of a path. */
const wholeOf = (answers: ReturnType<typeof registryQuestions>, collection: string) => {
  const [artifact, model] = [answers.artifact(collection), answers.registeredModel(collection)]
  return E.isRight(artifact) ? artifact.right : E.isRight(model) ? model.right : undefined
}

/** All texts of a version, and of what it is a version of. */
const textsOf = (
  answers: ReturnType<typeof registryQuestions>,
  { collection, path, aliases, tags, description }: Version,
) => {
  const whole = wholeOf(answers, collection)
  return [path, ...aliases, ...tags, description, ...(whole?.tags ?? []), whole?.description].join('\n').toLowerCase()
}

/** As it is meant, with nothing but whole versions. */
const byHand = (asked: RegistryAsOf, query: VersionSearch): ReadonlyArray<string> => {
  const { orderBy = 'created', order = 'descending', kind, name = '**', alias, tag, text, withDeleted = false } = query
  const answers = registryQuestions(asked)
  const names = NAMES[name] ?? /./
  const all = [...asked.registry.collections.values()].flatMap((collection) =>
    [...collection.versions.keys()].flatMap((number) => {
      const version = answers.version(`${collection.path}:v${number}`)
      return E.isRight(version) ? version.right : []
    }),
  )
  const sign = order === 'ascending' ? 1 : -1
  // The one text among the values, 'nan', comes after all numbers; NaN behind both, and what has none last, in either order.
  const metric = ({ run }: Version): number => {
    const value = answers.metrics(run ?? '')?.['loss']
    if (value === undefined) return sign * Infinity
    if (typeof value !== 'number') return 1e9
    return Number.isNaN(value) ? sign * Number.MAX_VALUE : value
  }
  return all
    .filter(({ deleted, unlinked }) => withDeleted || (deleted === null && unlinked === null))
    .filter(({ collection }) => query.withArchived === true || wholeOf(answers, collection)?.archived === null)
    .filter((version) => kind === undefined || version.kind === kind)
    .filter(({ collection }) => names.test(collection))
    .filter(({ aliases }) => alias === undefined || aliases.includes(alias))
    .filter(({ tags }) => tag === undefined || tags.includes(tag))
    .filter((version) => query.project === undefined || version.collection.startsWith(`${query.project}/`))
    .filter((version) => {
      const words = text?.toLowerCase().split(' ') ?? []
      return words.every((word) => textsOf(answers, version).includes(word))
    })
    .sort((one, other) => {
      const earlier = sign * (one.created.position - other.created.position)
      if (orderBy === 'created') return earlier
      if (orderBy === 'name')
        return one.collection === other.collection ? earlier : one.collection < other.collection ? -sign : sign
      const [left, right] = [metric(one), metric(other)]
      return left === right ? earlier : sign * (left - right)
    })
    .map(({ path }) => path)
}

describe('a search', () => {
  it('gives page by page what looking through everything gives, as of any position, with its total', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.noBias(fc.maxSafeNat()), { minLength: 150, maxLength: 300, size: 'max' }),
        fc.array(fc.tuple(search, fc.nat(), fc.integer({ min: 1, max: 7 })), { minLength: 40 }),
        fc.nat(),
        fc.nat(9),
        async (numbers, searches, cut, unknown) => {
          const happened = await historyOf(numbers)
          // Of one version it is as if its event were of a type from the future.
          const logged = happened.filter(({ type }) => type === 'ArtifactVersionLogged')
          const events = happened.filter((event) => event !== logged[unknown])
          const later = registryOf(events)
          const kept = registryProjection.load(
            structuredClone([...registryProjection.save(registryOf(events.slice(0, cut % events.length)))]),
          )
          if (kept === undefined) throw new Error('not loaded')
          for (const event of seen(events.slice(cut % events.length))) registryProjection.apply(kept, event)
          for (const [query, at, limit] of searches) {
            const position = at % (happened.length + 1)
            const expected = byHand(asOf(later, toPosition(position)), query)
            for (const registry of [later, kept]) {
              const paths: string[] = []
              let page = right(searchVersions(asOf(registry, toPosition(position)), { ...query, limit }))
              for (;;) {
                expect(page.total).toBe(expected.length)
                paths.push(...page.items.map(({ path }) => path))
                if (page.cursor === undefined) break
                expect(page.items).toHaveLength(limit)
                // Asked of a ledger that has gone on; the cursor holds the moment.
                const { cursor } = page
                page = right(searchVersions(asOf(registry, toPosition(happened.length)), { ...query, limit, cursor }))
              }
              expect(paths).toEqual(expected)
            }
          }
        },
      ),
      { numRuns: 15 },
    )
  })
})
