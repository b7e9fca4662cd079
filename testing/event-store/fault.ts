/** What a broken event store is made of, and what several of them use. */
import type { EventStore, StoredEvent } from '../../domain/ports/event-store.js'
import type { EventStoreCase } from '../event-store-contract.js'

/** What is wrong with a store that is right otherwise, and the cases that must notice it. */
export interface EventStoreFault {
  readonly of: (store: EventStore) => Partial<EventStore>
  readonly noticedBy: ReadonlyArray<EventStoreCase>
}

export type Pages = AsyncIterable<ReadonlyArray<StoredEvent>>

export async function* mapped(pages: Pages, change: (event: StoredEvent) => StoredEvent): Pages {
  for await (const page of pages) yield page.map(change)
}

export const later = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms))
