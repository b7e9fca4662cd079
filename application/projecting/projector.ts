/**
 * The projector: pull pages of events after the checkpoint, apply each to every projection, and keep the
 * checkpoint together with the state. It writes nothing but snapshots, which it can do without.
 */

import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import {
  defer,
  distinctUntilChanged,
  EMPTY,
  endWith,
  ignoreElements,
  merge,
  mergeMap,
  type Observable,
  of,
  repeat,
  Subject,
  share,
  takeUntil,
  throwError,
} from 'rxjs'
import { actorOf, decodeShape, isEventType, recordedAtOf } from '../../domain/events/event-shapes.js'
import type { Clock } from '../../domain/ports/clock-and-ids.js'
import {
  type EventStore,
  ORIGIN,
  type Position,
  readFailureOf,
  type StoredEvent,
} from '../../domain/ports/event-store.js'
import type { SnapshotStore } from '../../domain/ports/snapshot-store.js'
import type { EventContext, ProjectedEvent } from '../../projections/projection.js'
import { toArray } from '../../projections/storage/columns.js'
import { noPositionTimes, recordTime } from '../../projections/storage/position-times.js'
import type { Folds, Known, Model, Progress, Projections } from './model.js'
import { type Behind, type Outlasting, outlasting } from './outlast.js'
import { messageOf, passing, type ReadError } from './read-error.js'
import { type Head, isHead, type Part, SNAPSHOT_FORMAT, WORTH_AT_CLOSE, WORTH_WHILE_RUNNING } from './snapshots.js'

export interface Projector<States> {
  /** What is known, with everything in it that this process was told of, and that others recorded before this turn of the event loop. */
  readonly fresh: () => TE.TaskEither<ReadError, Known<States>>
  /** Tells of something recorded in this process: nobody is answered from before it. */
  readonly noteOwnWrite: (position: Position) => void
  /** What is known by now, without looking for more. */
  readonly known: () => Known<States>
  /** Waits until the model holds a position, that of a receipt for instance; at most `deadline` milliseconds. */
  readonly waitFor: (position: Position, deadline?: number) => TE.TaskEither<ReadError, Known<States>>
  /** Folds all events anew, beside the present state, and then takes its place. */
  readonly rebuild: (onProgress?: (progress: Progress) => void) => TE.TaskEither<ReadError, Progress>
  readonly progress: () => TE.TaskEither<ReadError, Progress>
  /**
   * The checkpoint now, and after each time that others' or own events were applied. While somebody
   * listens it looks for them, and keeps the process running; a store that cannot be asked is asked again until
   * patience ends. Completes when the shell is closed.
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
}

/** How often the store is looked at for those who listen or wait, in milliseconds. */
const POLL = 80
const WAIT = 30_000

export const projector = <States extends object>({
  store,
  projections,
  clock,
  snapshots,
  patience = Number.POSITIVE_INFINITY,
  warn,
}: ProjectorPorts<States>): Projector<States> => {
  const keys = Object.keys(projections) as Array<keyof States>
  const all = keys.map((key) => projections[key])
  const snapshotKey = all.map(({ name }) => name).join('+')
  const versions = [SNAPSHOT_FORMAT, ...all.map(({ version }) => version)].join('+')

  const emptyModel = (): Model<States> => ({
    // Each key with the state of its own projection, which no type of a mapped object can say.
    states: Object.fromEntries(keys.map((key) => [key, projections[key].initial()])) as States,
    moments: noPositionTimes(),
    checkpoint: ORIGIN,
    last: { id: '', after: ORIGIN },
    events: 0,
    applied: 0,
    kept: 0,
    unknown: new Map(),
  })

  let model = emptyModel()
  let restored: Promise<void> | undefined
  let ownPosition: Position = ORIGIN
  let snapshotProblem: string | null = null
  const told = new Subject<Position>()

  const applyPage = (target: Model<States>, folds: Folds, page: ReadonlyArray<StoredEvent>): ReadError | undefined => {
    for (const stored of page) {
      const { position, stream, revision, type } = stored
      if (position <= target.checkpoint) continue
      const event = decodeShape(stored)
      const recordedAt = recordedAtOf(stored)
      if (event === 'damaged' || Number.isNaN(recordedAt)) {
        const reason = event === 'damaged' ? `its data is not that of a ${type}` : 'its metadata say no time'
        return { _tag: 'damaged-event', stream, revision, position, reason }
      }
      const time = recordTime(target.moments, position, recordedAt)
      const actor = actorOf(stored)
      if (event === 'unknown') {
        target.unknown.set(type, (target.unknown.get(type) ?? 0) + 1)
        for (const { unknown } of folds) unknown({ stream, revision, position, time, actor }, type)
      } else {
        const seen = { stream, revision, position, time, actor, event }
        for (const { known } of folds) known(seen)
      }
      target.last.id = stored.id
      target.last.after = target.checkpoint
      target.checkpoint = position
      target.events += 1
      target.applied += 1
    }
    return undefined
  }

  /** Applies what the store has after the checkpoint, a page in a turn of the event loop. */
  const pull = async (
    target: Model<States>,
    onPage: () => void = () => undefined,
  ): Promise<E.Either<ReadError, void>> => {
    const folds = keys.map((key) => {
      const [{ apply, applyUnknown }, state] = [projections[key], target.states[key]]
      return {
        known: (seen: ProjectedEvent): void => apply(state, seen),
        unknown: (recorded: EventContext, type: string): void => applyUnknown?.(state, recorded, type),
      }
    })
    try {
      let first = true
      for await (const page of store.readAll(target.checkpoint)) {
        if (!first) await nextTurn()
        first = false
        const problem = applyPage(target, folds, page)
        if (problem !== undefined) return E.left(problem)
        onPage()
      }
      return E.right(undefined)
    } catch (error) {
      return E.left(readFailureOf(error))
    }
  }

  /** One after another, so that no event is applied twice. */
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <A>(work: () => Promise<A>): Promise<A> => {
    const mine = turn.then(work)
    turn = mine.catch(() => undefined)
    return mine
  }

  const catchUp = async (): Promise<E.Either<ReadError, Known<States>>> => {
    const head = await store.head()()
    if (E.isLeft(head) || head.right === model.checkpoint) return E.isLeft(head) ? head : E.right(model)
    return inTurn(async () => {
      restored ??= restore()
      await restored
      const before = model.checkpoint
      const pulled = before === head.right ? E.right(undefined) : await pull(model)
      if (model.checkpoint !== before) told.next(model.checkpoint)
      if (isSnapshotDue(WORTH_WHILE_RUNNING)) void saveSnapshot()
      return E.isLeft(pulled) ? pulled : E.right(model)
    })
  }

  /** At most one look at the store in a turn of the event loop. */
  let looking: Promise<E.Either<ReadError, Known<States>>> | undefined
  const look = (): Promise<E.Either<ReadError, Known<States>>> => {
    if (looking === undefined) {
      looking = catchUp()
      setImmediate(() => {
        looking = undefined
      })
    }
    return looking
  }

  const fresh = async (): Promise<E.Either<ReadError, Known<States>>> => {
    const own = ownPosition
    const looked = await look()
    return E.isRight(looked) && looked.right.checkpoint < own ? waitFor(own, WAIT) : looked
  }

  const waitFor = async (position: Position, deadline: number): Promise<E.Either<ReadError, Known<States>>> => {
    const until = clock.monotonic() + deadline
    const over = new AbortController()
    const timeUp = async (): Promise<'time is up'> => {
      do await clock.sleep(until - clock.monotonic(), over.signal)
      while (clock.monotonic() < until && !over.signal.aborted)
      return 'time is up'
    }
    // It looks once, however short the time is.
    const inTime = deadline > 0 ? timeUp() : new Promise<never>(() => undefined)
    let failure: ReadError | undefined
    try {
      for (;;) {
        const looked = await Promise.race([catchUp(), inTime])
        if (looked !== 'time is up') {
          const isOver = E.isLeft(looked) ? passing(looked.left) === undefined : looked.right.checkpoint >= position
          if (isOver) return looked
          failure = E.isLeft(looked) ? looked.left : undefined
        }
        const left = until - clock.monotonic()
        if (looked === 'time is up' || left <= 0) {
          return E.left(failure ?? { _tag: 'not-reached', position, checkpoint: model.checkpoint })
        }
        await clock.sleep(Math.min(POLL, left))
      }
    } finally {
      over.abort()
    }
  }

  const restore = async (): Promise<void> => {
    if (snapshots === undefined) return
    const loaded = await snapshots.load(snapshotKey)()
    if (E.isLeft(loaded)) {
      noteProblem(`the snapshot cannot be read: ${loaded.left.reason}`)
      warn?.(`The snapshot cannot be read, and all events are read instead: ${loaded.left.reason}`)
      return
    }
    const candidate = readSnapshot(loaded.right ?? [])
    if (candidate !== undefined && (await belongsToStore(candidate))) model = candidate
  }

  const readSnapshot = ([head, ...parts]: ReadonlyArray<unknown>): Model<States> | undefined => {
    if (!isHead(head) || head.versions !== versions) return undefined
    const { checkpoint, last, events, unknown } = head
    // What was passed over then can be read now.
    if ([...unknown.keys()].some(isEventType)) return undefined
    const [times, firsts, lasts] = head.moments.map(toArray)
    if (times === undefined || firsts === undefined || lasts === undefined) return undefined
    const moments = { times, firsts, lasts }
    const candidate = { ...emptyModel(), moments, checkpoint, last, events, kept: events, unknown }
    for (const [index, key] of keys.entries()) {
      const own = parts.filter((part): part is Part => Array.isArray(part) && part[0] === index)
      const state = projections[key].load(own.map(([, part]) => part))
      if (state === undefined) return undefined
      candidate.states[key] = state
    }
    return candidate
  }

  /** A snapshot of another store, or of a store that was put back to an older copy, is none of this one. */
  const belongsToStore = async ({ checkpoint, last }: Model<States>): Promise<boolean> => {
    if (checkpoint === ORIGIN) return true
    try {
      for await (const [first] of store.readAll(last.after)) {
        if (first !== undefined) return first.id === last.id && first.position === checkpoint
      }
      return false
    } catch {
      return false
    }
  }

  const isSnapshotDue = ({ events, share }: typeof WORTH_AT_CLOSE): boolean =>
    snapshots !== undefined && model.events - model.kept >= Math.max(events, model.events * share)

  const ending = new AbortController()
  /** One snapshot after another. */
  let keeping: Promise<void> = Promise.resolve()
  /** To be called in turn. What is kept is copied at once; events may be applied while it is written. */
  const saveSnapshot = (): Promise<void> => {
    if (snapshots === undefined || model.kept === model.events) return keeping
    // Set at once: a failure is not tried again until there is more to keep.
    model.kept = model.events
    try {
      const save = snapshots.save(snapshotKey, encodeSnapshot(model), ending.signal)
      keeping = keeping.then(save).then(
        (saved) => noteProblem(E.isLeft(saved) ? saved.left.reason : null),
        (error: unknown) => noteProblem(messageOf(error)),
      )
    } catch (error) {
      noteProblem(messageOf(error))
    }
    return keeping
  }
  const noteProblem = (problem: string | null): void => {
    snapshotProblem = problem
  }

  const encodeSnapshot = ({ states, moments, checkpoint, last, events, unknown }: Model<States>): Iterable<unknown> => {
    const head: Head = {
      versions,
      checkpoint,
      last: { ...last },
      events,
      unknown: new Map(unknown),
      moments: [moments.times, moments.firsts, moments.lasts].map((list) => new Float64Array(list)),
    }
    const all = keys.map((key) => projections[key].save(states[key]))
    return (function* (): Iterable<Head | Part> {
      yield head
      for (const [index, parts] of all.entries()) for (const part of parts) yield [index, part]
    })()
  }

  const progressOf = ({ checkpoint, applied, unknown }: Model<States>, head: Position): Progress => ({
    checkpoint,
    head,
    applied,
    unknown: new Map(unknown),
    snapshotProblem,
  })

  const { outlast, behind } = outlasting(clock, patience)

  const checkpoint = TE.Functor.map(fresh, (known) => known.checkpoint)

  /** One look after another for all who listen. */
  const polling = merge(outlast(checkpoint, passing).pipe(repeat({ delay: POLL })), told).pipe(share())

  /** Whoever comes later does not wait for the next look; what fails is the business of those. */
  const now = defer(checkpoint).pipe(
    mergeMap((looked) => {
      if (E.isRight(looked)) return of(looked.right)
      return passing(looked.left) === undefined ? throwError(() => looked.left) : EMPTY
    }),
  )
  const closed = told.pipe(ignoreElements(), endWith(null))

  return {
    fresh: () => fresh,
    noteOwnWrite: (position) => {
      ownPosition = Math.max(ownPosition, position)
    },
    known: () => model,
    waitFor:
      (position, deadline = WAIT) =>
      () =>
        waitFor(position, deadline),
    rebuild: (onProgress) => async () => {
      const head = await store.head()()
      if (E.isLeft(head)) return head
      const beside = emptyModel()
      const pulled = await pull(beside, () => onProgress?.(progressOf(beside, head.right)))
      if (E.isLeft(pulled)) return pulled
      return inTurn(async () => {
        // What came meanwhile, in turn with those who read: so nothing is lost in the change.
        const rest = await pull(beside)
        if (E.isLeft(rest)) return rest
        // A snapshot that was not loaded yet is of no more use.
        restored = Promise.resolve()
        model = beside
        told.next(model.checkpoint)
        return E.right(progressOf(model, model.checkpoint))
      })
    },
    progress: () => TE.Functor.map(store.head(), (head) => progressOf(model, head)),
    watchPosition: merge(polling, now).pipe(takeUntil(closed), distinctUntilChanged()),
    behind: merge(polling.pipe(ignoreElements()), behind).pipe(takeUntil(closed)),
    outlast,
    snapshot: async () => {
      await inTurn(async () => void saveSnapshot())
      await keeping
    },
    close: async (signal) => {
      told.complete()
      const end = (): void => ending.abort()
      if (signal?.aborted === true) end()
      signal?.addEventListener('abort', end)
      await inTurn(async () => {
        if (isSnapshotDue(WORTH_AT_CLOSE)) void saveSnapshot()
      })
      await keeping
    },
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
