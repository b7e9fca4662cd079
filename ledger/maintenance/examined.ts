/** The events of a store, each held against all that the store keeps of it. */
import * as E from 'fp-ts/lib/Either.js'
import { damagedEvent, eventDamaged } from '../../domain/events/damaged-event.js'
import {
  type EventStore,
  EventStoreError,
  type Examined,
  ORIGIN,
  type StoredEvent,
  type StoreFinding,
  storeErrorOf,
} from '../../domain/ports/event-store.js'

/** With what was found; a store that keeps nothing but the events gives them. */
export const examined = (events: EventStore): AsyncIterable<Examined> => events.examine?.() ?? onlyRead(events)

async function* onlyRead(store: EventStore): AsyncGenerator<Examined> {
  for await (const events of store.readAll(ORIGIN)) yield { events, findings: [] }
}

/** Up to the last that there is now; rejects with the first thing that is found. */
export async function* whole(store: EventStore): AsyncGenerator<ReadonlyArray<StoredEvent>> {
  const head = await store.head()()
  if (E.isLeft(head)) throw storeErrorOf(head.left)
  if (head.right === ORIGIN) return
  for await (const { events, findings } of examined(store)) {
    const [wrong] = findings
    if (wrong !== undefined) throw foundIn(wrong)
    yield events
    // What comes behind the last event is of indexes, which an event does not depend on.
    if ((events.at(-1)?.position ?? ORIGIN) >= head.right) return
  }
}

const foundIn = ({ position, stream, revision, reason }: StoreFinding): EventStoreError => {
  if (position === undefined) return new EventStoreError('damaged', reason)
  return stream === undefined || revision === undefined
    ? new EventStoreError('damaged', `the event at position ${position}: ${reason}`)
    : damagedEvent(eventDamaged({ stream, revision, position }, reason))
}
