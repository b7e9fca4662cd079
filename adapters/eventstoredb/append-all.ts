/**
 * Appends to many streams, in the order in which they come. What the log holds then counts, and in which order, not what was acknowledged:
 * it is read and compared with what was to be written.
 */
import * as E from 'fp-ts/lib/Either.js'
import {
  type Append,
  type AppendAllError,
  type EventStore,
  type NewEvent,
  ORIGIN,
  type Position,
  type Revision,
  readFailureOf,
  revisionAfter,
  type StoredEvent,
  tooLarge,
} from '../../domain/ports/event-store.js'
import { HAS_GONE_ON, type ReadAppends, whenAllSeen } from '../shared/append-all.js'
import { sendInOrder } from './batch.js'
import { readAll } from './feed.js'
import { Patience, type Session } from './session.js'

/** Ends with `closed`, whatever is on its way, when the store is closed: the same again goes on from there. */
export const appendInOrder =
  (session: Session, append: EventStore['append']): EventStore['appendAll'] =>
  (after, appends) =>
  () =>
    whenAllSeen(appends, async (read) => {
      try {
        const revisions = await revisionsAt(session, after)
        if (revisions === undefined) return E.left(HAS_GONE_ON)
        const fitting = await countFitting(read(), revisions)
        for (let written: Written = { appends: 0, position: after }; ; ) {
          const left = read(written.appends)
          const next = await left.next()
          if (next.done === true) return E.right(written.position)
          // Alone, as every append: what is in the way, or passes, is dealt with, or told.
          const { stream, expected, events } = next.value
          const outcome = await append(stream, expected, events)()
          if (E.isLeft(outcome)) return outcome
          const together = first(fitting - written.appends - 1, left)
          await new Patience(session).try(() => sendInOrder(session, together)).catch(() => undefined)
          const found = await whatIsWritten(session, written, read)
          if (E.isLeft(found)) return found
          written = found.right
        }
      } catch (error) {
        return E.left(readFailureOf(error))
      }
    })

/** The last revision of every stream; `undefined` if the log does not end at that position. */
const revisionsAt = async (session: Session, end: Position): Promise<Map<string, Revision> | undefined> => {
  const revisions = new Map<string, Revision>()
  let last = ORIGIN
  for await (const page of readAll(session, ORIGIN)) {
    for (const { stream, revision, position } of page) {
      revisions.set(stream, revision)
      last = position
    }
  }
  return last === end ? revisions : undefined
}

/** How many appends, from the first on, the server takes as long as nobody else writes: those behind one that it refuses must not be written. */
const countFitting = async (appends: AsyncIterable<Append>, revisions: Map<string, Revision>): Promise<number> => {
  let count = 0
  for await (const { stream, expected, events } of appends) {
    if ((revisions.get(stream) ?? 'none') !== expected || tooLarge(events) !== undefined) break
    revisions.set(stream, revisionAfter(expected, events.length))
    count += 1
  }
  return count
}

async function* first<A>(count: number, all: AsyncIterable<A>): AsyncGenerator<A, void, undefined> {
  if (count <= 0) return
  let given = 0
  for await (const one of all) {
    yield one
    given += 1
    if (given === count) return
  }
}

interface Written {
  readonly appends: number
  readonly position: Position
}

/** How many appends stand in the log, in their order and with nothing between them. */
const whatIsWritten = async (
  session: Session,
  before: Written,
  read: ReadAppends,
): Promise<E.Either<AppendAllError, Written>> => {
  let written = before
  const left = eventsOf(read(before.appends))
  for await (const page of readAll(session, before.position)) {
    for (const there of page) {
      const next = await left.next()
      if (next.done === true || !isSame(next.value, there)) return E.left(await whyAnother(session, there, next, left))
      if (next.value.isLast) written = { appends: written.appends + 1, position: there.position }
    }
  }
  return E.right(written)
}

interface Meant extends NewEvent {
  readonly stream: string
  readonly revision: number
  /** Of its append. */
  readonly isLast: boolean
}

async function* eventsOf(appends: AsyncIterable<Append>): AsyncGenerator<Meant, void, undefined> {
  for await (const { stream, expected, events } of appends) {
    for (const [index, event] of events.entries()) {
      yield { ...event, stream, revision: revisionAfter(expected, index + 1), isLast: index === events.length - 1 }
    }
  }
}

const isSame = (meant: Meant, there: StoredEvent): boolean =>
  (['stream', 'revision', 'id', 'type', 'data', 'metadata'] as const).every((name) => meant[name] === there[name])

/** Why something else stands in the log than was meant. */
const whyAnother = async (
  { server, prefix }: Session,
  { stream, revision, id }: StoredEvent,
  meant: IteratorResult<Meant, void>,
  left: AsyncIterable<Meant>,
): Promise<AppendAllError> => {
  if (meant.done === true) return HAS_GONE_ON
  let isOurs = meant.value.id === id
  for await (const later of left) isOurs ||= later.id === id
  if (!isOurs) return HAS_GONE_ON
  const what = `event ${revision} of the stream ${prefix}${stream} stands on ${server} where event ${meant.value.revision} of ${meant.value.stream} belongs`
  return { _tag: 'damaged-store', reason: `${what}: import once more, under another name of the ledger` }
}
