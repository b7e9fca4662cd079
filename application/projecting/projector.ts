/**
 * The projector: pull pages of events after the checkpoint, apply each to every projection, and keep the
 * checkpoint together with the state. It writes nothing but snapshots, which it can do without.
 */

import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { NEVER, type Observable } from 'rxjs'
import type { Clock } from '../../domain/ports/clock-and-ids.js'
import { type EventStore, laterOf, ORIGIN, type Position } from '../../domain/ports/event-store.js'
import type { Tell } from '../../domain/ports/logger.js'
import type { SnapshotStore } from '../../domain/ports/snapshot-store.js'
import { currentModel } from './current-model.js'
import { type Known, type Progress, type Projections, progressOf } from './model.js'
import { type Observe, unobserved } from './observe.js'
import { type Behind, type Outlasting, outlasting } from './outlast.js'
import type { ReadError } from './read-error.js'
import { snapshotKeeper, WORTH_AT_CLOSE } from './snapshot-keeper.js'
import { GUARD, POLL, waitUntil } from './wait.js'
import { watching } from './watch-position.js'

export interface Projector<States> {
  /** What is known, with everything in it that this process was told of, and that others recorded before this turn of the event loop. */
  readonly fresh: () => TE.TaskEither<ReadError, Known<States>>
  /** Tells of something recorded in this process: nobody is answered from before it. */
  readonly noteOwnWrite: (position: Position) => void
  /** What is known by now, without looking for more. */
  readonly known: () => Known<States>
  /**
   * The answer of the states, as fresh as above; or as of a position that the store has. States that are not there yet come just to it;
   * where they are past it, others are folded up to it, from the snapshot that is kept where that is not past it, too.
   */
  readonly ask: <A>(question: (states: States) => A, position?: Position) => TE.TaskEither<ReadError, A>
  /** Waits until the model holds a position, that of a receipt for instance; at most `deadline` milliseconds, or until `signal` aborts. */
  readonly waitFor: (
    position: number,
    deadline?: number,
    signal?: AbortSignal,
  ) => TE.TaskEither<ReadError, Known<States>>
  /** Folds all events anew, beside the present state, and then takes its place. */
  readonly rebuild: (onProgress?: (progress: Progress) => void) => TE.TaskEither<ReadError, Progress>
  readonly progress: () => TE.TaskEither<ReadError, Progress>
  /**
   * The checkpoint now, and after each time that others' or own events were applied. While somebody
   * listens it looks for them, and keeps the process running; a store that cannot be asked is asked again until
   * patience ends. Completes when the projector is closed.
   */
  readonly watchPosition: Observable<Position>
  /** Why `watchPosition`, or what is outlasted, is behind the store; `null` while it is not. It looks, too. */
  readonly behind: Observable<Behind | null>
  /** Does work again while what it fails with may pass. */
  readonly outlast: Outlasting['outlast']
  /** Keeps a snapshot of what is known, if there is a place for it. */
  readonly snapshot: () => Promise<void>
  /** Keeps a snapshot if it is worth it, and as far as it is written before `signal` aborts, if one is given. */
  readonly close: (signal?: AbortSignal) => Promise<void>
}

export interface ProjectorPorts<States> {
  readonly store: EventStore
  readonly projections: Projections<States>
  readonly clock: Clock
  readonly snapshots?: SnapshotStore | undefined
  /** How long `watchPosition` waits for a store that cannot be asked, in milliseconds; for ever unless told. */
  readonly patience?: number | undefined
  /** Told what nobody asks for: that a snapshot cannot be read, once, or not be kept. */
  readonly tell?: Tell | undefined
  /** So many milliseconds it folds before others have their turn in the event loop: a page of events unless told. */
  readonly turn?: number | undefined
  /** Runs what folds, and hears of it; nobody unless told. */
  readonly observe?: Observe | undefined
}

/** How long is waited, in milliseconds, unless told. */
const WAIT = 30_000

export const projector = <States extends object>({
  store,
  projections,
  clock,
  snapshots,
  patience = Number.POSITIVE_INFINITY,
  tell,
  turn,
  observe = unobserved,
}: ProjectorPorts<States>): Projector<States> => {
  const keeper = snapshotKeeper({ store, projections, snapshots, tell })
  const ended = new AbortController()
  const current = currentModel(store, projections, keeper, { turn, signal: ended.signal, observe })
  const { serialised, catchUp, known, checkpoints } = current
  let ownPosition: Position = ORIGIN

  const refresh = oncePerTurn(catchUp)
  const fresh = async (): Promise<E.Either<ReadError, Known<States>>> => {
    const own = ownPosition
    // What was found in this turn is no answer of a store that was closed since.
    const refreshed = await (ended.signal.aborted ? catchUp() : refresh())
    return E.isRight(refreshed) && refreshed.right.checkpoint < own ? waitFor(own) : refreshed
  }
  const lasting = outlasting(clock, patience)
  const isPushed = store.subscriptionsArePushed === true
  const { told, ...watched } = watching(
    TE.Functor.map(fresh, ({ checkpoint }) => checkpoint),
    checkpoints,
    lasting,
    isPushed ? current.follow : undefined,
  )
  const pace = isPushed ? { every: GUARD, told } : { every: POLL, told: NEVER }
  const waitFor = (position: number, deadline = WAIT, signal?: AbortSignal) =>
    waitUntil(clock, catchUp, () => known().checkpoint, { position, deadline, signal }, pace)

  return {
    fresh: () => fresh,
    noteOwnWrite: (position) => {
      ownPosition = laterOf(ownPosition, position)
    },
    known,
    ask: (question, position) => async () => {
      if (position !== undefined) return current.askAt(question, position)
      const refreshed = await fresh()
      return E.isLeft(refreshed) ? refreshed : current.askNow(question)
    },
    waitFor: (position, deadline, signal) => () => waitFor(position, deadline, signal),
    rebuild: (onProgress) => () => current.rebuild(onProgress),
    progress: () => TE.Functor.map(store.head(), (head) => progressOf(known(), head, keeper.problem())),
    ...watched,
    outlast: lasting.outlast,
    snapshot: async () => {
      await serialised(async () => keeper.save(known()))
      await keeper.written()
    },
    close: async (signal) => {
      checkpoints.complete()
      ended.abort()
      if (signal?.aborted === true) keeper.abort()
      signal?.addEventListener('abort', keeper.abort)
      await serialised(async () => {
        if (keeper.isDue(known(), WORTH_AT_CLOSE)) keeper.save(known())
      })
      await keeper.written()
    },
  }
}

/** At most one look at the store in a turn of the event loop. */
const oncePerTurn = <A>(refresh: () => Promise<A>) => {
  let refreshing: Promise<A> | undefined
  return (): Promise<A> => {
    if (refreshing === undefined) {
      refreshing = refresh()
      setImmediate(() => {
        refreshing = undefined
      })
    }
    return refreshing
  }
}
