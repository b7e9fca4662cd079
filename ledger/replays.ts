/** Replays of a ledger: its history step by step, until they are over or it is closed. */

import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Observable } from 'rxjs'
import { catchError, defer, switchMap, throwError } from 'rxjs'
import type { ReplayStep } from '../application/reading-history/replay.js'
import { type ReplayPorts, replay, replayed } from '../application/reading-history/replay.js'
import type { Clock } from '../domain/ports/clock-and-ids.js'
import { EventStoreError } from '../domain/ports/event-store.js'
import type { AsOf, When } from './calling/as-of.js'
import { eachFromStore, fromStoreError } from './calling/errors.js'
import type { MomentFailure } from './calling/failures.js'
import { untilAborted } from './calling/stopping.js'
import type { LedgerAsOf } from './ledger-as-of.js'
import { replayQuery } from './looking-back/history.js'
import type { ReplayInput } from './looking-back/input.js'

export interface Replays {
  /** Goes through the history step by step: each event, what it changed, and the ledger as of it. */
  readonly replay: (given?: ReplayInput) => AsyncGenerator<ReplayStep<LedgerAsOf>>
  /** The same as an Observable; each subscriber has a replay of its own, which ends when it unsubscribes. */
  readonly replayed: (given?: Omit<ReplayInput, 'signal'>) => Observable<ReplayStep<LedgerAsOf>>
}

interface Replaying {
  readonly clock: Clock
  /** Aborts when the ledger is closed. */
  readonly ended: AbortSignal
  /** Now, or at the bound of an interval. */
  readonly asOf: (bound?: When) => TE.TaskEither<MomentFailure, AsOf>
  readonly view: (position: number) => LedgerAsOf
}

export const replaysOf = ({ clock, ended, asOf, view }: Replaying): Replays => {
  const replayPorts = (from: AsOf): ReplayPorts<LedgerAsOf> => ({
    ...from,
    view,
    sleep: async (milliseconds, signal) => {
      await clock.sleep(milliseconds, AbortSignal.any([signal, ended]))
      if (ended.aborted) throw new EventStoreError('closed', 'the ledger was closed: open it again')
    },
  })

  return untilAborted({
    replay: async function* (given: ReplayInput = {}) {
      const { at, query, signal } = await replayQuery(given, asOf)
      yield* eachFromStore(replay(replayPorts(at), query, signal))
    },
    replayed: (given = {}) =>
      defer(() => replayQuery(given, asOf)).pipe(
        switchMap(({ at, query }) => replayed(replayPorts(at), query)),
        catchError((error: unknown) => throwError(() => fromStoreError(error))),
      ),
  })
}
