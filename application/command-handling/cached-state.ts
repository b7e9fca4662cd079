/**
 * One stream in this process: its folded state, and what is on its way to the store.
 *
 * Commands on a stream take turns (see `stream-queue.ts`), and each is decided on the events of those before it, also
 * while these are still being written. What is decided meanwhile is collected into one batch, which is sent when the
 * batch before it was acknowledged; so no event ever stands on one that was not written.
 */

import * as E from 'fp-ts/lib/Either.js'
import { isNonEmpty } from 'fp-ts/lib/ReadonlyArray.js'
import type { DomainEvent } from '../../domain/events/catalogue.js'
import { decodeEvent } from '../../domain/events/stored-events.js'
import type { Clock, Ids } from '../../domain/ports/clock-and-ids.js'
import {
  type AppendError,
  type EventStore,
  MAX_APPEND_BYTES,
  type NewEvent,
  ORIGIN,
  type Position,
  type Revision,
  sizeOf,
} from '../../domain/ports/event-store.js'
import type { CommandAccepted } from '../../domain/values/answer.js'
import { type Decider, type ReadonlyState, readonlyState } from '../../domain/values/decider.js'
import { asReadError, type CommandError, notSent } from './command-error.js'
import type { EncodedEvents } from './encode.js'
import { backOff } from './retry.js'

export interface CachedStatePorts {
  readonly store: EventStore
  readonly clock: Clock
  readonly ids: Ids
  /** How long an append of unknown outcome is sent again, in milliseconds. */
  readonly patience: number
  /** Told at once, before the outcomes are, when what is on its way could not be written. */
  readonly failed: () => void
}

/** Where the events of one command came to stand: revision and position of its last event. */
export interface Appended {
  readonly revision: number
  readonly position: Position
}

export interface CachedState<State, Event> {
  /**
   * Reads what others wrote; answers whether there was anything. While something of our own is on its way
   * it reads nothing: the acknowledgement will show whether others wrote.
   */
  readonly refresh: () => Promise<E.Either<CommandError, boolean>>
  /**
   * Makes everything decided here part of the state. Where others write to the stream too, it waits for
   * the acknowledgement first, because a state that ran ahead of a refused append must be read anew.
   */
  readonly catchUp: () => Promise<void>
  /** Waits for what is on its way by now; false if the state holds events that were not written. */
  readonly settled: () => Promise<boolean>
  /** False once the state holds events that were not written. */
  readonly isSound: () => boolean
  /** Waits until decided events can be sent without exceeding what one append takes. */
  readonly room: (decided: EncodedEvents<Event>) => Promise<void>
  /** Puts events on their way that were decided on the present state. */
  readonly send: (decided: EncodedEvents<Event>) => Promise<E.Either<AppendError, Appended>>
  /** To be looked at, at once, and neither kept nor changed. */
  readonly state: () => ReadonlyState<State>
  /** False until the stream was read to its end, and again after others were found to have written to it. */
  readonly isUpToDate: () => boolean
  readonly revision: () => Revision
  /** Of the last event that was read or acknowledged. */
  readonly position: () => Position
  /** The revision of the first event of a command that was recorded before. */
  readonly recordedAt: (commandId: string) => number | undefined
}

interface Batch<Event> {
  readonly expected: Revision
  readonly texts: NewEvent[]
  bytes: number
  commands: number
  unfolded: Array<EncodedEvents<Event>>
  ranAhead: boolean
  readonly outcome: Promise<E.Either<AppendError, Written>>
  readonly decideOutcome: (outcome: E.Either<AppendError, Written>) => void
}

/** The position of each revision of a batch, as far as it is known; that of the last always is. */
type Written = ReadonlyMap<number, Position>

/** On the wire every event weighs more than its texts; so many of the smallest stay below every store's limit. */
const MAX_BATCH_EVENTS = 500

const bytesOf = (texts: ReadonlyArray<NewEvent>): number => texts.reduce((sum, text) => sum + sizeOf(text), 0)

const isFull = (batch: Pick<Batch<never>, 'texts' | 'bytes'>, more: ReadonlyArray<NewEvent>): boolean =>
  batch.bytes + bytesOf(more) > MAX_APPEND_BYTES || batch.texts.length + more.length > MAX_BATCH_EVENTS

/** After a conflict, this many appends in a row are awaited one by one. */
const CAUTIOUS_APPENDS = 16

export const openCachedState = <State, Command, Event extends DomainEvent, No>(
  stream: string,
  decider: Decider<State, Command, Event, No>,
  isEvent: (event: DomainEvent) => event is DomainEvent & Event,
  { store, clock, ids, patience, failed }: CachedStatePorts,
): CachedState<State, Event> => {
  let state = decider.initial()
  let revision: Revision = 'none'
  let position: Position = ORIGIN
  let sound = true
  let upToDate = false
  let caution = 0
  let onItsWay: Batch<Event> | undefined
  let collecting: Batch<Event> | undefined
  const commands = new Map<string, number>()

  const fold = (event: Event | CommandAccepted, commandId: string, by: string, at: string): void => {
    revision = after(revision)
    if (!commands.has(commandId)) commands.set(commandId, revision)
    if (event.type !== 'CommandAccepted') state = decider.evolve(state, event, { by, at })
  }

  const foldBatch = (batch: Batch<Event>): void => {
    for (const { commandId, actor, recordedAt, events } of batch.unfolded) {
      for (const event of events) fold(event, commandId, actor, recordedAt)
    }
    batch.unfolded = []
  }

  const refresh = async (): Promise<E.Either<CommandError, boolean>> => {
    let grown = false
    try {
      for await (const page of store.readStream(stream, revision)) {
        for (const stored of page) {
          if (onItsWay !== undefined) return E.right(grown)
          // Somebody else who reads this state may have folded it meanwhile.
          if (stored.revision !== after(revision)) continue
          const decoded = decodeEvent(stored)
          if (E.isLeft(decoded)) return decoded
          const { event, metadata } = decoded.right
          if (event.type !== 'CommandAccepted' && !isEvent(event)) {
            return E.left({ _tag: 'unknown-event', stream, revision: stored.revision, type: stored.type })
          }
          fold(event, metadata.commandId, metadata.actor, metadata.recordedAt)
          position = stored.position
          grown = true
        }
      }
      upToDate = true
      return E.right(grown)
    } catch (error) {
      return E.left(asReadError(stream, error))
    }
  }

  const settled = async (): Promise<boolean> => {
    // Not until nothing is on its way: on a busy stream that may never come.
    await (collecting ?? onItsWay)?.outcome
    return sound
  }

  const append = async ({ expected, texts, commands }: Batch<Event>): Promise<E.Either<AppendError, Written>> => {
    const until = clock.monotonic() + patience
    if (!isNonEmpty(texts)) return E.right(new Map())
    let unknown: Extract<AppendError, { _tag: 'unknown-outcome' }> | undefined
    for (let attempt = 0; ; attempt++) {
      const outcome = await store.append(stream, expected, texts)()
      if (E.isRight(outcome)) {
        const last = outcome.right
        return E.right(
          commands === 1 ? new Map([[last.revision, last.position]]) : await positionsOf(expected, last.revision),
        )
      }
      const { left: error } = outcome
      if (error._tag === 'unknown-outcome') unknown = error
      // A store that cannot be reached now, or was closed, does not say what became of the append before.
      else if (unknown === undefined || (error._tag !== 'unavailable' && error._tag !== 'closed')) return outcome
      if (error._tag === 'closed') return E.left(unknown)
      if (clock.monotonic() >= until) return E.left(unknown)
      await clock.sleep(backOff(attempt, ids))
    }
  }

  const positionsOf = async (expected: Revision, last: number): Promise<Written> => {
    const positions = new Map<number, Position>()
    for await (const page of store.readStream(stream, expected)) {
      for (const stored of page) {
        positions.set(stored.revision, stored.position)
        if (stored.revision >= last) return positions
      }
    }
    return positions
  }

  const run = async (batch: Batch<Event>): Promise<void> => {
    const outcome = await append(batch).catch(
      (error: unknown): E.Either<AppendError, Written> => E.left({ _tag: 'unknown-outcome', reason: String(error) }),
    )
    onItsWay = undefined
    const follower = collecting
    collecting = undefined
    if (E.isRight(outcome)) {
      foldBatch(batch)
      position = Math.max(position, ...outcome.right.values())
      caution = Math.max(0, caution - 1)
      if (follower !== undefined) start(follower)
    } else {
      if (batch.ranAhead) sound = false
      if (outcome.left._tag === 'conflict') caution = CAUTIOUS_APPENDS
      if (outcome.left._tag === 'conflict' || outcome.left._tag === 'damaged') upToDate = false
      failed()
      follower?.decideOutcome(E.left(notSent(outcome.left)))
    }
    batch.decideOutcome(outcome)
  }

  const start = (batch: Batch<Event>): void => {
    onItsWay = batch
    void run(batch)
  }

  return {
    refresh,
    catchUp: async () => {
      if (caution > 0) await settled()
      for (const batch of [onItsWay, collecting]) {
        if (batch === undefined) continue
        batch.ranAhead = true
        foldBatch(batch)
      }
    },
    settled,
    isSound: () => sound,
    room: async ({ texts }) => {
      while (collecting !== undefined && isFull(collecting, texts)) await onItsWay?.outcome
    },
    send: (decided) => {
      const batch = collecting ?? newBatch<Event>(revision)
      batch.texts.push(...decided.texts)
      batch.bytes += bytesOf(decided.texts)
      batch.commands += 1
      batch.unfolded.push(decided)
      const last = after(batch.expected) + batch.texts.length - 1
      if (onItsWay === undefined) start(batch)
      else collecting = batch
      return batch.outcome.then(E.map((positions) => ({ revision: last, position: positions.get(last) ?? position })))
    },
    state: () => readonlyState(state),
    isUpToDate: () => upToDate,
    revision: () => revision,
    position: () => position,
    recordedAt: (commandId) => commands.get(commandId),
  }
}

const newBatch = <Event>(expected: Revision): Batch<Event> => {
  let decideOutcome: Batch<Event>['decideOutcome'] = () => undefined
  const outcome = new Promise<E.Either<AppendError, Written>>((resolve) => {
    decideOutcome = resolve
  })
  return { expected, texts: [], bytes: 0, commands: 0, unfolded: [], ranAhead: false, outcome, decideOutcome }
}

const after = (revision: Revision): number => (revision === 'none' ? 0 : revision + 1)
