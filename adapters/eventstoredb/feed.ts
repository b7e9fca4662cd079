/**
 * All events of the ledger in the order of the log, by subscriptions on the server: the one way in which this
 * client lets the server leave out what is not of this ledger. A subscription that breaks, or is silent for
 * too long, is opened again behind the last event that was taken from it.
 */
import {
  type AllStreamResolvedEvent,
  type AllStreamSubscription,
  FORWARDS,
  type Position as LogPosition,
  START,
  streamNameFilter,
} from '@eventstore/db-client'
import { EventStoreError, ORIGIN, type Position } from '../../domain/ports/event-store.js'
import { whenAborted } from '../../domain/values/when-aborted.js'
import { assertNoneHidden, hidingStream, metadataPrefix } from './deletion.js'
import { CallTimeout, failureOf, reasonOf, saysNoPlace } from './failure.js'
import { consume, type Page, PageBuilder } from './page.js'
import { CLOSED, Patience, pause, pauseBefore, placeOf, Refused, type Session, wasRestored } from './session.js'
import { fromWire } from './wire.js'

/** So many events are asked for before they are taken: what a slow caller costs. */
const BUFFERED = 32
/** After each so many times 32 events of others the server says how far it is. */
const CHECKPOINT_INTERVAL = 32
/** A subscription that has caught up may be silent for so many times as long as a call may take. */
const IDLE_TIMEOUTS = 12

/** All events after a position, up to the present end. */
export const readAll = (session: Session, after: Position): AsyncGenerator<Page> =>
  pages(session, after, 'to the end', session.closing)

/** All events after a position, and those to come. Waits for a server that is gone as long as it takes. */
export const subscribe = (session: Session, after: Position, signal?: AbortSignal): AsyncIterable<Page> => ({
  [Symbol.asyncIterator]: () => {
    const returned = new AbortController()
    const leave = (): void => returned.abort()
    const stop = AbortSignal.any([returned.signal, session.closing])
    // The caller's is heard by a listener: `any` does not know one of another realm.
    const following = (async function* () {
      const letGo = whenAborted(signal, leave)
      try {
        yield* pages(session, after, 'for ever', stop)
      } finally {
        letGo()
      }
    })()
    return {
      next: () => following.next(),
      // A generator that waits takes no `return`: it is woken first.
      return: () => {
        leave()
        return following.return(undefined)
      },
    }
  },
})

async function* pages(
  session: Session,
  after: Position,
  howLong: 'to the end' | 'for ever',
  stop: AbortSignal,
): AsyncGenerator<Page> {
  let position = after
  const { seen } = session
  // What others wrote behind it was looked through before.
  const known = position === seen.position ? seen.through : undefined
  let from: LogPosition | typeof START = known ?? (position === ORIGIN ? START : placeOf(position))
  const patience = new Patience(session)
  for (let attempt = 0; ; attempt++) {
    const source = new Source(session, from, stop, position === seen.position ? position : undefined)
    try {
      for (;;) {
        const taken = await patience.try(() => source.take(position))
        await assertNoneHidden(session, session.cut)
        if (taken === 'caught up') {
          if (howLong === 'to the end') return
        } else if (taken.length > 0) {
          position = taken.at(-1)?.position ?? position
          yield taken
        }
        attempt = 0
        patience.begin()
      }
    } catch (error) {
      if (session.closing.aborted) throw new EventStoreError('closed', CLOSED)
      if (stop.aborted) return
      if (error instanceof EventStoreError) throw error
      if (from !== START && saysNoPlace(error)) {
        if (position !== ORIGIN && !(await isPlace(session, placeOf(position)))) {
          throw wasRestored(position, session.server)
        }
        // It was a checkpoint, before which none of the events of the ledger stood.
        if (position === ORIGIN) from = START
      }
      const failure = failureOf(error)
      const reason = `${session.server}: ${reasonOf(failure)}`
      if (failure._tag === 'damaged') throw new EventStoreError('damaged', failure.reason)
      if (failure._tag === 'refused') throw new Refused('unavailable', reason)
      if (howLong === 'to the end' && patience.isOver) throw new EventStoreError('unavailable', reason)
    } finally {
      source.close()
    }
    from = source.place(position) ?? from
    await pause(pauseBefore(attempt, session), stop)
  }
}

/** Whether a record begins there; also where that cannot be told now. */
const isPlace = async (session: Session, fromPosition: LogPosition): Promise<boolean> => {
  const options = { direction: FORWARDS, fromPosition, maxCount: 1, requiresLeader: true } as const
  try {
    await consume(session.client.readAll(options), session, () => false)
    return true
  } catch (error) {
    return !saysNoPlace(error)
  }
}

/** One subscription on the server. */
class Source {
  private readonly session: Session
  private readonly stop: AbortSignal
  private readonly events: AllStreamSubscription
  private state: 'behind' | 'caught up' | 'told' = 'behind'
  /** How far the server is, and how far it was when all events before were taken. */
  private reached: LogPosition | undefined
  private checkpoint: LogPosition | undefined
  /** The last event of the ledger that was met, or is known to stand before where this begins. */
  private last: Position | undefined
  private failure: unknown
  private wake = (): void => undefined

  constructor(
    session: Session,
    fromPosition: LogPosition | typeof START,
    stop: AbortSignal,
    last: Position | undefined,
  ) {
    this.session = session
    this.stop = stop
    this.last = last
    const filter = streamNameFilter({
      prefixes: [session.prefix, metadataPrefix(session)],
      checkpointInterval: CHECKPOINT_INTERVAL,
      checkpointReached: (_subscription, position) => {
        this.reached = position
        this.wake()
      },
    })
    const options = { fromPosition, filter, requiresLeader: true }
    this.events = session.client.subscribeToAll(options, { highWaterMark: BUFFERED })
    this.events.on('confirmation', () => this.wake())
    this.events.on('readable', () => this.wake())
    this.events.on('caughtUp', () => {
      this.state = 'caught up'
      this.wake()
    })
    this.events.on('error', (error) => this.fail(error))
    this.events.on('end', () => this.fail(new Error('the server ended the subscription')))
  }

  /** The next events behind a position, or, once, that there are none at present. Rejects when it is over. */
  async take(after: Position): Promise<Page | 'caught up'> {
    for (;;) {
      this.stop.throwIfAborted()
      const events = this.buffered(after)
      if (events.length > 0 || this.session.cut.size > 0) return events
      if (this.failure !== undefined) throw this.failure
      if (this.state === 'caught up') {
        this.state = 'told'
        return 'caught up'
      }
      await this.sign()
    }
  }

  /** Where to go on when all events up to this position were taken. */
  place(position: Position): LogPosition | undefined {
    if (this.checkpoint !== undefined && this.checkpoint.commit > position) return this.checkpoint
    return position === ORIGIN ? undefined : placeOf(position)
  }

  close(): void {
    this.events.removeAllListeners('readable')
    // Not awaited: it waits for a connection, where there is none yet.
    this.events.unsubscribe().catch(() => undefined)
  }

  private fail(error: unknown): void {
    this.failure ??= error
    this.wake()
  }

  private buffered(after: Position): Page {
    const page = new PageBuilder()
    for (let room = true; room; ) {
      const resolved: AllStreamResolvedEvent | null = this.events.read()
      if (resolved === null) {
        this.checkpoint = this.reached
        const place = this.last === undefined ? undefined : this.place(this.last)
        if (this.last !== undefined && place !== undefined) this.session.seen.note(this.last, place)
        break
      }
      if (resolved.event === undefined) continue
      if (!resolved.event.streamId.startsWith(this.session.prefix)) {
        const cut = hidingStream(resolved.event, this.session)
        if (cut !== undefined) this.session.cut.add(cut)
        continue
      }
      const event = fromWire(resolved.event, this.session.prefix)
      this.last = event.position
      if (event.position > (page.events.at(-1)?.position ?? after)) room = page.add(event)
    }
    return page.events
  }

  /** Waits until something has come, for as long as the server may be silent. */
  private async sign(): Promise<void> {
    const limit = this.session.timeout * (this.state === 'behind' ? 1 : IDLE_TIMEOUTS)
    const timer = setTimeout(() => this.fail(new CallTimeout(limit)), limit)
    const wake = () => this.wake()
    this.stop.addEventListener('abort', wake)
    await new Promise<void>((resolve) => {
      this.wake = resolve
    })
    this.stop.removeEventListener('abort', wake)
    clearTimeout(timer)
  }
}
