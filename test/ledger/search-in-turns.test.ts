/** A search that looks at very many versions lets others have their turn. */
import { beforeAll, describe, expect, it } from 'vitest'
import { memoryEventStore } from '../../adapters/memory/index.js'
import { fill, versionsHistory } from '../../bench/history.js'
import type { Ledger, SearchInput } from '../../index.js'
import { memoryLedger, text } from '../support/ledger-memory.js'

const VERSIONS = 12_000
/** Versions that are looked at in one turn at most. */
const IN_ONE_TURN = 2_000

describe('a search among very many versions', () => {
  let ledger: Ledger
  let turns = 0

  beforeAll(async () => {
    const events = memoryEventStore()
    await fill(events, versionsHistory(VERSIONS, 3))
    ledger = (await memoryLedger({ events })).ledger
    await ledger.moment()
  })

  /** How many turns the event loop had meanwhile. */
  const during = async <A>(work: () => Promise<A>): Promise<A> => {
    turns = 0
    let goesOn = true
    const count = (): void => {
      if (!goesOn) return
      turns++
      setImmediate(count)
    }
    setImmediate(count)
    try {
      return await work()
    } finally {
      goesOn = false
    }
  }

  it.each<[string, SearchInput, number]>([
    ['a tag', { tag: 'nightly' }, VERSIONS],
    ['metadata', { metadata: [{ key: 'epoch', is: '=', value: 7 }] }, VERSIONS / 100],
    ['an actor', { actor: 'nobody' }, 0],
    ['words', { text: 'checkpoint epoch' }, VERSIONS],
    ['an order by metadata', { orderBy: { metadata: 'loss' } }, VERSIONS],
  ])('by %s takes turns with others', async (_, query, total) => {
    const found = await during(() => ledger.search({ ...query, limit: 3 }))
    expect(found.total).toBe(total)
    expect(turns).toBeGreaterThanOrEqual(VERSIONS / IN_ONE_TURN)
  })

  it('has no turn more than it needs where the versions are not looked at', async () => {
    const found = await during(() => ledger.search({ limit: 3 }))
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
