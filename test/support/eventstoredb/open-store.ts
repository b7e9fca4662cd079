/** Opening a store in a test, with timers that a test can wait for. */
import { randomUUID } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import { type EventStoreDbOptions, eventStoreDb } from '../../../adapters/eventstoredb/index.js'
import type { EventStore, NewEvent, StoredEvent } from '../../../domain/ports/event-store.js'

/** What a store waits that was not told how long, in ms. A test that asks for less sees that less is waited. */
export const DEFAULT_PATIENCE = 15_000

/** One call may take this long: little where faults are waited for, much where a busy machine is slow. */
export const SHORT = { timeout: 120, patience: 15_000 }

export const openStore = async (connectionString: string, options: EventStoreDbOptions = {}): Promise<EventStore> => {
  const store = await eventStoreDb(connectionString, { ...SHORT, ...options })()
  if (E.isLeft(store)) throw new Error(store.left.reason)
  return store.right
}

export const newEvent = (content: unknown = 0): NewEvent => ({
  id: randomUUID(),
  type: 'AliasMoved',
  data: JSON.stringify({ content }),
  metadata: '{"actor":"ada"}',
})

export const all = async (pages: AsyncIterable<ReadonlyArray<StoredEvent>>): Promise<ReadonlyArray<StoredEvent>> => {
  const events: StoredEvent[] = []
  for await (const page of pages) events.push(...page)
  return events
}

/** The first so many events of a subscription, which is ended then. */
export const take = async (
  count: number,
  pages: AsyncIterable<ReadonlyArray<StoredEvent>>,
): Promise<ReadonlyArray<StoredEvent>> => {
  const events: StoredEvent[] = []
  for await (const page of pages) {
    events.push(...page)
    if (events.length >= count) break
  }
  return events
}
