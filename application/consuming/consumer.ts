/**
 * Consuming: the events behind a checkpoint, handed to a handler one after another, and the checkpoint moved on behind those that were
 * handled. What fails is tried again from the checkpoint, with growing pauses, until the consumer is parked; what stays wrong parks it at once.
 */
import { BehaviorSubject, interval, type Observable } from 'rxjs'
import type { Clock, Ids } from '../../domain/ports/clock-and-ids.js'
import type { EventStore, Lock, Position, StoredEvent } from '../../domain/ports/event-store.js'
import { type FeedQuery, feedPages } from '../reading-history/feed.js'

export type ConsumerState =
  /** Another instance has it: it is taken over when that one stops, or dies. */
  | 'waiting'
  | 'running'
  /** Something failed: it is tried again after a pause. */
  | 'retrying'
  /** It failed so often, or in such a way, that it goes on only when it is resumed. */
  | 'parked'
  | 'stopped'

export interface Standing<Failure> {
  readonly state: ConsumerState
  /** Up to here everything is handled; `null` before the checkpoint is loaded. */
  readonly position: number | null
  /** How often it failed since an event was last handled. */
  readonly failures: number
  /** With what it failed the last time since then; `null` if it did not. */
  readonly failure: Failure | null
}

export interface ConsumerPorts<Failure> {
  readonly store: EventStore
  readonly clock: Clock
  readonly ids: Pick<Ids, 'fraction'>
  /** Takes what one instance has at a time: `undefined` while another has it. */
  readonly lock: () => Promise<Lock | undefined>
  /** The position of the checkpoint. */
  readonly load: () => Promise<Position>
  /** Keeps the checkpoint of an event; not there where the handler does. */
  readonly save: ((last: StoredEvent) => Promise<void>) | undefined
  readonly handle: (stored: StoredEvent, attempt: number, stopping: AbortSignal) => Promise<void>
  readonly query: Pick<FeedQuery, 'types' | 'about' | 'recorded'>
  /** So often in a row it may fail. */
  readonly parkAfter: number
  readonly failureOf: (thrown: unknown) => Failure
  /** Whether it counts, passes by itself, as a store's being away does, stays however often it is tried, or is the end. */
  readonly kindOf: (failure: Failure) => 'counts' | 'passes' | 'stays' | 'ends'
  readonly onParked: (failures: number, failure: Failure) => void
}

export interface Consuming<Failure> {
  readonly standing: () => Standing<Failure>
  /** Now, and after each change, until it has stopped. */
  readonly standings: Observable<Standing<Failure>>
  /** Goes on at once: parked, or between two tries. */
  readonly resume: () => void
  /** Ends behind the event that is being handled; resolves when it has ended. */
  readonly stop: () => Promise<void>
}

/** In milliseconds: between two tries, and between two looks whether another instance is gone. */
const PAUSE = { first: 100, longest: 30_000, lock: 250 }
/** While it is parked it keeps the process up, as it does else. */
const AWAKE = 60_000
/** In milliseconds: so often a checkpoint is kept within a page of events. */
const KEPT_EVERY = 100

export const consuming = <Failure>(ports: ConsumerPorts<Failure>): Consuming<Failure> => {
  const { clock, ids, parkAfter } = ports
  const stopping = new AbortController()
  const standings = new BehaviorSubject<Standing<Failure>>({
    state: 'waiting',
    position: null,
    failures: 0,
    failure: null,
  })
  const tell: Tell<Failure> = (changed) => standings.next({ ...standings.value, ...changed })
  let wake = (): void => undefined

  /** Until it is resumed or stopped, and so long at most if it is told. */
  const pause = async (milliseconds?: number): Promise<void> => {
    if (stopping.signal.aborted) return
    const waking = new AbortController()
    const woken = new Promise<void>((resolve) => waking.signal.addEventListener('abort', () => resolve()))
    wake = () => waking.abort()
    if (milliseconds !== undefined) return clock.sleep(milliseconds * (0.5 + ids.fraction() / 2), waking.signal)
    const awake = interval(AWAKE).subscribe()
    await woken
    awake.unsubscribe()
  }

  const locked = async (): Promise<Lock | undefined> => {
    for (;;) {
      const lock = await ports.lock()
      if (lock !== undefined) return lock
      if (standings.value.state !== 'waiting') tell({ state: 'waiting' })
      await pause(PAUSE.lock)
      if (stopping.signal.aborted) return undefined
    }
  }

  const failed = async (failure: Failure): Promise<void> => {
    const kind = ports.kindOf(failure)
    if (kind === 'ends') stopping.abort()
    const failures = standings.value.failures + (kind === 'counts' || kind === 'stays' ? 1 : 0)
    tell({ failures, failure })
    if (stopping.signal.aborted) return
    if (kind !== 'stays' && failures < parkAfter) {
      tell({ state: 'retrying' })
      return pause(Math.min(PAUSE.first * 2 ** Math.max(failures - 1, 0), PAUSE.longest))
    }
    tell({ state: 'parked' })
    ports.onParked(failures, failure)
    await pause()
    tell({ failures: 0 })
  }

  const run = async (): Promise<void> => {
    let lock: Lock | undefined
    while (!stopping.signal.aborted) {
      try {
        lock ??= await locked()
        if (lock !== undefined) await session(ports, tell, standings.value.failures + 1, stopping.signal)
      } catch (thrown) {
        await failed(ports.failureOf(thrown))
      }
    }
    await lock?.release()
    tell({ state: 'stopped' })
    standings.complete()
  }

  const ended = run()
  return {
    standing: () => standings.value,
    standings: standings.asObservable(),
    resume: () => wake(),
    stop: () => {
      stopping.abort()
      wake()
      return ended
    },
  }
}

type Tell<Failure> = (changed: Partial<Standing<Failure>>) => void

/** From the checkpoint on, until it is stopped; rejects with what failed, when what was handled before is kept. */
const session = async <Failure>(
  { store, clock, load, save, handle, query }: ConsumerPorts<Failure>,
  tell: Tell<Failure>,
  firstAttempt: number,
  stopping: AbortSignal,
): Promise<void> => {
  const after = await load()
  let attempt = firstAttempt
  tell({ state: 'running', position: after })
  const kept = keeping(save, clock, tell)
  try {
    for await (const { wanted, last } of feedPages(store, { ...query, after, until: Infinity }, stopping)) {
      for (const stored of wanted) {
        if (stopping.aborted) return
        await handle(stored, attempt, stopping)
        attempt = 1
        await kept.handled(stored)
      }
      await kept.passed(last)
    }
  } catch (thrown) {
    await kept.all().catch(() => undefined)
    throw thrown
  } finally {
    await kept.all()
  }
}

/** Keeps the checkpoint: of events that come in a crowd not each, for a file that is safe on a disk costs more than most handlers. */
const keeping = <Failure>(save: ConsumerPorts<Failure>['save'], clock: Clock, tell: Tell<Failure>) => {
  let pending: StoredEvent | undefined
  let isHandled = false
  let keptAt = clock.monotonic()

  const all = async (): Promise<void> => {
    const last = pending
    pending = undefined
    if (last === undefined) return
    await save?.(last)
    keptAt = clock.monotonic()
    tell(isHandled ? { position: last.position, failures: 0, failure: null } : { position: last.position })
    isHandled = false
  }

  return {
    all,
    handled: async (stored: StoredEvent): Promise<void> => {
      pending = stored
      isHandled = true
      if (save === undefined || clock.monotonic() - keptAt >= KEPT_EVERY) await all()
    },
    /** Where nothing was wanted there is nothing to be kept before the end: what is read again then costs nobody anything. */
    passed: async (last: StoredEvent): Promise<void> => {
      const isDue = isHandled
      pending = last
      if (isDue) await all()
      else tell({ position: last.position })
    },
  }
}
