import * as E from 'fp-ts/lib/Either.js'
import type { EventStore } from '../domain/event-store.js'

/** Appends for any streams, each sent when the one before it was acknowledged. */
export const inTurn =
  (append: EventStore['append']): EventStore['appendAll'] =>
  ([first, ...rest]) =>
  async () => {
    let outcome = await append(first.stream, first.expected, first.events)()
    for (const { stream, expected, events } of rest) {
      if (E.isLeft(outcome)) break
      outcome = await append(stream, expected, events)()
    }
    return outcome
  }
