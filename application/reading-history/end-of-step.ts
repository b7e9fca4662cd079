/** Where the command ends that a position is inside, by a look at the store alone. */
import { idOfEvent } from '../../domain/events/stored-events.js'
import { type EventStore, ORIGIN, type Position, type StoredEvent, toPosition } from '../../domain/ports/event-store.js'
import { commandIdOf } from '../../domain/values/metadata-text.js'
import { isSameCommand } from '../../projections/storage/steps.js'

/** The position itself, where it is inside no command. Rejects with an `EventStoreError`. */
export const readEndOfStep = async (store: EventStore, position: Position): Promise<Position> => {
  if (position === ORIGIN) return position
  let first: StoredEvent | undefined
  let end = position
  for await (const page of store.readAll(toPosition(position - 1)))
    for (const stored of page) {
      if (first === undefined) {
        // Positions have gaps in some stores: between two events of a command is inside it.
        if (stored.position > position && beginsCommand(stored)) return position
        first = stored
      } else if (stored.stream !== first.stream || !isSameCommand(stored.metadata, first.metadata)) return end
      end = stored.position
    }
  return end
}

/** An event's id follows from its place among those of its command. */
const beginsCommand = (stored: StoredEvent): boolean =>
  idOfEvent(stored.stream, commandIdOf(stored), 0, stored) === stored.id
