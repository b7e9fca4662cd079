import { describe, expect, it } from 'vitest'
import { memoryEventStore } from '../../adapters/memory/index.js'
import { brokenEventStores } from '../../testing/broken-event-stores.js'
import { eventStoreCases, eventStoreContract } from '../../testing/event-store-contract.js'

describe('the contract of event stores', () => {
  for (const { name, run } of brokenEventStores) it(name, run)

  it.each([undefined, null, 5, { _tag: 'Right', right: memoryEventStore() }])(
    'says of what is opened that it is no store: %j',
    async (opened) => {
      const [first] = Reflect.apply(eventStoreContract, undefined, [async () => opened])
      await expect(first.run()).rejects.toThrow('eventStoreContract: opened: expected an event store, got ')
    },
  )

  it('has no case that never fails', () => {
    const noticing = new Set(brokenEventStores.flatMap(({ cases }) => cases.map(({ name }) => name)))
    expect(eventStoreCases.filter((name) => !noticing.has(name))).toEqual([])
  })
})
