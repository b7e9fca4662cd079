/** What is thrown where an event that a store gave cannot be read. */
import { EventStoreError, type StoredEvent } from '../ports/event-store.js'

export const damagedEvent = ({ stream, revision }: StoredEvent, reason: string): EventStoreError =>
  new EventStoreError('damaged', `event ${revision} of the stream ${stream} cannot be read: ${reason}`)
