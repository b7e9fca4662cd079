/** What the parts of one open store share: the client, its patience, and the end of it all. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Position as LogPosition } from '@eventstore/db-client'
import { EventStoreError, ORIGIN, type Position } from '../../domain/ports/event-store.js'
import { whenAborted } from '../../domain/values/when-aborted.js'
import type { LedgerClient } from './client.js'
import { CallTimeout, failureOf, isSilence, reasonOf } from './failure.js'

export interface Session {
  readonly client: LedgerClient
  /** The server, as it may be shown: without user and password. */
  readonly server: string
  /** What the name of every stream of the ledger begins with on the server. */
  readonly prefix: string
  /** How long one call may stay without an answer, in milliseconds. */
  readonly timeout: number
  /** How long a call is tried again, in milliseconds. */
  readonly patience: number
  readonly closing: AbortSignal
  /** Streams whose metadata, as they were met in the log, hide events: looked at again by whoever comes by. */
  readonly cut: Set<string>
  readonly seen: Seen
}

/** How far the log was looked through: up to a place, `undefined` for its origin, behind which others may have written. */
export class Seen {
  /** The last event of the ledger up to that place; `ORIGIN` for none. */
  position: Position = ORIGIN
  through: LogPosition | undefined

  /** Between the last event of the ledger and that place everything is of others. */
  note(position: Position, through: LogPosition): void {
    if (this.through !== undefined && through.commit <= this.through.commit) return
    this.position = position
    this.through = through
  }
}

export const placeOf = (position: Position): LogPosition => ({ commit: BigInt(position), prepare: BigInt(position) })

export const CLOSED = 'the event store was closed: open it again'

/** Why a position that was once that of an event is none any more. */
export const wasRestored = (position: Position, server: string): EventStoreError =>
  new EventStoreError(
    'damaged',
    `no event stands at position ${position} on ${server} any more: an older backup was restored there. Restart every instance, and ` +
      'delete the snapshots and read models that were kept before',
  )

/** The server refused a read, so that trying again is of no use. */
export class Refused extends EventStoreError {}

/** Grows from some 25 ms to the time that one call may take, and never over a second. */
export const pauseBefore = (attempt: number, { timeout }: Pick<Session, 'timeout'>): number =>
  Math.min(25 * 2 ** Math.min(attempt, 10), timeout, 1000) * (0.5 + Math.random() / 2)

/** How long something is tried: another try is begun as long as it would end in time if it took as long as the last. */
export class Patience {
  private readonly session: Session
  private until = 0
  private took = 0

  constructor(session: Session) {
    this.session = session
    this.begin()
  }

  begin(): void {
    this.until = performance.now() + this.session.patience
    this.took = 0
  }

  get isOver(): boolean {
    return performance.now() + this.took > this.until
  }

  /** Where nobody answers, the connection is left. */
  async try<A>(work: () => Promise<A>): Promise<A> {
    const { client, closing } = this.session
    const begun = performance.now()
    try {
      const answer = await work()
      client.noteAnswer()
      return answer
    } catch (error) {
      if (isSilence(error) && !closing.aborted) client.leaveSilent(performance.now() - begun)
      throw error
    } finally {
      this.took = performance.now() - begun
    }
  }
}

/** Waits that long, or until the signal; never rejects. */
export const pause = async (ms: number, signal?: AbortSignal): Promise<void> => {
  await delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined)
}

/** Rejects with `CallTimeout` when the promise takes longer, or the signal aborts. */
export const withTimeout = async <A>(ms: number, promise: Promise<A>, signal?: AbortSignal): Promise<A> => {
  const { promise: silence, reject } = withoutAnswer()
  const begun = performance.now()
  const giveUp = (): void => reject(new CallTimeout(performance.now() - begun))
  const timer = setTimeout(giveUp, ms)
  whenAborted(signal, giveUp)
  try {
    return await Promise.race([promise, silence])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', giveUp)
  }
}

const withoutAnswer = () => {
  let reject = (_cause: Error): void => undefined
  const promise = new Promise<never>((_resolve, give) => {
    reject = give
  })
  return { promise, reject: (cause: Error) => reject(cause) }
}

/**
 * Does what only reads until it succeeds, for `patience` milliseconds. Rejects with `EventStoreError` only:
 * `closed`, `damaged`, or `unavailable` with the last reason.
 */
export const readWithRetry = async <A>(session: Session, read: () => Promise<A>): Promise<A> => {
  const { closing, server } = session
  const patience = new Patience(session)
  for (let attempt = 0; ; attempt++) {
    if (closing.aborted) throw new EventStoreError('closed', CLOSED)
    try {
      return await patience.try(read)
    } catch (error) {
      if (error instanceof EventStoreError) throw error
      const failure = failureOf(error)
      const reason = `${server}: ${reasonOf(failure)}`
      if (failure._tag === 'damaged') throw new EventStoreError('damaged', failure.reason)
      if (failure._tag === 'refused') throw new Refused('unavailable', reason)
      await pause(pauseBefore(attempt, session), closing)
      if (patience.isOver) throw new EventStoreError('unavailable', reason)
    }
  }
}
