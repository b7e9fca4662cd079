/** Event stores that are wrong, each in one way: they show that every case of the contract can fail. */
import { memoryEventStore } from '../adapters/memory/index.js'
import type { EventStore } from '../domain/ports/event-store.js'
import { type BrokenStore, brokenStores } from './contract-case.js'
import { brokenAppends } from './event-store/broken-appends.js'
import { brokenFollowing } from './event-store/broken-following.js'
import { brokenReads } from './event-store/broken-reads.js'
import { type EventStoreCase, runEventStoreCase } from './event-store-contract.js'

export const brokenEventStores: ReadonlyArray<BrokenStore<EventStore>> = brokenStores(
  { ...brokenReads, ...brokenAppends, ...brokenFollowing },
  memoryEventStore,
  (name: EventStoreCase, open) => runEventStoreCase(name, open, { patienceMs: 250 }),
)
