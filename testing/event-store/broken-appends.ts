/** Event stores that append wrongly. */
import * as E from 'fp-ts/lib/Either.js'
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import {
  type Append,
  type AppendAllError,
  type EventStore,
  type Position,
  toPosition,
  toRevision,
} from '../../domain/ports/event-store.js'
import { type EventStoreFault, later } from './fault.js'
import { standingAt } from './world.js'

export const brokenAppends: Readonly<Record<string, EventStoreFault>> = {
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
}

type Left<Append extends EventStore['append']> = Append extends (
  ...args: never[]
) => TE.TaskEither<infer Error, unknown>
  ? Error
  : never

async function* onePage(
  page: ReadonlyNonEmptyArray<Append>,
): AsyncGenerator<ReadonlyNonEmptyArray<Append>, void, undefined> {
  yield page
}

const atPresentRevision =
  (store: EventStore, stream: string, events: Parameters<EventStore['append']>[2]) => async () =>
    store.append(stream, standingAt((await revisions(store, stream)).at(-1) ?? 'none'), events)()

const revisions = async (store: EventStore, stream: string): Promise<ReadonlyArray<number>> => {
  const found: number[] = []
  for await (const page of store.readStream(stream, 'none')) found.push(...page.map(({ revision }) => revision))
  return found
}
