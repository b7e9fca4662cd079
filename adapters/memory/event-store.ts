/** An event store in memory: for tests and trials, and the reference for what every other store does. */
import * as E from 'fp-ts/lib/Either.js'
import {
  type Append,
  type AppendError,
  type Appended,
  type EventStore,
  EventStoreError,
  type NewEvent,
  ORIGIN,
  type Position,
  type Revision,
  revisionAfter,
  revisionBefore,
  type StoreClosed,
  type StoredEvent,
  tooLarge,
  toPosition,
  toRevision,
} from '../../domain/ports/event-store.js'
import type { LedgerId } from '../../domain/ports/ledger-id.js'
import { HAS_GONE_ON } from '../shared/append-all.js'
import { subscription } from '../shared/subscription.js'

const PAGE_SIZE = 1000

/** Holds its events as long as the process lives. Two stores share nothing. */
export const memoryEventStore = (): EventStore => {
  const log: StoredEvent[] = []
  const streams = new Map<string, StoredEvent[]>()
  const waiting = new Set<() => void>()
  const locked = new Set<string>()
  let ledgerId: LedgerId | undefined
  let closed = false

  const append = (
    stream: string,
    expected: Revision,
    events: ReadonlyArray<NewEvent>,
  ): E.Either<AppendError, Appended> => {
    if (closed) return E.left(CLOSED)
    const refusal = tooLarge(events)
    if (refusal !== undefined) return E.left(refusal)

    const present = streams.get(stream) ?? []
    const first = expected === 'none' ? 0 : expected + 1
    if (first !== present.length) {
      const sentBefore = events.every((event, index) => present[first + index]?.id === event.id)
      const last = present[first + events.length - 1]
      return sentBefore && last !== undefined
        ? E.right({ revision: last.revision, position: last.position })
        : E.left({ _tag: 'conflict', stream, expected, actual: revisionBefore(present.length) })
    }

    for (const { id, type, data, metadata } of events) {
      const [revision, position] = [toRevision(present.length), toPosition(log.length + 1)]
      const stored = { stream, revision, position, id, type, data, metadata }
      present.push(stored)
      log.push(stored)
    }
    streams.set(stream, present)
    for (const wake of waiting) wake()
    return E.right({ revision: revisionAfter(expected, events.length), position: toPosition(log.length) })
  }

  const page = (events: ReadonlyArray<StoredEvent>, from: number): ReadonlyArray<StoredEvent> => {
    if (closed) throw new EventStoreError('closed', CLOSED.reason)
    return events.slice(from, from + PAGE_SIZE)
  }

  async function* pages(events: () => ReadonlyArray<StoredEvent>, from: number) {
    for (let next = from; ; next += PAGE_SIZE) {
      const found = page(events(), next)
      if (found.length > 0) yield found
      if (found.length < PAGE_SIZE) return
    }
  }

  const appendLater: EventStore['append'] = (stream, expected, events) => async () => append(stream, expected, events)

  const appendAll: EventStore['appendAll'] = (after, appends) => async () => {
    const all: Append[] = []
    for await (const some of appends) all.push(...some)
    const head = log.at(-1)?.position ?? ORIGIN
    if (head !== after) return E.left(HAS_GONE_ON)
    const before = log.length
    for (const { stream, expected, events } of all) {
      const outcome = append(stream, expected, events)
      if (E.isRight(outcome)) continue
      for (const written of log.splice(before)) streams.get(written.stream)?.pop()
      return outcome
    }
    return closed ? E.left(CLOSED) : E.right(log.at(-1)?.position ?? ORIGIN)
  }

  return {
    append: appendLater,
    appendsAreConsecutive: true,
    lock: (name) => async () => {
      if (closed) return E.left(CLOSED)
      if (locked.has(name)) return E.right(undefined)
      locked.add(name)
      return E.right({ release: async () => void locked.delete(name) })
    },
    appendAll,
    readStream: (stream, after) => pages(() => streams.get(stream) ?? [], after === 'none' ? 0 : after + 1),
    readAll: (after) => pages(() => log, after),
    subscribe: (after, signal) =>
      subscription({ readPage: async (position: Position) => page(log, position), waiting }, after, signal),
    head: () => async () => (closed ? E.left(CLOSED) : E.right(log.at(-1)?.position ?? ORIGIN)),
    ledgerId: () => async () => (closed ? E.left(CLOSED) : E.right(ledgerId)),
    setLedgerId: (id, expected) => async () => {
      if (closed) return E.left(CLOSED)
      const now = ledgerId === expected ? id : (ledgerId ?? id)
      ledgerId = now
      return E.right(now)
    },
    close: async () => {
      closed = true
      for (const wake of waiting) wake()
    },
  }
}

const CLOSED: StoreClosed = { _tag: 'closed', reason: 'the event store was closed: open a new one' }
