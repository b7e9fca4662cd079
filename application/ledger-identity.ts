/** Which ledger is in an event store: asked, and settled when it is first opened for writing. */
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Ids } from '../domain/ports/clock-and-ids.js'
import {
  type EventStore,
  ORIGIN,
  type ReadFailure,
  readFailureOf,
  type StoredEvent,
} from '../domain/ports/event-store.js'
import type { FileStore, FileStoreError } from '../domain/ports/file-store.js'
import { type LedgerId, ledgerIdOfHistory, newLedgerId } from '../domain/ports/ledger-id.js'
import { assertClaimable, claimedFiles } from './file-ownership.js'

/** The id of the ledger, or that which it would be given by its history; `undefined` for one that has neither. */
export const ledgerIdOf = (events: EventStore): TE.TaskEither<ReadFailure, LedgerId | undefined> =>
  pipe(
    events.ledgerId(),
    TE.flatMap((known) => (known !== undefined ? TE.right(known) : idOfHistory(events))),
  )

/** The id of the ledger; a store that has none yet is given one. */
export const settleLedgerId = (events: EventStore, ids: Ids): TE.TaskEither<ReadFailure, LedgerId> =>
  pipe(
    events.ledgerId(),
    TE.flatMap((known) =>
      known !== undefined
        ? TE.right(known)
        : pipe(
            ledgerIdOf(events),
            TE.flatMap((id) => events.setLedgerId(id ?? newLedgerId(ids), undefined)),
          ),
    ),
  )

/**
 * The same store. Closed, it still tells the id that it told, or was given, last: stores are closed while what is kept of a ledger
 * that ends is being written, which says whose it is.
 */
export const tellingIdWhenClosed = (store: EventStore): EventStore => {
  let last: LedgerId | undefined
  const noted = <Id extends LedgerId | undefined>(id: Id): Id => {
    last = id
    return id
  }
  return {
    ...store,
    ledgerId: () =>
      pipe(
        store.ledgerId(),
        TE.map(noted),
        TE.orElse((failure) => (failure._tag === 'closed' && last !== undefined ? TE.right(last) : TE.left(failure))),
      ),
    setLedgerId: (id, expected) => pipe(store.setLedgerId(id, expected), TE.map(noted)),
  }
}

/**
 * The files of a ledger: a store that is claimed before the first bytes are put into it, or now if it has a history.
 * One of another ledger is refused now, before anything is recorded that could not be gone on from.
 */
export const filesOfLedger = (
  events: EventStore,
  files: FileStore,
  shared: boolean,
): TE.TaskEither<FileStoreError, FileStore> => {
  const own = pipe(
    events.ledgerId(),
    TE.mapLeft(({ reason }) => notAsked(reason)),
    TE.flatMapNullable(
      (id) => id,
      () => notAsked('the event store has no id'),
    ),
  )
  /** Its id follows from its first event: it had a history before it had an id. */
  const isFromBefore = (id: LedgerId): TE.TaskEither<FileStoreError, boolean> =>
    pipe(
      idOfHistory(events),
      TE.mapBoth(
        ({ reason }) => notAsked(reason),
        (followed) => followed === id,
      ),
    )
  const claimed = claimedFiles(files, () => own, shared, isFromBefore)
  return pipe(
    events.head(),
    TE.map((head) => head !== ORIGIN),
    // A history that is damaged is one: whoever asks it is told.
    TE.orElse(({ _tag, reason }) => (_tag === 'damaged-store' ? TE.right(true) : TE.left(notAsked(reason)))),
    TE.flatMap(
      (hasHistory): TE.TaskEither<FileStoreError, unknown> =>
        hasHistory
          ? claimed.claim()
          : pipe(
              own,
              TE.flatMap((id) => assertClaimable(files, id, shared)),
            ),
    ),
    TE.map(() => claimed),
  )
}

/**
 * The ledger is about to take over another id: its files are those of both, until `filesGoAlong`. Whatever it is killed
 * with in between, they are its own.
 */
export const filesOfBoth = (
  files: FileStore,
  before: LedgerId | undefined,
  next: LedgerId,
): TE.TaskEither<FileStoreError, void> =>
  pipe(
    files.ledgers(),
    TE.flatMap((ledgers = []) =>
      before !== undefined && ledgers.includes(before) ? files.addLedger(next) : TE.right(undefined),
    ),
  )

/** The ledger took over another id: the files that were of the one are of the other. */
export const filesGoAlong = (
  files: FileStore,
  before: LedgerId | undefined,
  now: LedgerId | undefined,
): TE.TaskEither<FileStoreError, void> =>
  before === undefined || now === undefined || before === now
    ? TE.right(undefined)
    : pipe(
        files.ledgers(),
        TE.flatMap((ledgers = []) =>
          ledgers.includes(before)
            ? pipe(
                files.addLedger(now),
                TE.flatMap(() => files.removeLedger(before)),
                TE.map(() => undefined),
              )
            : TE.right(undefined),
        ),
      )

const notAsked = (reason: string): FileStoreError => ({
  _tag: 'file-store-failed',
  operation: 'be asked which ledger it serves',
  reason,
})

/** The id that follows from the first event; `undefined` where there is none. */
const idOfHistory = (events: EventStore): TE.TaskEither<ReadFailure, LedgerId | undefined> =>
  pipe(
    TE.tryCatch(() => firstEvent(events), readFailureOf),
    TE.map((first) => (first === undefined ? undefined : ledgerIdOfHistory(first))),
  )

const firstEvent = async (events: EventStore): Promise<StoredEvent | undefined> => {
  for await (const [first] of events.readAll(ORIGIN)) return first
  return undefined
}
