import { appendSequentially, subscription } from 'model-ledger/adapters/shared'
import {
  type EventStore,
  EventStoreError,
  type LedgerId,
  ORIGIN,
  type Position,
  revisionAfter,
  revisionBefore,
  type StoredEvent,
  tooLarge,
  toPosition,
} from 'model-ledger/domain'

// #region answers
const right = <A>(value: A) => ({ _tag: 'Right', right: value }) as const
const left = <A>(error: A) => ({ _tag: 'Left', left: error }) as const
const CLOSED = left({ _tag: 'closed', reason: 'the event store was closed: open a new one' } as const)
// #endregion

/** An array stands where your database would. */
export const arrayEventStore = (): EventStore => {
  const log: StoredEvent[] = []
  const waiting = new Set<() => void>()
  let ledgerId: LedgerId | undefined
  let closed = false
  const of = (stream: string) => log.filter((event) => event.stream === stream)

  // #region append
  // What is between the first line and the last happens at once here. In a database it is one transaction, with a unique
  // key over stream and revision: who loses against another finds it broken, and looks again.
  const append: EventStore['append'] = (stream, expected, events) => async () => {
    if (closed) return CLOSED
    const refusal = tooLarge(events)
    if (refusal !== undefined) return left(refusal)
    const present = of(stream)
    const first = revisionAfter(expected)
    const sentBefore = present.slice(first, first + events.length)
    const last = sentBefore.at(-1)
    if (last !== undefined && events.every(({ id }, index) => sentBefore[index]?.id === id)) {
      return right({ revision: last.revision, position: last.position })
    }
    if (first !== present.length) {
      return left({ _tag: 'conflict', stream, expected, actual: revisionBefore(present.length) })
    }
    for (const [index, event] of events.entries()) {
      const revision = revisionAfter(expected, index + 1)
      log.push({ ...event, stream, revision, position: toPosition(log.length + 1) })
    }
    for (const wake of waiting) wake()
    return right({ revision: revisionAfter(expected, events.length), position: toPosition(log.length) })
  }
  // #endregion

  // #region read
  const page = (events: ReadonlyArray<StoredEvent>) => {
    if (closed) throw new EventStoreError('closed', CLOSED.left.reason)
    return events.slice(0, 500)
  }
  async function* pages(after: (last: StoredEvent | undefined) => ReadonlyArray<StoredEvent>) {
    for (let last: StoredEvent | undefined; ; ) {
      const found = page(after(last))
      if (found.length === 0) return
      yield found
      last = found.at(-1)
    }
  }
  const after = (position: Position) => log.filter((event) => event.position > position)
  const head: EventStore['head'] = () => async () => (closed ? CLOSED : right(log.at(-1)?.position ?? ORIGIN))
  // #endregion

  return {
    append,
    appendAll: appendSequentially({ append, head }),
    readStream: (stream, revision) =>
      pages((last) => of(stream).slice(revisionAfter(last === undefined ? revision : last.revision))),
    readAll: (position) => pages((last) => after(last?.position ?? position)),
    subscribe: (position, signal) =>
      subscription({ readPage: async (last) => page(after(last)), waiting }, position, signal),
    head,
    ledgerId: () => async () => (closed ? CLOSED : right(ledgerId)),
    setLedgerId: (id, expected) => async () => {
      if (closed) return CLOSED
      ledgerId = ledgerId === expected ? id : (ledgerId ?? id)
      return right(ledgerId)
    },
    close: async () => {
      closed = true
      for (const wake of waiting) wake()
    },
  }
}
