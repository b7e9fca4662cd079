/**
 * Where the events of an audit come from. A subject's own events are one read of its stream, from where the
 * page begins; events elsewhere that name it are found through lineage; those of an actor, of an alias
 * wherever it is, or of an interval, through the index. Positions near each other share a page of the store.
 */

import {
  type EventReader,
  EventStoreError,
  ORIGIN,
  revisionBefore,
  type StoredEvent,
  toPosition,
  toRevision,
} from '../../domain/ports/event-store.js'
import { streamAndNumberOf } from '../../domain/values/subjects.js'
import { type AuditIndex, positionOf, rowsOf, rowsUpTo, SHORT_STREAM } from '../../projections/audit/audit-index.js'
import {
  type AuditFilter,
  type AuditSubject,
  aboutOf,
  type Order,
  streamOf,
  type Test,
  testOf,
} from '../../projections/audit/filter.js'
import { findNode, type LineageGraph, NONE, namedElsewhere } from '../../projections/lineage/graph.js'
import type { PositionTimes } from '../../projections/storage/position-times.js'

export interface AuditPorts {
  readonly store: EventReader
  readonly index: AuditIndex
  readonly graph: LineageGraph
  /** Up to the moment of the answer at least. */
  readonly positionTimes: PositionTimes
}

/** Where an earlier page ended: the position of its last event, and the last revision of the subject's stream. */
export interface Passed {
  readonly position: number
  readonly revision: number | undefined
}

/**
 * The events that a filter lets through, in order, as of a moment, beyond what was passed. Those that the
 * index finds are looked up so many at a time.
 */
export async function* eventsOf(
  ports: AuditPorts,
  filter: AuditFilter,
  order: Order,
  moment: number,
  ahead = 200,
  passed?: Passed,
): AsyncGenerator<StoredEvent> {
  const { of: subject, after: first = ORIGIN, until: last = moment } = filter
  const after = order === 'ascending' ? Math.max(first, passed?.position ?? first) : first
  const until = Math.min(last, moment, order === 'descending' ? (passed?.position ?? moment) : moment)
  const matches = testOf(filter)
  const wanted: Test = (stored) =>
    stored.position > after && stored.position <= until && stored.position !== passed?.position && matches(stored)

  if (subject === undefined && filter.actor === undefined && filter.alias === undefined && filter.types === undefined) {
    const whole = order === 'ascending' ? log(ports.store, after, until) : logBackwards(ports, after, until, ahead)
    yield* filtered(whole, wanted)
    return
  }
  if (subject === undefined) {
    yield* filtered(indexed(ports, rowsOf(ports.index, filter, after, until, order), order, ahead), wanted)
    return
  }
  const own =
    order === 'ascending'
      ? forwards(ports.store, streamOf(subject), until, passed?.revision)
      : backwards(ports, streamOf(subject), until, passed?.revision)
  const isAbout = aboutOf(subject, filter)
  yield* merged(
    filtered(own, (stored) => wanted(stored) && isAbout(stored)),
    filtered(indexed(ports, rowsElsewhere(ports, subject, after, until, order), order, ahead), wanted),
    order,
  )
}

async function* filtered(events: AsyncIterable<StoredEvent>, test: Test): AsyncGenerator<StoredEvent> {
  for await (const stored of events) if (test(stored)) yield stored
}

/** Two sources, each in order, as one. */
async function* merged(
  left: AsyncGenerator<StoredEvent>,
  right: AsyncGenerator<StoredEvent>,
  order: Order,
): AsyncGenerator<StoredEvent> {
  try {
    let [a, b] = [await left.next(), await right.next()]
    while (!a.done || !b.done) {
      if (!a.done && (b.done || a.value.position < b.value.position === (order === 'ascending'))) {
        yield a.value
        a = await left.next()
      } else if (!b.done) {
        yield b.value
        b = await right.next()
      }
    }
  } finally {
    await left.return(undefined)
    await right.return(undefined)
  }
}

/** All events between two positions, also those of types that the index does not know. */
async function* log(store: EventReader, after: number, until: number): AsyncGenerator<StoredEvent> {
  for await (const page of store.readAll(toPosition(after))) {
    for (const stored of page) {
      if (stored.position > until) return
      yield stored
    }
  }
}

/** The same from the end: the index says where to begin so as to meet about so many. */
async function* logBackwards(
  { store, index }: AuditPorts,
  after: number,
  until: number,
  ahead: number,
): AsyncGenerator<StoredEvent> {
  for (let end = until; end > after; ) {
    const start = Math.max(after, positionOf(index, rowsUpTo(index, end) - 1 - ahead))
    const piece: StoredEvent[] = []
    for await (const stored of log(store, start, end)) piece.push(stored)
    yield* piece.reverse()
    end = start
  }
}

async function* forwards(
  store: EventReader,
  stream: string,
  until: number,
  passed: number | undefined,
): AsyncGenerator<StoredEvent> {
  for await (const page of store.readStream(stream, passed === undefined ? 'none' : toRevision(passed))) {
    for (const stored of page) {
      if (stored.position > until) return
      yield stored
    }
  }
}

/** The most events that reading backwards holds at once. */
const MOST_HELD = 64_000

/** A stream from its end, or from before a revision: stores read forwards, so it is read in pieces, each longer. */
async function* backwards(
  { store, index }: AuditPorts,
  stream: string,
  until: number,
  passed: number | undefined,
): AsyncGenerator<StoredEvent> {
  let end = passed ?? (index.heads.get(stream) ?? SHORT_STREAM - 1) + 1
  // Without an earlier page there is no bound: the stream may have gone on since the index saw it.
  let bound = passed ?? Infinity
  for (let size = SHORT_STREAM; end > 0; size = Math.min(size * 2, MOST_HELD)) {
    const start = Math.max(0, end - size)
    const piece: StoredEvent[] = []
    pages: for await (const page of store.readStream(stream, revisionBefore(start))) {
      for (const stored of page) {
        if (stored.revision >= bound || stored.position > until) break pages
        piece.push(stored)
      }
    }
    yield* piece.reverse()
    end = start
    bound = start
  }
}

/** The rows of the events in other streams that name a subject. */
const rowsElsewhere = (
  { index, graph }: AuditPorts,
  subject: AuditSubject,
  after: number,
  until: number,
  order: Order,
): ReadonlyArray<number> => {
  const rows = elsewhere(graph, subject, after, until).map((position) => rowsUpTo(index, position) - 1)
  return order === 'ascending' ? rows : rows.reverse()
}

/** The positions of these events, in order. */
const elsewhere = (graph: LineageGraph, subject: AuditSubject, after: number, until: number): number[] => {
  if (subject.kind === 'artifact' || subject.kind === 'registered-model') return []
  const [stream, number] = streamAndNumberOf(subject)
  const known = graph.subjects.get(stream)
  const node = known === undefined ? NONE : findNode(graph, known, number)
  if (node === NONE) return []
  return namedElsewhere(graph, node, until).filter((position) => position > after)
}

/** Whether more events lie between two positions than the stream of a subject, which is read from its beginning, is known to hold. */
export const isFar = (index: AuditIndex, subject: AuditSubject, after: number, until: number): boolean =>
  rowsUpTo(index, until) - rowsUpTo(index, after) > (index.heads.get(streamOf(subject)) ?? 0)

/** Whether an event behind one position up to another, which the graph holds, is about a subject or names it. */
export const aboutBetween = (
  graph: LineageGraph,
  { of: subject, ...filter }: AuditFilter & { readonly of: AuditSubject },
  after: number,
  until: number,
): Test => {
  const [home, isAbout] = [streamOf(subject), aboutOf(subject, filter)]
  const named = new Set(elsewhere(graph, subject, after, until))
  return (stored) => (stored.stream === home ? isAbout(stored) : named.has(stored.position))
}

/** The events of rows of the index; the rows come in order. */
async function* indexed(
  { store, index }: AuditPorts,
  rows: Iterable<number>,
  order: Order,
  ahead: number,
): AsyncGenerator<StoredEvent> {
  let batch: number[] = []
  const found = async (): Promise<ReadonlyArray<StoredEvent>> => {
    const wanted = order === 'ascending' ? batch : batch.reverse()
    batch = []
    const events = await lookUp(store, index, wanted)
    return order === 'ascending' ? events : events.reverse()
  }
  for (const row of rows) {
    batch.push(row)
    if (batch.length === ahead) yield* await found()
  }
  if (batch.length > 0) yield* await found()
}

/** The events at positions that the index has, which come in order. */
export const eventsAt = (
  store: EventReader,
  index: AuditIndex,
  positions: ReadonlyArray<number>,
): Promise<ReadonlyArray<StoredEvent>> =>
  lookUp(
    store,
    index,
    positions.map((position) => rowsUpTo(index, position) - 1),
  )

/** Reads from before the first row on; where the next one lies beyond the page that follows, from before that. */
const lookUp = async (store: EventReader, index: AuditIndex, rows: ReadonlyArray<number>): Promise<StoredEvent[]> => {
  const found: StoredEvent[] = []
  for (let row = rows[0]; row !== undefined; row = rows[found.length]) {
    const before = found.length
    let read = row
    for await (const page of store.readAll(row === 0 ? ORIGIN : toPosition(positionOf(index, row - 1)))) {
      for (const stored of page) {
        if (stored.position !== positionOf(index, row)) continue
        found.push(stored)
        row = rows[found.length]
        if (row === undefined) return found
      }
      read += page.length
      if (row > read + page.length) break
    }
    if (found.length === before) {
      throw new EventStoreError('damaged', `there is no event at position ${positionOf(index, row)} any more`)
    }
  }
  return found
}
