import { describe, expect, it } from 'vitest'
import { brokenEventStores } from '../../testing/broken-event-stores.js'
import { eventStoreCases } from '../../testing/event-store-contract.js'

describe('the contract of event stores', () => {
  for (const { name, run } of brokenEventStores) it(name, run)

  it('has no case that never fails', () => {
    const noticing = new Set(brokenEventStores.flatMap(({ cases }) => cases.map(({ name }) => name)))
    expect(eventStoreCases.filter((name) => !noticing.has(name))).toEqual([])
  })
})
