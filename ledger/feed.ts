/** The feed of events of a ledger: what was recorded, and then what is being recorded, one event after another. */

import type * as t from 'io-ts'
import { type Observable, takeUntil } from 'rxjs'
import { describeReadError } from '../application/projecting/read-error.js'
import { aboutBetween, eventsOf, isFar } from '../application/reading-history/events-of.js'
import {
  type FeedEvent,
  type FeedQuery,
  feedDecoder,
  feedPages,
  isFeedEventOf,
} from '../application/reading-history/feed.js'
import { observed } from '../application/reading-history/observed.js'
import type { EventType } from '../domain/events/catalogue.js'
import { type EventStore, ORIGIN, type Position, toPosition } from '../domain/ports/event-store.js'
import { distinct, record, wholeNumber } from '../domain/values/codec.js'
import { whenAborted } from '../domain/values/when-aborted.js'
import type { Checked } from './calling/arguments.js'
import type { AsOf } from './calling/as-of.js'
import { checkedNow } from './calling/checked.js'
import { fromStoreError, LedgerError, promised } from './calling/errors.js'
import { answered } from './calling/failures.js'
import { Signal } from './calling/input.js'
import { assertGoingOn } from './calling/stopping.js'
import { wakeable } from './calling/wakeable.js'
import { endingsOf } from './looking-back/endings.js'
import { EventType as ATypeOfEvent, SubjectInput } from './looking-back/input.js'
import { subjectOf } from './looking-back/subjects.js'

export interface EventsInput<Type extends EventType = EventType> {
  /** Behind this position; from the first event on unless told. */
  readonly after?: number | undefined
  /** Up to this position, and with it, and then it ends. Unless told it goes on with what is recorded from then on. */
  readonly until?: number | undefined
  /** Events of these types alone; all unless told. */
  readonly types?: ReadonlyArray<Type> | undefined
  /**
   * A version (a path with `:`), an artifact or a registered model (a path without), a run, or a draft: as `history` has it. What an
   * alias points at is settled when it begins.
   */
  readonly of?: SubjectInput | undefined
}

export interface EventsArgument<Type extends EventType = EventType> extends EventsInput<Type> {
  /** Ends it: without an error, or, where it has an end of its own (`until`), with `aborted`. */
  readonly signal?: AbortSignal | undefined
}

export interface Feed {
  /**
   * The events of the ledger in their order, each as it is today (older schema versions are brought to it), with position, id and
   * metadata: by whom, when, why. One that a newer version wrote has `event: null`, and says in `unknown` what it is. They are read as they
   * are taken: what is slow to take them costs no memory. `signal` ends it without an error, or with `aborted` before `until` has come. A store that cannot be asked for a while is waited for. Rejects with `bad-moment` where a position lies ahead of
   * the ledger, with `damaged-event` where an event cannot be read, with `damaged-store` where events that were given are lost, and with `closed` when the ledger is closed.
   */
  readonly events: <Type extends EventType = EventType>(given?: EventsArgument<Type>) => AsyncIterable<FeedEvent<Type>>
  /**
   * The same as an Observable, until it is unsubscribed or the ledger is closed; each subscriber has a feed of its own. Observables do not wait for their
   * subscribers: who takes longer than the events come iterates `events`.
   */
  readonly watchEvents: <Type extends EventType = EventType>(given?: EventsInput<Type>) => Observable<FeedEvent<Type>>
}

export interface FeedPorts {
  readonly store: EventStore
  /** When the ledger is closed. */
  readonly closed: Observable<void>
  /** The ledger as of now, or, where it is told one, once it holds a position. */
  readonly asOf: (position?: Position) => Promise<AsOf>
}

const Place = wholeNumber('a position: that of an event or of a receipt')
/** Of none there would be no event, however long one waits. */
const Types = distinct(ATypeOfEvent, 'a list of types of events, at least one', 1000, 1)
export const selection = { after: Place, types: Types, of: SubjectInput }
const bounds = { ...selection, until: Place }
const WatchEventsInput = record('watchEvents', {}, bounds)
const EventsArgument: t.Type<Checked<EventsArgument>> = record('events', {}, { ...bounds, signal: Signal })

export const feedOf = (ports: FeedPorts): Feed => ({
  events: (given) => ({
    [Symbol.asyncIterator]: () => wakeable((over) => decoded(ports, EventsArgument, over, given)),
  }),
  watchEvents: (given) =>
    observed((signal) => decoded(ports, WatchEventsInput, stoppedBy(signal), given)).pipe(takeUntil(ports.closed)),
})

/** Each as it is today, of the types that are asked for. */
async function* decoded<Type extends EventType>(
  ports: FeedPorts,
  codec: t.Decoder<unknown, Checked<EventsArgument>>,
  over: AbortController,
  given: EventsArgument<Type> = {},
): AsyncGenerator<FeedEvent<Type>> {
  const { signal, ...input } = checkedNow(codec, given)
  const [decode, isOfType] = [feedDecoder(), isFeedEventOf(given.types)]
  const letGo = whenAborted(signal, () => over.abort())
  try {
    const query = await feedQuery(ports, input)
    for await (const { wanted } of feedPages(ports.store, query, over.signal))
      for (const stored of wanted) {
        if (over.signal.aborted) break
        const recorded = decode(stored)
        if (isOfType(recorded)) yield recorded
      }
    if (input.until !== undefined) assertGoingOn(signal)
  } catch (error) {
    throw fromStoreError(error)
  } finally {
    letGo()
  }
}

/** Between which positions, and what is meant by a name now. */
export const feedQuery = async (
  { store, asOf }: FeedPorts,
  { after = ORIGIN, until, types, of }: Checked<EventsInput>,
): Promise<FeedQuery> => {
  const head = await promised(describeReadError)(store.head())
  for (const [name, position] of Object.entries({ after, until })) {
    if (position === undefined || position <= head) continue
    const wrong = {
      _tag: 'bad-moment',
      expected: `a position from ${ORIGIN} to ${head}`,
      actual: String(position),
    } as const
    throw new LedgerError(wrong, `${name}: expected ${wrong.expected}, got ${position}`)
  }
  const bounds = { after: toPosition(after), until: until ?? Infinity, types }
  if (of === undefined) return bounds
  const subject = answered(subjectOf(of, await asOf()))
  const filterAt = async (at: AsOf) => ({ of: subject, ...(await endingsOf({ of: subject }, at)) })
  return {
    ...bounds,
    about: async (from, last) => {
      const at = await asOf(last)
      return aboutBetween(at.graph, await filterAt(at), from, last)
    },
    recorded: async (from, last) => {
      const at = await asOf()
      const upTo = Math.min(last, at.position) - 1
      if (!isFar(at.index, subject, from, upTo)) return undefined
      const filter = { ...(await filterAt(at)), after: from, acceptances: true }
      return { events: eventsOf(at, filter, 'ascending', upTo), upTo: toPosition(upTo) }
    },
  }
}

const stoppedBy = (signal: AbortSignal): AbortController => {
  const over = new AbortController()
  whenAborted(signal, () => over.abort())
  return over
}
