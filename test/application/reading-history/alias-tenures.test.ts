/** Who held an alias from when to when: every tenure as the events say, in pages, of an interval, as of any position. */

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AliasMoves,
  aliasHistory,
  movesInRegistry,
  type TenureQuery,
} from '../../../application/reading-history/alias-tenures.js'
import { type EventStore, type StoredEvent, toPosition } from '../../../domain/ports/event-store.js'
import { omitUndefined } from '../../../domain/values/omit-undefined.js'
import type { CollectionRef } from '../../../domain/values/references.js'
import { movesInStream } from '../../../ledger/looking-back/one-stream.js'
import { auditProjection } from '../../../projections/audit/audit-index.js'
import type { AliasTenure } from '../../../projections/audit/tenure.js'
import { registryProjection } from '../../../projections/registry/apply.js'
import { noPositionTimes } from '../../../projections/storage/position-times.js'
import { happen, history, seen, timesOf } from '../../projections/lineage-history.js'
import { eventsIn, openTestLedger, right } from '../../support/domain-ledger.js'
import { artifactNamed, modelNamed } from '../../support/domain-samples.js'

/** All pages of an answer, as the registry knows it and as the stream alone tells it. */
const tenuresOf = async (
  store: EventStore,
  collection: CollectionRef,
  query: TenureQuery,
  position: number,
): Promise<ReadonlyArray<AliasTenure>> => {
  const [registry, index] = [registryProjection.initial(), auditProjection.initial()]
  for (const event of seen(await eventsIn(store))) {
    registryProjection.apply(registry, event)
    auditProjection.apply(index, event)
  }
  const positionTimes = timesOf(await eventsIn(store))
  const known = await pages(movesInRegistry({ store, registry, index, positionTimes }, collection), query, position)
  const then = { position: toPosition(position), positionTimes }
  expect(await pages(await movesInStream(store, collection, then), query, position)).toEqual(known)
  return known
}

const pages = async (moves: AliasMoves, query: TenureQuery, position: number): Promise<ReadonlyArray<AliasTenure>> => {
  const all: AliasTenure[] = []
  let cursor: string | undefined
  do {
    const page = right(await aliasHistory(moves, { ...query, limit: 2, ...omitUndefined({ cursor }) }, position))
    expect(page.items.length).toBeLessThanOrEqual(2)
    all.push(...page.items)
    cursor = page.cursor
  } while (cursor !== undefined)
  return all
}

/** Some intervals of a history. */
const bounds = (events: ReadonlyArray<StoredEvent>): ReadonlyArray<readonly [after: number, until: number]> => {
  const at = (share: number): number => events[Math.floor(share * (events.length - 1))]?.position ?? 0
  return [
    [0, at(0.5)],
    [at(0.3), at(0.6)],
    [at(0.5), at(0.5)],
    [at(0.6), at(0.3)],
    [at(0.9), at(1)],
  ]
}

/** The versions of artifacts that are deleted by a position, alone or with their artifact. */
const goneBy = (events: ReadonlyArray<StoredEvent>, position: number): ReadonlySet<string> => {
  const there = new Set<string>()
  const gone = new Set<string>()
  for (const { type, stream, data, position: at } of events) {
    if (at > position) break
    const home = decodeURIComponent(stream.slice(stream.indexOf('-') + 1))
    const version = `${home}:v${JSON.parse(data).version}`
    if (type === 'ArtifactVersionLogged') there.add(version)
    if (type === 'ArtifactVersionDeleted') gone.add(version)
    if (type === 'ArtifactDeleted') for (const each of there) if (each.startsWith(`${home}:`)) gone.add(each)
  }
  return gone
}

describe('tenures of aliases', () => {
  it('one holder at a time, no gap but where it was removed, and at every position whom the events say', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const { store, events } = await happen(steps)
        for (const collection of [artifactNamed('raw'), artifactNamed('model'), modelNamed('Churn <&"> 1')]) {
          const stream = events.filter(({ stream }) => decodeURIComponent(stream).endsWith(`/${collection.name}`))
          const own = stream.filter(({ stream }) => /^(artifact|model)-/.test(stream))
          const head = events.at(-1)?.position ?? 0
          const tenures = await tenuresOf(store, collection, {}, head)
          for (const [after, until] of bounds(events)) {
            const inIt = tenures.filter(
              ({ from, until: end }) => from.position <= until && (end === null || end.position > after),
            )
            expect(await tenuresOf(store, collection, { after, until }, head)).toEqual(inIt)
          }
          for (const alias of new Set(own.flatMap(({ data }) => JSON.parse(data).alias ?? []))) {
            const mine = tenures.filter((tenure) => tenure.alias === alias)
            expect(await tenuresOf(store, collection, { alias }, head)).toEqual(mine)
            for (const [index, tenure] of mine.entries()) {
              const next = mine[index + 1]
              if (tenure.until === null) expect(next).toBeUndefined()
              else if (tenure.replacedBy === null) {
                const removal = own.find(({ position }) => position === tenure.until?.position)
                expect(removal?.type).toMatch(/^(AliasRemoved|ArtifactDeleted|RegisteredModelDeleted)$/)
                expect(next?.replaced ?? null).toBeNull()
                expect((next?.from.position ?? Infinity) > tenure.until.position).toBe(true)
              } else {
                expect(next).toMatchObject({ version: tenure.replacedBy, replaced: tenure.version, from: tenure.until })
              }
            }
            for (const { position } of events) {
              let holder: number | null = null
              for (const { type, data, position: at } of own) {
                const said = JSON.parse(data)
                if (at > position) break
                if (said.alias === alias) holder = type === 'AliasMoved' ? said.to : null
                if (type === 'ArtifactDeleted' || type === 'RegisteredModelDeleted') holder = null
              }
              const holds = ({ from, until }: AliasTenure) =>
                from.position <= position && (until === null || position < until.position)
              expect(mine.filter(holds).map(({ version }) => version)).toEqual(holder === null ? [] : [holder])
              const then = await tenuresOf(store, collection, { alias }, position)
              for (const { source, sourceDeleted } of then) {
                const isGone = source !== null && goneBy(events, position).has(source)
                expect(sourceDeleted, `${source} at ${position}`).toBe(isGone)
              }
              expect(then.filter(({ until }) => until === null).map(({ version }) => version)).toEqual(
                holder === null ? [] : [holder],
              )
            }
          }
        }
      }),
      { numRuns: 10 },
    )
  })

  it('say who put it there, why, when, and what was linked', async () => {
    const { give, manifest, store } = openTestLedger()
    const [artifact, model] = [artifactNamed('model'), modelNamed('churn')]
    for (const word of ['a', 'b']) {
      await give({ type: 'LogArtifactVersion', artifact, artifactType: 'model', manifest: await manifest(word) })
    }
    const link = (version: number) =>
      ({ type: 'LinkToRegistry', model, source: { collection: artifact, version }, aliases: ['production'] }) as const
    await give(link(1), { actor: 'ann', reason: 'best so far', commandId: 'promote' })
    await give(link(0), { actor: 'bob', onBehalfOf: 'on call', occurredAt: '2026-05-03T10:00:00.000Z' })
    await give(
      { type: 'RemoveAlias', collection: model, alias: 'production' },
      { actor: 'cleo', reason: 'rolled back' },
    )
    const tenures = await tenuresOf(store, model, { alias: 'production' }, 1000)
    expect(tenures).toEqual([
      {
        alias: 'production',
        version: 0,
        source: 'acme/churn/model:v1',
        sourceDeleted: false,
        replaced: null,
        from: expect.objectContaining({ actor: 'ann', reason: 'best so far', commandId: 'promote', onBehalfOf: null }),
        until: expect.objectContaining({ actor: 'bob' }),
        replacedBy: 1,
      },
      {
        alias: 'production',
        version: 1,
        source: 'acme/churn/model:v0',
        sourceDeleted: false,
        replaced: 0,
        from: expect.objectContaining({
          actor: 'bob',
          reason: null,
          onBehalfOf: 'on call',
          occurredAt: '2026-05-03T10:00:00.000Z',
        }),
        until: expect.objectContaining({ actor: 'cleo', reason: 'rolled back' }),
        replacedBy: null,
      },
    ])
    expect(await tenuresOf(store, model, { alias: 'never' }, 1000)).toEqual([])
    expect(await tenuresOf(store, modelNamed('none'), {}, 1000)).toEqual([])
  })

  it('a page goes on where it ended, whatever is written meanwhile, and belongs to its question', async () => {
    const { give, manifest, store } = openTestLedger()
    const artifact = artifactNamed('model')
    const log = (word: string, aliases: ReadonlyArray<string>) => async () =>
      give({ type: 'LogArtifactVersion', artifact, artifactType: 'model', manifest: await manifest(word), aliases })
    for (const logged of [log('a', ['best']), log('b', []), log('c', ['best'])]) await logged()
    const first = { alias: 'latest', limit: 2 }
    const then = right(await store.head()())
    const page = right(
      await aliasHistory(
        await movesInStream(store, artifact, { position: then, positionTimes: noPositionTimes() }),
        first,
        then,
      ),
    )
    expect(page.items.map(({ version }) => version)).toEqual([0, 1])
    await log('d', ['best'])()
    const now = right(await store.head()())
    const after = await movesInStream(store, artifact, { position: now, positionTimes: noPositionTimes() })
    const next = { ...first, ...omitUndefined({ cursor: page.cursor }) }
    expect(right(await aliasHistory(after, next, now))).toMatchObject({ items: [{ version: 2, until: null }] })
    const other = { alias: 'best', ...omitUndefined({ cursor: page.cursor }) }
    expect(await aliasHistory(after, other, now)).toMatchObject({ left: { _tag: 'bad-cursor' } })
  })
})
