/** The feed of events: those behind a position, decoded and in order, and then those to come, as they are taken. */

import * as E from 'fp-ts/lib/Either.js'
import { interval } from 'rxjs'
import type { DomainEvent, EventOf, EventType } from '../../domain/events/catalogue.js'
import { damagedEvent, eventDamaged } from '../../domain/events/damaged-event.js'
import { eventDecoder, type RecordedEvent } from '../../domain/events/stored-events.js'
import { decodeUnknown, type UnknownEvent } from '../../domain/events/unknown-event.js'
import { type EventStore, EventStoreError, type Position, type StoredEvent } from '../../domain/ports/event-store.js'
import { describeHistoryDamage } from '../../domain/ports/history-damage.js'
import { whenAborted } from '../../domain/values/when-aborted.js'

/** An event of some types where it stands, by whom, when and why; `event` is `null` for one that is not known. */
export type FeedEvent<Type extends EventType = EventType> = RecordedEvent<EventOf<Type>> | UnknownEvent

/** Some stored events that are wanted, and the last one that was looked at. */
export interface FeedPage {
  readonly wanted: ReadonlyArray<StoredEvent>
  readonly last: StoredEvent
}

export interface FeedQuery<Type extends EventType = EventType> {
  readonly after: Position
  /** Ends with this position, which the store has. */
  readonly until: number
  /** Of these types alone. */
  readonly types: ReadonlyArray<Type> | undefined
  /** Of the events behind one position up to another: whether one is about the thing that is asked for. */
  readonly about?: ((after: Position, until: Position) => Promise<(stored: StoredEvent) => boolean>) | undefined
  /** Those about it that were recorded behind `after`, from where they stand, up to a position before the head and `until`; none where going through all is as quick. */
  readonly recorded?: ((after: Position, until: number) => Promise<Recorded | undefined>) | undefined
}

export interface Recorded {
  readonly events: AsyncIterable<StoredEvent>
  readonly upTo: Position
}

/** In milliseconds: how soon who waits is told that what was given out is there no more. */
const LOOK = 100
/** So many recorded events are a page. */
const PAGE = 200

/**
 * Pages of the events that are wanted, as they are asked for, until `signal` aborts. A store that cannot be asked for a while is
 * waited for. Rejects with an `EventStoreError` where events that were given out are there no more.
 */
export async function* feedPages<Type extends EventType>(
  store: EventStore,
  { after, until, types, about, recorded }: FeedQuery<Type>,
  signal: AbortSignal,
): AsyncGenerator<FeedPage> {
  if (after >= until) return
  const wantedTypes: ReadonlySet<string> | undefined = types === undefined ? undefined : new Set(types)
  const isWanted = ({ position, type }: StoredEvent): boolean => position <= until && (wantedTypes?.has(type) ?? true)
  const over = new AbortController()
  const letGo = whenAborted(signal, () => over.abort())
  const edition = store.edition?.()
  const isLost = (): boolean => store.edition?.() !== edition
  // While it is waited, which keeps the process up, too, for which others may write: who was given a page may take no other.
  const look = () => interval(LOOK).subscribe(() => isLost() && over.abort())
  let looking = look()
  try {
    if (signal.aborted) return
    let passed = after
    for await (const page of pagesBehind(after, await recorded?.(after, until), store, over.signal)) {
      looking.unsubscribe()
      const last = page.at(-1)
      if (last === undefined || isLost()) break
      const isAbout = await about?.(passed, last.position)
      yield { wanted: page.filter((stored) => isWanted(stored) && (isAbout?.(stored) ?? true)), last }
      passed = last.position
      if (passed >= until) return
      looking = look()
    }
    if (isLost()) throw lostIn(store)
  } finally {
    looking.unsubscribe()
    letGo()
  }
}

/** What was recorded, and then all from there on, the head among it: what cannot be read from where it stands is waited for, or told, there. */
async function* pagesBehind(
  after: Position,
  recorded: Recorded | undefined,
  store: EventStore,
  signal: AbortSignal,
): AsyncGenerator<ReadonlyArray<StoredEvent>> {
  let passed = after
  try {
    let page: StoredEvent[] = []
    for await (const stored of recorded?.events ?? []) {
      if (signal.aborted) return
      if (page.push(stored) < PAGE) continue
      yield page
      passed = stored.position
      page = []
    }
    if (page.length > 0) yield page
    passed = recorded?.upTo ?? after
  } catch (error) {
    if (!(error instanceof EventStoreError)) throw error
  }
  yield* store.subscribe(passed, signal)
}

const lostIn = ({ damage }: EventStore): EventStoreError => {
  const found = damage?.()
  const words = found === undefined ? 'the history is another than it was' : describeHistoryDamage(found)
  return new EventStoreError('damaged', `events that were given out are there no more: ${words}`)
}

/** Reads stored events one after another, of types from the future too. Throws `damaged` for what cannot be read. */
export const feedDecoder = (): ((stored: StoredEvent) => FeedEvent) => {
  const decode = eventDecoder()
  return (stored) => {
    const known = decode(stored)
    if (E.isRight(known)) {
      const { values: _values, ...recorded } = known.right
      return recorded
    }
    if (known.left._tag === 'damaged-event') throw damagedEvent(known.left)
    const unknown = decodeUnknown(stored)
    if (E.isLeft(unknown)) throw damagedEvent(eventDamaged(stored, unknown.left))
    return unknown.right
  }
}

/** Whether a decoded event is of one of some types; what is not known was asked for by its type. */
export const isFeedEventOf = <Type extends EventType>(types: ReadonlyArray<Type> | undefined) => {
  const wanted: ReadonlySet<DomainEvent['type']> | undefined = types === undefined ? undefined : new Set(types)
  return (recorded: FeedEvent): recorded is FeedEvent<Type> =>
    recorded.event === null || (wanted?.has(recorded.event.type) ?? true)
}
