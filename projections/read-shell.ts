/**
 * The read shell: pull pages of events after the checkpoint, apply each to every projection, and keep the
 * checkpoint together with the state. It writes nothing but snapshots, which it can do without.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { Observable } from 'rxjs'
import { type EventStore, EventStoreError, ORIGIN, type Position, type StoredEvent } from '../domain/event-store.js'
import type { Clock } from '../domain/sources.js'
import { type Moments, noMoments, observe, positionAt, timeOf } from './moments.js'
import type { Projection } from './projection.js'
import { readEvent, recordedAtOf } from './seen.js'
import type { SnapshotStore } from './snapshot-store.js'

export type ReadError =
  | { readonly _tag: 'unavailable'; readonly reason: string }
  | { readonly _tag: 'damaged-event'; readonly stream: string; readonly revision: number; readonly reason: string }
  /** The read model did not come to the position in time. */
  | { readonly _tag: 'not-reached'; readonly position: Position; readonly checkpoint: Position }

/** What the projections know, and up to where. */
export interface Known<States> {
  readonly states: States
  readonly moments: Moments
  readonly checkpoint: Position
}

/** How far a read model is, and what it could not read. */
export interface Progress {
  readonly checkpoint: Position
  readonly head: Position
  /** Events applied since the model was opened. */
  readonly applied: number
  /** Event types from the future, and how many of each were passed over. */
  readonly unknown: ReadonlyMap<string, number>
}

export interface ReadShell<States> {
  /** What is known, with everything in it that was recorded before the call, by any process. */
  readonly fresh: () => TE.TaskEither<ReadError, Known<States>>
  /** Tells of something recorded in this process: nobody is answered from before it. */
  readonly notice: (position: Position) => void
  /** What is known by now, without looking for more. */
  readonly known: () => Known<States>
  /** Waits until the model holds a position; that of a receipt, for instance. */
  readonly waitFor: (position: Position, deadline?: number) => TE.TaskEither<ReadError, Known<States>>
  /** Folds all events anew, beside the present state, and then takes its place. */
  readonly rebuild: (onProgress?: (progress: Progress) => void) => TE.TaskEither<ReadError, Progress>
  readonly progress: () => TE.TaskEither<ReadError, Progress>
  /** The checkpoint now, and after each time that others' or own events were applied. Looks for them while somebody listens. */
  readonly changes: Observable<Position>
  /** Keeps a snapshot of what is known, if there is a place for it. */
  readonly snapshot: () => Promise<void>
  readonly close: () => Promise<void>
}

type Projections<States> = { readonly [K in keyof States]: Projection<States[K]> }

export interface ReadShellPorts<States> {
  readonly store: EventStore
  readonly projections: Projections<States>
  readonly clock: Clock
  readonly snapshots?: SnapshotStore | undefined
}

/** How often a listener looks for what other processes wrote, in milliseconds. */
const POLL = 80
/** A snapshot is kept each time this many events were applied. */
const EVENTS_PER_SNAPSHOT = 100_000
const WAIT = 30_000

interface Model<States> extends Known<States> {
  checkpoint: Position
  /** The event at the checkpoint and the position before it, by which a snapshot is held against its store. */
  last: { readonly id: string; readonly after: Position } | null
  applied: number
  readonly unknown: Map<string, number>
}

export const readShell = <States extends object>({
  store,
  projections,
  clock,
  snapshots,
}: ReadShellPorts<States>): ReadShell<States> => {
  const keys = Object.keys(projections) as Array<keyof States>
  const folds = keys.map((key) => projections[key])
  const snapshotKey = folds.map(({ name, version }) => `${name}-${version}`).join('+')

  const emptyModel = (): Model<States> => ({
    // Each key with the state of its own projection, which no type of a mapped object can say.
    states: Object.fromEntries(keys.map((key) => [key, projections[key].initial()])) as States,
    moments: noMoments(),
    checkpoint: ORIGIN,
    last: null,
    applied: 0,
    unknown: new Map(),
  })

  let model = emptyModel()
  let restored: Promise<void> | undefined
  let snapshotAt = 0
  const listeners = new Set<(position: Position) => void>()

  const applyPage = (target: Model<States>, page: ReadonlyArray<StoredEvent>): ReadError | undefined => {
    for (const stored of page) {
      const { position, stream, revision } = stored
      if (position <= target.checkpoint) continue
      const event = readEvent(stored)
      if (event === 'damaged') {
        return { _tag: 'damaged-event', stream, revision, reason: `its data is not that of a ${stored.type}` }
      }
      const time = observe(target.moments, position, recordedAtOf(stored))
      if (event === 'unknown') target.unknown.set(stored.type, (target.unknown.get(stored.type) ?? 0) + 1)
      else {
        const seen = { stream, revision, position, time, event, stored }
        for (const key of keys) projections[key].apply(target.states[key], seen)
      }
      target.last = { id: stored.id, after: target.checkpoint }
      target.checkpoint = position
      target.applied += 1
    }
    return undefined
  }

  const pull = async (
    target: Model<States>,
    onPage: () => void = () => undefined,
  ): Promise<E.Either<ReadError, void>> => {
    try {
      for await (const page of store.readAll(target.checkpoint)) {
        const problem = applyPage(target, page)
        if (problem !== undefined) return E.left(problem)
        onPage()
      }
      return E.right(undefined)
    } catch (error) {
      return E.left(asReadError(error))
    }
  }

  /** Pulls one after another, so that no event is applied twice. */
  let pulling: Promise<unknown> = Promise.resolve()
  const inTurn = <A>(work: () => Promise<A>): Promise<A> => {
    const mine = pulling.then(work)
    pulling = mine.catch(() => undefined)
    return mine
  }

  const catchUp = (): Promise<E.Either<ReadError, Known<States>>> =>
    inTurn(async () => {
      restored ??= restore()
      await restored
      const head = await store.head()()
      if (E.isLeft(head)) return head
      if (head.right === model.checkpoint) return E.right(model)
      const before = model.checkpoint
      const pulled = await pull(model)
      if (model.checkpoint !== before) for (const tell of listeners) tell(model.checkpoint)
      if (model.applied - snapshotAt >= EVENTS_PER_SNAPSHOT) void snapshot()
      return E.isLeft(pulled) ? pulled : E.right(model)
    })

  /** At most one look at the store in a turn of the event loop. */
  let looking: Promise<E.Either<ReadError, Known<States>>> | undefined
  let noticed: Position = ORIGIN
  const fresh = async (): Promise<E.Either<ReadError, Known<States>>> => {
    if (looking === undefined) {
      looking = catchUp()
      setImmediate(() => {
        looking = undefined
      })
    }
    const looked = await looking
    return E.isRight(looked) && looked.right.checkpoint < noticed ? catchUp() : looked
  }

  const restore = async (): Promise<void> => {
    if (snapshots === undefined) return
    const loaded = await snapshots.load(snapshotKey)()
    const candidate = E.isRight(loaded) ? readSnapshot(loaded.right) : undefined
    if (candidate !== undefined && (await belongsToStore(candidate))) model = candidate
  }

  const readSnapshot = (saved: unknown): Model<States> | undefined => {
    if (!isSaved(saved)) return undefined
    const candidate = { ...emptyModel(), moments: saved.moments, checkpoint: saved.checkpoint, last: saved.last }
    for (const [index, key] of keys.entries()) {
      const state = projections[key].load(saved.states[index])
      if (state === undefined) return undefined
      candidate.states[key] = state
    }
    return candidate
  }

  /** A snapshot of another store, or of a store that was put back to an older copy, is none of this one. */
  const belongsToStore = async ({ checkpoint, last }: Model<States>): Promise<boolean> => {
    if (last === null) return checkpoint === ORIGIN
    try {
      for await (const page of store.readAll(last.after)) {
        const [first] = page
        if (first !== undefined) return first.id === last.id && first.position === checkpoint
      }
      return false
    } catch {
      return false
    }
  }

  const snapshot = async (): Promise<void> => {
    if (snapshots === undefined || model.applied === snapshotAt) return
    snapshotAt = model.applied
    const { moments, checkpoint, last } = model
    const states = keys.map((key) => projections[key].save(model.states[key]))
    await snapshots.save(snapshotKey, { moments, checkpoint, last, states })()
  }

  const progressOf = ({ checkpoint, applied, unknown }: Model<States>, head: Position): Progress => ({
    checkpoint,
    head,
    applied,
    unknown: new Map(unknown),
  })

  const waitFor = async (position: Position, deadline: number): Promise<E.Either<ReadError, Known<States>>> => {
    const until = clock.now().getTime() + deadline
    for (;;) {
      const caughtUp = await catchUp()
      if (E.isLeft(caughtUp) || caughtUp.right.checkpoint >= position) return caughtUp
      if (clock.now().getTime() >= until) {
        return E.left({ _tag: 'not-reached', position, checkpoint: caughtUp.right.checkpoint })
      }
      await clock.sleep(Math.min(POLL, deadline))
    }
  }

  const changes = new Observable<Position>((subscriber) => {
    const tell = (position: Position): void => subscriber.next(position)
    listeners.add(tell)
    const timer = setInterval(() => {
      void fresh().then((looked) => {
        if (E.isLeft(looked) && !subscriber.closed) subscriber.error(looked.left)
      })
    }, POLL)
    timer.unref()
    void fresh().then((looked) => {
      if (subscriber.closed) return
      if (E.isLeft(looked)) subscriber.error(looked.left)
      else subscriber.next(looked.right.checkpoint)
    })
    return () => {
      clearInterval(timer)
      listeners.delete(tell)
    }
  })

  return {
    fresh: () => fresh,
    notice: (position) => {
      noticed = Math.max(noticed, position)
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
        model = beside
        snapshotAt = 0
        for (const tell of listeners) tell(model.checkpoint)
        return E.right(progressOf(model, model.checkpoint))
      })
    },
    progress: () => TE.Functor.map(store.head(), (head) => progressOf(model, head)),
    changes,
    snapshot,
    close: async () => {
      await pulling
      await snapshot()
    },
  }
}

/** What `at` means: a position, or the last one whose time is not later than a time. */
export const momentOf = <States>(
  { moments, checkpoint }: Known<States>,
  when: Position | Date | string | undefined,
): E.Either<{ readonly _tag: 'bad-moment'; readonly expected: string; readonly actual: string }, Position> => {
  if (when === undefined) return E.right(checkpoint)
  if (typeof when === 'number') {
    return Number.isSafeInteger(when) && when >= ORIGIN && when <= checkpoint
      ? E.right(when)
      : E.left({ _tag: 'bad-moment', expected: `a position from ${ORIGIN} to ${checkpoint}`, actual: String(when) })
  }
  const time = when instanceof Date ? when.getTime() : Date.parse(when)
  return Number.isNaN(time)
    ? E.left({
        _tag: 'bad-moment',
        expected: 'a position, a Date, or an ISO 8601 text such as 2026-05-03T14:00:00Z',
        actual: String(when),
      })
    : E.right(positionAt(moments, time))
}

/** The time of a position as an ISO 8601 text; `null` before the first event. */
export const timeAt = ({ moments }: Pick<Known<unknown>, 'moments'>, position: Position): string | null => {
  const time = timeOf(moments, position)
  return time === undefined ? null : new Date(time).toISOString()
}

interface Saved {
  readonly moments: Moments
  readonly checkpoint: Position
  readonly last: Model<unknown>['last']
  readonly states: ReadonlyArray<unknown>
}

const isSaved = (saved: unknown): saved is Saved =>
  typeof saved === 'object' &&
  saved !== null &&
  typeof Reflect.get(saved, 'checkpoint') === 'number' &&
  Array.isArray(Reflect.get(saved, 'states')) &&
  typeof Reflect.get(saved, 'moments') === 'object'

const asReadError = (error: unknown): ReadError => ({
  _tag: 'unavailable',
  reason: error instanceof EventStoreError || error instanceof Error ? error.message : String(error),
})

export const describeReadError = (error: ReadError): string => {
  switch (error._tag) {
    case 'unavailable':
      return `the event store cannot be read: ${error.reason}`
    case 'damaged-event':
      return `${error.stream} is damaged at revision ${error.revision}: ${error.reason}`
    case 'not-reached':
      return `position ${error.position} was not reached in time; the read model is at ${error.checkpoint}`
  }
}
