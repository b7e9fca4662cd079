import * as E from 'fp-ts/lib/Either.js'
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { describe, expect, it } from 'vitest'
import { memoryEventStore } from '../../adapters/memory/index.js'
import {
  type Append,
  type AppendAllError,
  type EventStore,
  EventStoreError,
  type Position,
  type StoredEvent,
  toPosition,
  toRevision,
} from '../../domain/ports/event-store.js'
import type { LedgerId } from '../../domain/ports/ledger-id.js'
import { standingAt } from '../../testing/event-store/world.js'
import { type ContractCase, contractCases, runContractCase } from '../../testing/event-store-contract.js'

type Pages = AsyncIterable<ReadonlyArray<StoredEvent>>

async function* onePage(
  page: ReadonlyNonEmptyArray<Append>,
): AsyncGenerator<ReadonlyNonEmptyArray<Append>, void, undefined> {
  yield page
}

/** A store with one fault, made from a right one, and the cases that must notice it. */
interface Fault {
  readonly of: (store: EventStore) => Partial<EventStore>
  readonly noticedBy: ReadonlyArray<ContractCase>
}

const faults: Readonly<Record<string, Fault>> = {
  'forgets everything': {
    of: () => ({
      append: () => TE.right({ revision: toRevision(0), position: toPosition(1) }),
      readStream: nothing,
      readAll: nothing,
    }),
    noticedBy: ['gives back what was appended, where it stands', 'keeps every character of data and metadata'],
  },
  'takes whatever id it is given': {
    of: ({ setLedgerId, ledgerId }) => ({
      setLedgerId: (id) => TE.chain((now: LedgerId | undefined) => setLedgerId(id, now))(ledgerId()),
    }),
    noticedBy: ['holds the id of its ledger, which only who knows it replaces'],
  },
  'parses the texts and writes them again': {
    of: ({ readStream }) => ({
      readStream: (stream, after) =>
        mapped(readStream(stream, after), (event) => ({ ...event, data: JSON.stringify(JSON.parse(event.data)) })),
    }),
    noticedBy: ['keeps every character of data and metadata'],
  },
  'normalises stream names': {
    of: ({ append, readStream }) => ({
      append: (stream, expected, events) => append(stream.normalize('NFC'), expected, events),
      readStream: (stream, after) => readStream(stream.normalize('NFC'), after),
    }),
    noticedBy: ['keeps streams apart whose names look alike'],
  },
  'rejects the read of a missing stream': {
    of: ({ readStream }) => ({
      readStream: async function* (stream, after) {
        let found = false
        for await (const page of readStream(stream, 'none')) {
          found = true
          if (after === 'none') yield page
        }
        if (!found) throw new EventStoreError('unavailable', 'no such stream')
        if (after !== 'none') yield* readStream(stream, after)
      },
    }),
    noticedBy: ['reads a missing stream as an empty one'],
  },
  'reads from a revision instead of after it': {
    of: ({ readStream }) => ({
      readStream: (stream, after) =>
        readStream(stream, standingAt(after === 0 || after === 'none' ? 'none' : after - 1)),
    }),
    noticedBy: [
      'reads a stream after a revision, exclusively',
      'reads what is long in pages, without a gap or a repetition',
    ],
  },
  'reads and subscribes from a position instead of after it': {
    of: ({ readAll, subscribe }) => ({
      readAll: (after) => readAll(toPosition(after - 1)),
      subscribe: (after, signal) => subscribe(toPosition(after - 1), signal),
    }),
    noticedBy: [
      'reads all streams in the order of the appends, after a position, exclusively',
      'subscribes after a position, exclusively',
    ],
  },
  'leaves gaps between the events of one append': {
    of: ({ readAll }) => ({
      readAll: (after) => mapped(readAll(after), (event) => ({ ...event, position: toPosition(2 * event.position) })),
    }),
    noticedBy: ['numbers the events of one append one after another, where it says so'],
  },
  'reads stream by stream': {
    of: ({ readAll }) => ({
      readAll: async function* (after) {
        const events: StoredEvent[] = []
        for await (const page of readAll(after)) events.push(...page)
        if (events.length > 0) yield events.sort((one, other) => (one.stream < other.stream ? -1 : 1))
      },
    }),
    noticedBy: ['reads all streams in the order of the appends, after a position, exclusively'],
  },
  'counts positions from zero': {
    of: ({ readAll }) => ({
      readAll: (after) => mapped(readAll(after), (event) => ({ ...event, position: toPosition(event.position - 1) })),
    }),
    noticedBy: ['numbers positions above the origin and upwards'],
  },
  'reads one page': {
    of: ({ readAll, readStream }) => ({
      readAll: (after) => firstPage(readAll(after)),
      readStream: (stream, after) => firstPage(readStream(stream, after)),
    }),
    noticedBy: ['reads what is long in pages, without a gap or a repetition'],
  },
  'reads on when the reader stops': {
    of: ({ readAll }) => ({
      readAll: (after) => {
        const pages = readAll(after)[Symbol.asyncIterator]()
        const next = () => pages.next()
        return { [Symbol.asyncIterator]: () => ({ next, return: () => new Promise(() => undefined) }) }
      },
    }),
    noticedBy: ['lets a reader stop after the first page'],
  },
  'appends at any revision': {
    of: (store) => ({ append: (stream, _expected, events) => atPresentRevision(store, stream, events) }),
    noticedBy: [
      'refuses an append at another revision, and says where the stream stands',
      'takes nothing for a resend but the same ids in the same order right behind the revision',
    ],
  },
  'hides where the stream stands': {
    of: ({ append }) => ({
      append: (stream, expected, events) =>
        TE.mapLeft((error: Left<typeof append>) =>
          error._tag === 'conflict' ? { ...error, actual: expected } : error,
        )(append(stream, expected, events)),
    }),
    noticedBy: ['refuses an append at another revision, and says where the stream stands'],
  },
  'knows no resend': {
    of: (store) => ({
      append: (stream, expected, events) => async () => {
        const last = standingAt((await revisions(store, stream)).at(-1) ?? 'none')
        return last === expected
          ? store.append(stream, expected, events)()
          : E.left({ _tag: 'conflict', stream, expected, actual: last })
      },
    }),
    noticedBy: [
      'recognises an append that is sent again, also when the stream has gone on',
      'does nothing before it is run, and nothing more when it is run again',
    ],
  },
  'answers all appends of a turn alike': {
    of: ({ append }) => {
      let shared: ReturnType<ReturnType<typeof append>> | undefined
      return {
        append: (stream, expected, events) => async () => {
          const outcome = append(stream, expected, events)()
          shared ??= outcome
          setImmediate(() => {
            shared = undefined
          })
          return shared
        },
      }
    },
    noticedBy: ['answers appends that are under way together each with its own outcome'],
  },
  'takes a known first id for a resend': {
    of: (store) => ({
      append: (stream, expected, events) => async () => {
        for await (const page of store.readStream(stream, expected)) {
          if (page[0]?.id === events[0].id) return E.right({ revision: page[0].revision, position: page[0].position })
        }
        return store.append(stream, expected, events)()
      },
    }),
    noticedBy: ['takes nothing for a resend but the same ids in the same order right behind the revision'],
  },
  'appends when it is asked, not when it is run': {
    of: ({ append }) => ({
      append: (stream, expected, events) => {
        const outcome = append(stream, expected, events)()
        return () => outcome
      },
    }),
    noticedBy: ['does nothing before it is run, and nothing more when it is run again'],
  },
  'appends event by event': {
    of: ({ append }) => ({
      append: (stream, expected, events) => async () => {
        let outcome = await append(stream, expected, [events[0]])()
        for (const event of events.slice(1)) {
          await later()
          if (E.isRight(outcome)) outcome = await append(stream, outcome.right.revision, [event])()
        }
        return outcome
      },
    }),
    noticedBy: ['shows all events of an append at once', 'refuses what is larger, and writes nothing of it'],
  },
  'counts characters for bytes': {
    of: ({ append }) => ({
      append: (stream, expected, events) => async () =>
        events.some(({ data }) => data.length > 300_000)
          ? E.left({ _tag: 'too-large', bytes: 300_000, limit: 300_000, what: 'event' })
          : E.orElse((error: Left<typeof append>) =>
              error._tag === 'too-large'
                ? E.right({ revision: toRevision(0), position: toPosition(1) })
                : E.left(error),
            )(await append(stream, expected, events)()),
    }),
    noticedBy: ['refuses what is larger, and writes nothing of it'],
  },
  'takes less than the largest size': {
    of: ({ append }) => ({
      append: (stream, expected, events) =>
        events.some(({ data }) => Buffer.byteLength(data) > 200 * 1024)
          ? TE.left({ _tag: 'too-large', bytes: 200 * 1024, limit: 200 * 1024, what: 'event' })
          : append(stream, expected, events),
    }),
    noticedBy: ['takes an event and an append of the largest size'],
  },
  'looks, waits and then appends': {
    of: (store) => ({
      append: (stream, expected, events) => async () => {
        const last = standingAt((await revisions(store, stream)).at(-1) ?? 'none')
        if (last !== expected) return store.append(stream, expected, events)()
        await later()
        return atPresentRevision(store, stream, events)()
      },
    }),
    noticedBy: ['lets exactly one of many appends at one revision win'],
  },
  'lets later appends overtake': {
    of: ({ append }) => ({
      append: (stream, expected, events) => async () => {
        await later(expected === 'none' ? 20 : 0)
        return append(stream, expected, events)()
      },
    }),
    noticedBy: ['applies appends to one stream in the order in which they were run'],
  },
  'writes the last of many appends first': {
    of: (store) => ({
      appendAll: (after, pages) => async () => {
        const all: Append[] = []
        for await (const page of pages) all.push(...page)
        const [first, ...rest] = all.toReversed()
        if (first === undefined) return E.right(after)
        return store.appendAll(after, onePage([first, ...rest]))()
      },
    }),
    noticedBy: ['writes many appends as one, in the order given'],
  },
  'writes of many appends what comes before the one that fails': {
    of: (store) => ({
      appendAll: (after, pages) => async () => {
        let head = E.right<AppendAllError, Position>(after)
        for await (const page of pages) {
          const outcome = await store.appendAll(E.isRight(head) ? head.right : after, onePage(page))()
          if (E.isLeft(outcome)) return outcome
          head = E.right(outcome.right)
        }
        return head
      },
    }),
    noticedBy: ['writes nothing of many appends of which one is refused, comes too late, or does not come'],
  },
  'gives the head of some time ago': {
    of: ({ append, head }) => {
      let known = head()()
      return {
        append: (stream, expected, events) => async () => {
          known = head()()
          return append(stream, expected, events)()
        },
        head: () => () => known,
      }
    },
    noticedBy: ['gives the position of the last event as head'],
  },
  'ends a subscription at the present end': {
    of: ({ readAll }) => ({ subscribe: readAll }),
    noticedBy: ['subscribes to what is there and then to what comes'],
  },
  'subscribes to what comes only': {
    of: ({ head, subscribe }) => ({
      subscribe: async function* (after, signal) {
        const now = await head()()
        yield* subscribe(E.isRight(now) ? now.right : after, signal)
      },
    }),
    noticedBy: ['subscribes to what is there and then to what comes', 'subscribes after a position, exclusively'],
  },
  'gives a page twice': {
    of: ({ subscribe }) => ({
      subscribe: async function* (after, signal) {
        for await (const page of subscribe(after, signal)) {
          yield page
          if (page.some(({ revision }) => revision === 20)) yield page
        }
      },
    }),
    noticedBy: ['gives a subscriber each event once, in order, while others append'],
  },
  'drops what a slow subscriber has not taken': {
    of: ({ append, subscribe }) => {
      let appended = 0
      return {
        append: (stream, expected, events) => {
          appended += events.length
          return append(stream, expected, events)
        },
        subscribe: async function* (after, signal) {
          for await (const page of subscribe(after, signal)) {
            const before = appended
            yield page
            if (appended > before + 1000) return
          }
        },
      }
    },
    noticedBy: ['holds up nobody for a slow subscriber, and keeps everything for it'],
  },
  'does not listen to the signal': {
    of: ({ subscribe }) => ({ subscribe: (after) => subscribe(after) }),
    noticedBy: ['ends a subscription without an error when its signal aborts'],
  },
  'takes no return while it waits': {
    of: ({ subscribe }) => ({
      subscribe: async function* (after, signal) {
        yield* mapped(subscribe(after, signal), (event) => event)
      },
    }),
    noticedBy: ['ends a subscription when the caller returns, also while it waits'],
  },
  'closes over the appends under way': {
    of: ({ append, close }) => ({
      append: (stream, expected, events) => async () => {
        await later(20)
        return append(stream, expected, events)()
      },
      close,
    }),
    noticedBy: ['finishes the appends under way before it closes'],
  },
  'never closes': {
    of: () => ({ close: async () => undefined }),
    noticedBy: ['says that it is closed to whoever uses it afterwards'],
  },
}

describe('the contract of event stores', () => {
  it('finds nothing wrong with a right store', async () => {
    expect(await failing(contractCases, memoryEventStore, 60_000)).toEqual([])
  })

  it.each(Object.entries(faults))('finds the store that %s', async (_name, { of, noticedBy }) => {
    const open = () => {
      const store = memoryEventStore()
      return { ...store, ...of(store) }
    }
    expect(await failing(noticedBy, open, 250)).toEqual(noticedBy)
  })

  it('has no case that never fails', () => {
    const noticing = new Set(Object.values(faults).flatMap(({ noticedBy }) => noticedBy))
    expect(contractCases.filter((name) => !noticing.has(name))).toEqual([])
  })
})

type Left<Append extends EventStore['append']> = Append extends (
  ...args: never[]
) => TE.TaskEither<infer Error, unknown>
  ? Error
  : never

/** Those of the cases that fail. */
const failing = async (
  names: ReadonlyArray<ContractCase>,
  open: () => EventStore,
  patienceMs: number,
): Promise<ReadonlyArray<ContractCase>> => {
  const outcomes = await Promise.allSettled(
    names.map((name) => runContractCase(name, async () => open(), { patienceMs })),
  )
  return names.filter((_, index) => outcomes[index]?.status === 'rejected')
}

const atPresentRevision =
  (store: EventStore, stream: string, events: Parameters<EventStore['append']>[2]) => async () =>
    store.append(stream, standingAt((await revisions(store, stream)).at(-1) ?? 'none'), events)()

const revisions = async (store: EventStore, stream: string): Promise<ReadonlyArray<number>> => {
  const found: number[] = []
  for await (const page of store.readStream(stream, 'none')) found.push(...page.map(({ revision }) => revision))
  return found
}

async function* nothing(): Pages {}

async function* mapped(pages: Pages, change: (event: StoredEvent) => StoredEvent): Pages {
  for await (const page of pages) yield page.map(change)
}

async function* firstPage(pages: Pages): Pages {
  for await (const page of pages) {
    yield page
    return
  }
}

const later = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms))
