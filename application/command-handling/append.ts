/** How a round is written: all its events by one append, which is sent again while nobody knows what became of it. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { isNonEmpty } from 'fp-ts/lib/ReadonlyArray.js'
import type { Clock, Ids } from '../../domain/ports/clock-and-ids.js'
import {
  type AppendError,
  type Appended,
  type EventStore,
  laterOf,
  type NewEvent,
  ORIGIN,
  type Position,
  type Revision,
  toPosition,
} from '../../domain/ports/event-store.js'
import type { CachedState } from './cached-state.js'
import type { CommandError } from './command-error.js'
import { backOff } from './retry.js'
import type { DecidedRound } from './round.js'

/** The position of each revision that was written, as far as it is known; that of the last always is. */
export type Positions = ReadonlyMap<number, Position>

export interface AppendPorts {
  readonly store: EventStore
  readonly clock: Clock
  readonly ids: Ids
}

/** What became of a round. */
export type Outcome =
  /** It stands, its events at these positions. */
  | { readonly _tag: 'stands'; readonly positions: Positions }
  /** Others wrote to the stream: `conflict` if that was found by appending. */
  | { readonly _tag: 'outdated' | 'conflict' }
  | { readonly _tag: 'unreadable'; readonly error: CommandError }
  | { readonly _tag: 'failed'; readonly error: AppendFailure }
export type AppendFailure = Exclude<AppendError, { _tag: 'conflict' }>

/** Only what the store holds may be the reason to refuse a command, or to change nothing. */
export const writeRound = async <Given, State, Event>(
  ports: AppendPorts,
  stream: string,
  cached: CachedState<State, Event>,
  { decisions, expected, texts, isAhead, unfolded }: DecidedRound<Given, Event>,
): Promise<Outcome> => {
  const sent = decisions.flatMap(({ how, waiting }) => (how === 'changed' ? [waiting] : []))
  if (sent.length === 0) {
    const loaded = await cached.load()
    if (E.isLeft(loaded)) return { _tag: 'unreadable', error: loaded.left }
    return cached.revision() === expected && cached.isSound()
      ? { _tag: 'stands', positions: new Map() }
      : { _tag: 'outdated' }
  }
  if (!cached.isSound()) return { _tag: 'outdated' }
  for (const waiting of sent) waiting.isSent = true
  const arrived = cached.send(isAhead)
  const until = Math.max(...decisions.map(({ waiting }) => waiting.until))
  const isGivenUp = (): boolean => sent.every(({ call }) => call.signal?.aborted === true)
  const appended = await append(ports, stream, expected, texts, { until, each: sent.length > 1, isGivenUp })
  if (E.isRight(appended) && unfolded !== undefined) cached.fold(unfolded)
  arrived(
    pipe(
      appended,
      E.map((positions) => [...positions.values()].reduce(laterOf, ORIGIN)),
    ),
  )
  if (E.isRight(appended)) return { _tag: 'stands', positions: appended.right }
  const { left: error } = appended
  return error._tag === 'conflict' ? { _tag: 'conflict' } : { _tag: 'failed', error }
}

/**
 * Appends events at the expected revision, all or none; of unknown outcome it sends them again until the deadline,
 * one time at least, or until nobody wants it any more. `each` says that every position is asked for, and not the last one alone.
 */
const append = async (
  { store, clock, ids }: AppendPorts,
  stream: string,
  expected: Revision,
  events: ReadonlyArray<NewEvent>,
  { until, each, isGivenUp }: { readonly until: number; readonly each: boolean; readonly isGivenUp: () => boolean },
): Promise<E.Either<AppendError, Positions>> => {
  if (!isNonEmpty(events)) return E.right(new Map())
  let unknown: Extract<AppendError, { _tag: 'unknown-outcome' }> | undefined
  try {
    for (let attempt = 0; ; attempt++) {
      const outcome = await store.append(stream, expected, events)()
      if (E.isRight(outcome)) {
        const { revision, position } = outcome.right
        if (!each) return E.right(new Map([[revision, position]]))
        return E.right(
          store.appendsAreConsecutive === true
            ? consecutive(outcome.right, events.length)
            : await positionsOf(store, stream, expected, revision),
        )
      }
      const { left: error } = outcome
      if (error._tag === 'unknown-outcome') unknown = error
      // A store that cannot be reached now, or was closed, does not say what became of the append before.
      else if (unknown === undefined || (error._tag !== 'unavailable' && error._tag !== 'closed')) return outcome
      if (error._tag === 'closed' || isGivenUp() || clock.monotonic() >= until) return E.left(unknown)
      await clock.sleep(backOff(attempt, ids))
    }
  } catch (error) {
    return E.left({ _tag: 'unknown-outcome', reason: String(error) })
  }
}

/** Those of an append that ends with this event. */
const consecutive = ({ revision, position }: Appended, count: number): Positions =>
  new Map(
    Array.from(
      { length: count },
      (_, before) => [revision - before, toPosition(position - before)] satisfies [number, Position],
    ),
  )

const positionsOf = async (store: EventStore, stream: string, after: Revision, last: number): Promise<Positions> => {
  const positions = new Map<number, Position>()
  for await (const page of store.readStream(stream, after)) {
    for (const { revision, position } of page) {
      positions.set(revision, position)
      if (revision >= last) return positions
    }
  }
  return positions
}
