/** A search or a list that looks at very many things lets others have their turn. */
import { beforeAll, describe, expect, it } from 'vitest'
import { memoryEventStore } from '../../adapters/memory/index.js'
import { fill, namesHistory, versionsHistory } from '../../bench/history.js'
import type { Ledger, Page, SearchInput } from '../../index.js'
import { memoryLedger, text } from '../support/ledger-memory.js'

const VERSIONS = 12_000
/** Versions that are looked at in one turn at most. */
const IN_ONE_TURN = 2_000

/** How many turns the event loop had meanwhile. */
const turnsDuring = async <A>(work: () => Promise<A>): Promise<readonly [A, turns: number]> => {
  let turns = 0
  let goesOn = true
  const count = (): void => {
    if (!goesOn) return
    turns++
    setImmediate(count)
  }
  setImmediate(count)
  try {
    const answer = await work()
    return [answer, turns]
  } finally {
    goesOn = false
  }
}

describe('a search among very many versions', () => {
  let ledger: Ledger

  beforeAll(async () => {
    const events = memoryEventStore()
    await fill(events, versionsHistory(VERSIONS, 3))
    ledger = (await memoryLedger({ events })).ledger
    await ledger.moment()
  })

  it.each<[string, SearchInput, number]>([
    ['a tag', { tag: 'nightly' }, VERSIONS],
    ['metadata', { metadata: [{ key: 'epoch', is: '=', value: 7 }] }, VERSIONS / 100],
    ['an actor', { actor: 'nobody' }, 0],
    ['words', { text: 'checkpoint epoch' }, VERSIONS],
    ['an order by metadata', { orderBy: { metadata: 'loss' } }, VERSIONS],
  ])('by %s takes turns with others', async (_, query, total) => {
    const [found, turns] = await turnsDuring(() => ledger.search({ ...query, limit: 3 }))
    expect(found.total).toBe(total)
    expect(turns).toBeGreaterThanOrEqual(VERSIONS / IN_ONE_TURN)
  })

  it('has no turn more than it needs where the versions are not looked at', async () => {
    const [found, turns] = await turnsDuring(() => ledger.search({ limit: 3 }))
    expect(found.total).toBe(VERSIONS)
    expect(turns).toBeLessThan(VERSIONS / IN_ONE_TURN)
  })

  it('answers as of its beginning, whatever is written meanwhile', async () => {
    const searched = ledger.search({ tag: 'nightly', limit: 3 })
    const logged = ledger.logArtifact({
      name: 'acme/churn/model-0',
      type: 'model',
      content: text('new'),
      tags: ['nightly'],
    })
    const [{ total }] = await Promise.all([searched, logged])
    expect(total).toBe(VERSIONS)
    expect((await ledger.search({ tag: 'nightly', limit: 3 })).total).toBe(VERSIONS + 1)
  })
})

describe('a list of very many things', () => {
  const NAMES = 6_000
  let ledger: Ledger

  beforeAll(async () => {
    const events = memoryEventStore()
    await fill(events, namesHistory(NAMES))
    ledger = (await memoryLedger({ events })).ledger
    await ledger.moment()
  })

  it.each<[string, (ledger: Ledger) => Promise<Page<unknown>>, items: number]>([
    ['artifacts by conditions', (l) => l.artifacts({ where: 'description contains nothing' }), 0],
    ['artifacts by words', (l) => l.artifacts({ text: 'nowhere' }), 0],
    ['artifacts by a tag', (l) => l.artifacts({ tag: 'nightly', text: 'model-5999' }), 1],
    ['artifacts by a pattern', (l) => l.artifacts({ name: '**/model-5999' }), 1],
    ['artifacts by tag', (l) => l.artifactsByTag({ limit: 3 }), 1],
    ['registered models by conditions', (l) => l.registeredModels({ where: 'has metadata:f1' }), 0],
    ['registered models by words', (l) => l.registeredModels({ text: 'nowhere' }), 0],
    ['registered models by tag', (l) => l.registeredModelsByTag({ limit: 3 }), 1],
    ['runs by conditions', (l) => l.runs({ where: 'config:lr > 2' }), 0],
    ['runs in an order', (l) => l.runs({ orderBy: { config: 'lr' }, limit: 3 }), 3],
  ])('takes turns with others: %s', async (_, list, items) => {
    const [page, turns] = await turnsDuring(() => list(ledger))
    expect(page.items).toHaveLength(items)
    expect(turns).toBeGreaterThanOrEqual(NAMES / IN_ONE_TURN)
  })

  it('takes turns with others: what is different between two moments far apart', async () => {
    const [difference, turns] = await turnsDuring(() => ledger.diffMoments(0))
    expect(difference.created).toHaveLength(2 * NAMES)
    expect(difference.started).toHaveLength(NAMES)
    expect(turns).toBeGreaterThanOrEqual((3 * NAMES) / IN_ONE_TURN)
  })

  it.each<[string, (ledger: Ledger) => Promise<Page<unknown>>, items: number]>([
    ['its first page is at hand', (l) => l.artifacts({ limit: 3 }), 3],
    ['artifacts have a name', (l) => l.artifacts({ name: 'model-5999' }), 1],
    ['artifacts have a name in a project', (l) => l.artifacts({ name: 'churn/model-5999' }), 1],
    ['registered models have a name', (l) => l.registeredModels({ name: 'model-5999' }), 1],
    ['there is nothing of a name', (l) => l.registeredModels({ name: 'churn/model-5999' }), 0],
    ['versions have a name', (l) => l.search({ name: 'model-5999' }), 0],
  ])('has no turn more than it needs where %s', async (_, list, count) => {
    const [{ items }, turns] = await turnsDuring(() => list(ledger))
    expect(items).toHaveLength(count)
    expect(turns).toBeLessThan(NAMES / IN_ONE_TURN)
  })
})
