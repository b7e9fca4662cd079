/** An event that a store gave and that cannot be read: as a value, in words, and thrown. */
import { type EventDamaged, EventStoreError, type StoredEvent } from '../ports/event-store.js'

type Place = Pick<StoredEvent, 'stream' | 'revision' | 'position'>

export const eventDamaged = ({ stream, revision, position }: Place, reason: string): EventDamaged => ({
  _tag: 'damaged-event',
  ...{ stream, revision, position, reason },
})

export const describeDamaged = ({ stream, revision, position, reason }: EventDamaged): string =>
  `the event at position ${position}, revision ${revision} of ${stream}, is damaged: ${reason}; put the event store back from a copy that has it whole`

/** To be thrown by whoever iterates events. */
export const damagedEvent = (event: EventDamaged): EventStoreError =>
  new EventStoreError('damaged', describeDamaged(event), { event })
