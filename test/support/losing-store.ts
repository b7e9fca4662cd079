/** An event store that says of itself that it has lost events, until that is accepted. */
import * as E from 'fp-ts/lib/Either.js'
import type { EventStore } from '../../domain/ports/event-store.js'
import type { HistoryDamage } from '../../domain/ports/history-damage.js'
import { LOSSES_STREAM } from '../../domain/values/stream-names.js'
import { loss } from './domain-samples.js'

export const HISTORY_LOST: HistoryDamage = { _tag: 'history-lost', place: 'the store', loss }

/** The same store, as one sees it who knows that events of it are lost. */
export const losing = (store: EventStore, found: HistoryDamage = HISTORY_LOST): EventStore => {
  let damage: HistoryDamage | undefined = found
  return {
    ...store,
    damage: () => damage,
    append: (stream, expected, events) => async () => {
      if (damage !== undefined && stream !== LOSSES_STREAM) return E.left(damage)
      const outcome = await store.append(stream, expected, events)()
      if (E.isRight(outcome)) damage = undefined
      return outcome
    },
  }
}
