/** Which ledger is in an event store: asked, and settled when it is first opened for writing. */
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { type EventStore, ORIGIN, type ReadFailure, readFailureOf, type StoredEvent } from '../domain/event-store.js'
import { type LedgerId, ledgerIdOfHistory, newLedgerId } from '../domain/ledger-id.js'
import type { Ids } from '../domain/sources.js'

/** The id of the ledger, or that which it would be given by its history; `undefined` for one that has neither. */
export const ledgerIdOf = (events: EventStore): TE.TaskEither<ReadFailure, LedgerId | undefined> =>
  pipe(
    events.ledgerId(),
    TE.flatMap((known) =>
      known !== undefined
        ? TE.right(known)
        : pipe(
            TE.tryCatch(() => firstEvent(events), readFailureOf),
            TE.map((first) => (first === undefined ? undefined : ledgerIdOfHistory(first))),
          ),
    ),
  )

/** The id of the ledger; a store that has none yet is given one. */
export const settleLedgerId = (events: EventStore, ids: Ids): TE.TaskEither<ReadFailure, LedgerId> =>
  pipe(
    events.ledgerId(),
    TE.flatMap((known) =>
      known !== undefined
        ? TE.right(known)
        : pipe(
            TE.tryCatch(() => firstEvent(events), readFailureOf),
            TE.flatMap((first) =>
              events.setLedgerId(first === undefined ? newLedgerId(ids) : ledgerIdOfHistory(first), undefined),
            ),
          ),
    ),
  )

const firstEvent = async (events: EventStore): Promise<StoredEvent | undefined> => {
  for await (const [first] of events.readAll(ORIGIN)) return first
  return undefined
}
