/** The times of positions, by a look at the store alone. */
import { type EventStore, ORIGIN, type Position } from '../../domain/ports/event-store.js'
import { recordedAtOf } from '../../domain/values/metadata-text.js'
import { noPositionTimes, type PositionTimes, recordTime } from '../../projections/storage/position-times.js'

/**
 * Of a store, its times up to a position at least: of each event nothing is read but when it was recorded, and what was
 * read once is kept. Rejects with an `EventStoreError`.
 */
export const timesIn = (store: EventStore): ((position: Position) => Promise<PositionTimes>) => {
  const times = noPositionTimes()
  let checkpoint: Position = ORIGIN
  return async (position) => {
    if (checkpoint >= position) return times
    for await (const page of store.readAll(checkpoint)) {
      for (const stored of page) {
        const recordedAt = recordedAtOf(stored)
        // One that is damaged has none; whoever asks for that event is told.
        if (!Number.isNaN(recordedAt)) recordTime(times, stored.position, recordedAt)
        checkpoint = stored.position
      }
      if (checkpoint >= position) break
    }
    return times
  }
}
