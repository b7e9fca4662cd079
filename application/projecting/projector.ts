/**
 * The projector: pull pages of events after the checkpoint, apply each to every projection, and keep the
 * checkpoint together with the state. It writes nothing but snapshots, which it can do without.
 */

import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { type Observable, Subject } from 'rxjs'
import type { Clock } from '../../domain/ports/clock-and-ids.js'
import { type EventStore, laterOf, ORIGIN, type Position } from '../../domain/ports/event-store.js'
import type { SnapshotStore } from '../../domain/ports/snapshot-store.js'
import { foldedBeside } from './beside.js'
import { emptyModel, type Known, type Model, type Progress, type Projections, progressOf } from './model.js'
import { type Behind, type Outlasting, outlasting } from './outlast.js'
import { type Pulling, pull } from './pull.js'
import type { ReadError } from './read-error.js'
import { type SnapshotKeeper, snapshotKeeper, WORTH_AT_CLOSE, WORTH_WHILE_RUNNING } from './snapshot-keeper.js'
import { waitUntil } from './wait.js'
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
  /** Waits until the model holds a position, that of a receipt for instance; at most `deadline` milliseconds. */
  readonly waitFor: (position: number, deadline?: number) => TE.TaskEither<ReadError, Known<States>>
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
  /** Told once, in words, what nobody asks for: that a snapshot cannot be read. */
  readonly warn?: ((message: string) => void) | undefined
  /** So many milliseconds it folds before others have their turn in the event loop: a page of events unless told. */
  readonly turn?: number | undefined
}

/** How long is waited, in milliseconds, unless told. */
const WAIT = 30_000

export const projector = <States extends object>({
  store,
  projections,
  clock,
  snapshots,
  patience = Number.POSITIVE_INFINITY,
  warn,
  turn,
}: ProjectorPorts<States>): Projector<States> => {
  const keeper = snapshotKeeper({ store, projections, snapshots, warn })
  const ended = new AbortController()
  const current = currentModel(store, projections, keeper, { turn, signal: ended.signal })
  const { serialised, catchUp, known, checkpoints } = current
  let ownPosition: Position = ORIGIN

  const waitFor = (position: number, deadline = WAIT) =>
    waitUntil(clock, catchUp, () => known().checkpoint, position, deadline)

  const refresh = oncePerTurn(catchUp)
  const fresh = async (): Promise<E.Either<ReadError, Known<States>>> => {
    const own = ownPosition
    const refreshed = await refresh()
    return E.isRight(refreshed) && refreshed.right.checkpoint < own ? waitFor(own) : refreshed
  }
  const lasting = outlasting(clock, patience)

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
    waitFor: (position, deadline) => () => waitFor(position, deadline),
    rebuild: (onProgress) => () => current.rebuild(onProgress),
    progress: () => TE.Functor.map(store.head(), (head) => progressOf(known(), head, keeper.problem())),
    ...watching(
      TE.Functor.map(fresh, ({ checkpoint }) => checkpoint),
      checkpoints,
      lasting,
    ),
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

/** Holds the model, which changes in two ways: it catches up with the store, or a rebuilt one takes its place. */
const currentModel = <States extends object>(
  store: EventStore,
  projections: Projections<States>,
  keeper: SnapshotKeeper<States>,
  bounds: Pick<Pulling, 'turn' | 'signal'>,
) => {
  let model = emptyModel(projections)
  let restored: Promise<void> | undefined
  let edition = store.edition?.()
  const { checkpoints, isTold, tell } = telling()
  const serialised = oneAfterAnother()

  const restore = async (): Promise<void> => {
    model = (await keeper.restore()) ?? model
  }

  /** Before anything is pulled. */
  const begin = async (): Promise<void> => {
    // Events that were folded are lost: what is there is folded anew.
    if (store.edition?.() !== edition) {
      edition = store.edition?.()
      model = emptyModel(projections)
      restored = undefined
    }
    restored ??= restore()
    await restored
  }

  const catchUp = async (): Promise<E.Either<ReadError, Known<States>>> => {
    const head = await store.head()()
    if (E.isLeft(head)) return head
    if (store.edition?.() === edition && head.right === model.checkpoint) return E.right(model)
    return serialised(async () => {
      await begin()
      const pulled =
        model.checkpoint === head.right ? E.right(undefined) : await pull(store, projections, model, bounds)
      // What failed on the way may have ended in the midst of a command.
      if (E.isRight(pulled) && !isTold(model.checkpoint)) tell(model.checkpoint)
      if (keeper.isDue(model, WORTH_WHILE_RUNNING)) keeper.save(model)
      return E.isLeft(pulled) ? pulled : E.right(model)
    })
  }

  /** In turn with those who fold: what is asked of is never an event half done. */
  const askNow = <A>(question: (states: States) => A): Promise<E.Either<ReadError, A>> =>
    serialised(async () => (model.failure === null ? E.right(question(model.states)) : E.left(model.failure)))

  const askAt = async <A>(question: (states: States) => A, until: Position): Promise<E.Either<ReadError, A>> => {
    const present = await serialised(async (): Promise<E.Either<ReadError, A> | undefined> => {
      await begin()
      if (model.checkpoint > until || (model.failure?.position ?? 0) > until) return undefined
      return E.map(() => question(model.states))(await pull(store, projections, model, { ...bounds, until }))
    })
    if (present !== undefined) return present
    return E.map(question)(await foldedBeside(store, projections, keeper, { ...bounds, until }))
  }

  const rebuild = async (onProgress?: (progress: Progress) => void): Promise<E.Either<ReadError, Progress>> => {
    const head = await store.head()()
    if (E.isLeft(head)) return head
    const beside = emptyModel(projections)
    const onPage = (): void => onProgress?.(progressOf(beside, head.right, keeper.problem()))
    const pulled = await pull(store, projections, beside, { ...bounds, onPage })
    if (E.isLeft(pulled)) return pulled
    return serialised(async () => {
      // What came meanwhile, in turn with those who read: so nothing is lost in the change.
      const rest = await pull(store, projections, beside, bounds)
      if (E.isLeft(rest)) return rest
      // A snapshot that was not loaded yet is of no more use.
      restored = Promise.resolve()
      model = beside
      tell(model.checkpoint)
      return E.right(progressOf(model, model.checkpoint, keeper.problem()))
    })
  }

  return { checkpoints, serialised, catchUp, askNow, askAt, rebuild, known: (): Model<States> => model }
}

/** The checkpoints that those who watch are told of, and the last of them. */
const telling = () => {
  const checkpoints = new Subject<Position>()
  let told: Position = ORIGIN
  const tell = (checkpoint: Position): void => {
    told = checkpoint
    checkpoints.next(checkpoint)
  }
  return { checkpoints, isTold: (checkpoint: Position): boolean => checkpoint === told, tell }
}

/** Work that is done one after another, so that no event is applied twice. */
const oneAfterAnother = () => {
  let turn: Promise<unknown> = Promise.resolve()
  return <A>(work: () => Promise<A>): Promise<A> => {
    const mine = turn.then(work)
    turn = mine.catch(() => undefined)
    return mine
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
