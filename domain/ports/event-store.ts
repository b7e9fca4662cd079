/**
 * The port to the place where events are kept. An event store knows nothing of commands, artifacts or
 * models: it keeps immutable events in streams, checks the revision that an append expects, and gives
 * everything back in one order.
 */

import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { knownAcrossCopies } from '../values/across-copies.js'
import { messageOf } from '../values/built-ins.js'
import type { EventRevision, Position, Revision } from '../values/position.js'
import type { HistoryDamage } from './history-damage.js'
import type { LedgerId } from './ledger-id.js'

export {
  EventRevision,
  laterOf,
  ORIGIN,
  Position,
  type Revision,
  revisionAfter,
  revisionBefore,
  toPosition,
  toRevision,
} from '../values/position.js'

/** An event as a command made it. `data` and `metadata` are canonical JSON texts, produced once. */
export interface NewEvent {
  /** A UUID made from the stream, the command, the index and the texts, so that sending it again is recognised. */
  readonly id: string
  readonly type: string
  readonly data: string
  readonly metadata: string
}

/** An event as the store gives it back: the same texts, and where it stands. */
export interface StoredEvent extends NewEvent {
  readonly stream: string
  readonly revision: EventRevision
  readonly position: Position
}

/** The last event that an append wrote. */
export interface Appended {
  readonly revision: EventRevision
  readonly position: Position
}

export type AppendError =
  /** The stream does not stand at the expected revision. Nothing was written; load again and decide again. */
  | { readonly _tag: 'conflict'; readonly stream: string; readonly expected: Revision; readonly actual: Revision }
  /** Nothing was written; the same append may be sent again. */
  | StoreUnavailable
  | StoreClosed
  /**
   * Somebody changed the stream behind the ledger, by deleting it with the tools of a server for instance. It is not
   * acknowledged, whatever was written.
   */
  | { readonly _tag: 'damaged'; readonly stream: string; readonly reason: string }
  /** It may or may not have been written: send the same ids at the same revision, never decide again. */
  | { readonly _tag: 'unknown-outcome'; readonly reason: string }
  /** Nothing was written: nothing is, until the loss is accepted by an event on the stream of losses. */
  | HistoryDamage
  /** The append exceeds `MAX_EVENT_BYTES` or `MAX_APPEND_BYTES`. Nothing was written. */
  | { readonly _tag: 'too-large'; readonly bytes: number; readonly limit: number; readonly what: 'event' | 'append' }

/** It cannot be asked now. That may pass. */
export interface StoreUnavailable {
  readonly _tag: 'unavailable'
  readonly reason: string
}

/** It was closed, and answers nothing any more. Nothing was written. */
export interface StoreClosed {
  readonly _tag: 'closed'
  readonly reason: string
}

/** Why a store cannot be read: what an `EventStoreError` says, as a value. */
export type ReadFailure = StoreUnavailable | StoreClosed | { readonly _tag: 'damaged-store'; readonly reason: string }

/** An event that cannot be read: where it stands, and what is wrong with it. */
export interface EventDamaged {
  readonly _tag: 'damaged-event'
  readonly stream: string
  readonly revision: number
  readonly position: Position
  readonly reason: string
}

/** A read rejects with this, and with nothing else. */
export class EventStoreError extends Error {
  static {
    knownAcrossCopies(EventStoreError, 'EventStoreError')
  }
  override readonly name = 'EventStoreError'
  readonly code: 'unavailable' | 'damaged' | 'closed'
  /** Which event cannot be read, where it is one that the store gave. */
  readonly event?: EventDamaged
  constructor(
    code: 'unavailable' | 'damaged' | 'closed',
    message: string,
    options?: ErrorOptions & { readonly event?: EventDamaged },
  ) {
    super(message, options)
    this.code = code
    if (options?.event !== undefined) this.event = options.event
  }
}

export const readFailureOf = (error: unknown): ReadFailure => {
  const reason = messageOf(error)
  const code = error instanceof EventStoreError ? error.code : 'unavailable'
  return { _tag: code === 'damaged' ? 'damaged-store' : code, reason }
}

/** The other way round. */
export const storeErrorOf = ({ _tag, reason }: ReadFailure): EventStoreError =>
  new EventStoreError(_tag === 'damaged-store' ? 'damaged' : _tag, reason)

/** What whoever decodes what is read rejects with: it may be one event that is damaged. */
export const readProblemOf = (error: unknown): ReadFailure | EventDamaged =>
  (error instanceof EventStoreError ? error.event : undefined) ?? readFailureOf(error)

/** Bytes of `data` and `metadata` of one event, in every store. */
export const MAX_EVENT_BYTES = 256 * 1024
/** Bytes of all events of one append, in every store; below the 1 MiB of EventStoreDB before 25.1. */
export const MAX_APPEND_BYTES = 900 * 1024

export const sizeOf = ({ data, metadata }: NewEvent): number => Buffer.byteLength(data) + Buffer.byteLength(metadata)

/** The refusal of an append that exceeds a limit; every store asks this before it writes anything. */
export const tooLarge = (events: ReadonlyArray<NewEvent>): Extract<AppendError, { _tag: 'too-large' }> | undefined => {
  // No character takes more than three bytes, and hardly any append is near a limit.
  if (3 * events.reduce((sum, { data, metadata }) => sum + data.length + metadata.length, 0) <= MAX_EVENT_BYTES)
    return undefined
  let total = 0
  for (const event of events) {
    const bytes = sizeOf(event)
    if (bytes > MAX_EVENT_BYTES) return { _tag: 'too-large', bytes, limit: MAX_EVENT_BYTES, what: 'event' }
    total += bytes
  }
  if (total > MAX_APPEND_BYTES) return { _tag: 'too-large', bytes: total, limit: MAX_APPEND_BYTES, what: 'append' }
  return undefined
}

/** Why many appends could not be written as one. Nothing was, but where the outcome is unknown. */
export type AppendAllError =
  | AppendError
  | ReadFailure
  /** Others have the store open, or wrote to it meanwhile. */
  | { readonly _tag: 'in-use'; readonly reason: string }

/** What one at a time has. */
export interface Lock {
  readonly release: () => Promise<void>
}

/** Events for one stream, and the revision at which it must stand. */
export interface Append {
  readonly stream: string
  readonly expected: Revision
  readonly events: ReadonlyNonEmptyArray<NewEvent>
}

/** What is wrong with something that a store keeps; where it is, as far as that can be told. */
export interface StoreFinding {
  readonly position?: Position
  readonly stream?: string
  readonly revision?: EventRevision
  /** Which part of the event does not fit the others. */
  readonly column?: string
  /** In words, without where it stands. */
  readonly reason: string
  /**
   * Of what it is where it is of no event: of an index, by which events are found, of space that holds nothing, of what
   * was noted of the end, or of how tables are made.
   */
  readonly of?: 'index' | 'space' | 'head' | 'tables'
}

/** Some events of a store, in order, and what was found of them and between them. Of an event that cannot be read there is a finding alone. */
export interface Examined {
  readonly events: ReadonlyArray<StoredEvent>
  readonly findings: ReadonlyArray<StoreFinding>
}

/** Where events are kept: in streams, each with its revisions, and in one order of all of them. */
export interface EventStore {
  /**
   * Appends all events or none, if the stream stands at `expected`. If exactly these ids already stand
   * right behind `expected`, the append has happened before and its outcome is given again. Appends to one
   * stream are applied in the order in which they were run, also when none of them was waited for. Nothing
   * to append is no append: the type asks for one event at least.
   */
  readonly append: (
    stream: string,
    expected: Revision,
    events: ReadonlyNonEmptyArray<NewEvent>,
  ) => TE.TaskEither<AppendError, Appended>

  /**
   * `true` where the events of one append stand at positions that follow one another: that of the last tells those of the
   * others, which need not be read then.
   */
  readonly appendsAreConsecutive?: boolean

  /**
   * Resolves when nobody else can append, as far as the store can see to that: what is read and appended within the
   * same turn of the event loop meets no conflict. Not there in a store that has no such thing.
   */
  readonly turn?: () => Promise<void>

  /**
   * Takes what one at a time may have, of all who have the store open; `undefined` while another has it. It is let go of by `release`, when
   * the store is closed, and with the process, however that ends. Not there in a store that cannot tell. A name is of a-z, 0-9, `-` and `_`.
   */
  readonly lock?: (name: string) => TE.TaskEither<ReadFailure, Lock | undefined>

  /**
   * Appends to any streams behind the position `after`, which is the head, in the order in which they come: all or
   * nothing. Where one is refused nothing of them is written, nor where the iteration throws, whose error is what this
   * rejects with. Where the process dies meanwhile, stores in one place hold nothing of them either; those that have
   * no transaction over streams hold any number of them from the first on. Answers the head that it led to.
   */
  readonly appendAll: (
    after: Position,
    appends: AsyncIterable<ReadonlyNonEmptyArray<Append>>,
  ) => TE.TaskEither<AppendAllError, Position>

  /** The events of one stream after a revision, in order, in pages. A missing stream is an empty stream. */
  readonly readStream: (stream: string, after: Revision) => AsyncIterable<ReadonlyArray<StoredEvent>>

  /** All events after a position, in order, in pages; ends at the present end. */
  readonly readAll: (after: Position) => AsyncIterable<ReadonlyArray<StoredEvent>>

  /**
   * All events up to the present end, in order, and everything that the store keeps of them held against what it was made
   * from, their ids among it (`openIds`): it goes on behind what it finds. Not there in a store that keeps nothing but the events.
   */
  readonly examine?: () => AsyncIterable<Examined>

  /**
   * All events after a position, in pages, and then those to come, until the caller stops iterating or
   * `signal` aborts, which ends the iteration without an error. Each event is given once, in order; a slow
   * caller holds up nothing but itself. What makes the store unavailable for a while is waited for.
   */
  readonly subscribe: (after: Position, signal?: AbortSignal) => AsyncIterable<ReadonlyArray<StoredEvent>>

  /**
   * `true` where a subscription is told of what others append: whoever watches or waits follows one then, and does not look for it every
   * now and then.
   */
  readonly subscriptionsArePushed?: boolean

  /** The position of the last event; `ORIGIN` for an empty store. Sees what other processes wrote. */
  readonly head: () => TE.TaskEither<ReadFailure, Position>

  /**
   * What is wrong with the end of the history, as of the last read or append, and at first of the opening; `undefined`
   * where nothing is known to be. Not there in a store that notes nothing of what it holds.
   */
  readonly damage?: () => HistoryDamage | undefined

  /**
   * Another number when events that were given out before are there no more: what was made of them is to be made anew. As
   * of the last read or append. Not there in a store of which nobody can tell.
   */
  readonly edition?: () => number

  /** The id of the ledger that it holds; `undefined` if it was given none. It is no event. */
  readonly ledgerId: () => TE.TaskEither<ReadFailure, LedgerId | undefined>

  /**
   * Gives it an id, durably, if the one that it has now is `expected`. Answers the id that it has then: another one
   * where somebody else was quicker.
   */
  readonly setLedgerId: (id: LedgerId, expected: LedgerId | undefined) => TE.TaskEither<ReadFailure, LedgerId>

  /**
   * Waits for the appends under way, until `signal` aborts if one is given, and lets go of every resource. What is not
   * written when it aborts is answered `closed`, what nobody knows of `unknown-outcome`. Afterwards appends, `head` and the id answer
   * `closed`, and reads and subscriptions, begun ones too, reject with it. Closing twice is harmless.
   */
  readonly close: (signal?: AbortSignal) => Promise<void>
}

/** Who only reads what was written. */
export type EventReader = Pick<EventStore, 'readStream' | 'readAll'>
