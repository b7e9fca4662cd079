/** What an event store in a file answers to every question that its port has, to be compared. */
import * as E from 'fp-ts/lib/Either.js'
import { sqliteEventStore } from '../../adapters/sqlite/index.js'
import {
  type EventStore,
  EventStoreError,
  ORIGIN,
  type StoredEvent,
  toPosition,
  toRevision,
} from '../../domain/ports/event-store.js'
import { warningsTo } from './warnings.js'

/** By question: a text that is equal where the answer is, or `refused: ` and why. */
export type Answers = ReadonlyMap<string, string>

/** The questions that are answered by all events up to the last. */
export const OF_ALL: ReadonlyArray<string> = ['all', 'from the tenth on']

export const answersOf = async (path: string, streams: ReadonlyArray<string>): Promise<Answers> => {
  const opened = await sqliteEventStore({ path, durability: 'relaxed', logger: warningsTo([]) })()
  const questions: ReadonlyArray<readonly [string, (store: EventStore) => Promise<unknown>]> = [
    // Where it ends is not asked: an end that is gone is told by what notes it beside the file.
    ['id', (store) => right(store.ledgerId())],
    ['all', (store) => gathered(store.readAll(ORIGIN))],
    ['from the tenth on', (store) => gathered(store.readAll(toPosition(10)))],
    ...streams.flatMap(
      (stream) =>
        [
          [stream, (store: EventStore) => gathered(store.readStream(stream, 'none'))],
          [`${stream} from the second on`, (store: EventStore) => gathered(store.readStream(stream, toRevision(0)))],
          [`${stream} behind its end`, (store: EventStore) => gathered(store.readStream(stream, toRevision(9999)))],
        ] as const,
    ),
  ]
  const answers = new Map<string, string>()
  for (const [question, ask] of questions) {
    answers.set(question, E.isLeft(opened) ? `refused: ${opened.left.reason}` : await answerOf(() => ask(opened.right)))
  }
  if (E.isRight(opened)) await opened.right.close()
  return answers
}

const answerOf = async (ask: () => Promise<unknown>): Promise<string> => {
  try {
    return JSON.stringify(await ask()) ?? 'nothing'
  } catch (error) {
    if (error instanceof EventStoreError && error.code === 'damaged') return `refused: ${error.message}`
    throw error
  }
}

const right = async <A>(
  task: () => Promise<E.Either<{ readonly _tag: string; readonly reason: string }, A>>,
): Promise<A> => {
  const outcome = await task()
  if (E.isRight(outcome)) return outcome.right
  if (outcome.left._tag === 'damaged-store') throw new EventStoreError('damaged', outcome.left.reason)
  throw new Error(outcome.left.reason)
}

const gathered = async (pages: AsyncIterable<ReadonlyArray<StoredEvent>>): Promise<ReadonlyArray<StoredEvent>> => {
  const events: StoredEvent[] = []
  for await (const page of pages) events.push(...page)
  return events
}
