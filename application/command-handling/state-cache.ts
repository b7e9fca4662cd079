/** The states of streams that are kept at hand; what was used longest ago goes first. */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { CachedState } from './cached-state.js'
import type { CommandError } from './command-error.js'
import { WORTH_WHILE_RUNNING } from './state-snapshots.js'

/** Folded events kept at hand, over all streams. */
const EVENTS_KEPT = 2_000_000

export interface StateCache<State, Event> {
  readonly get: (stream: string) => CachedState<State, Event>
  readonly all: () => Iterable<CachedState<State, Event>>
}

/**
 * The states of one kind of stream, as long as they are sound; those that were not used for longest make room. What
 * takes the place of one that is not sound is opened with it before its eyes.
 */
export const stateCache = <State, Event>(
  open: (stream: string, before?: CachedState<State, Event>) => CachedState<State, Event>,
): StateCache<State, Event> => {
  const states = new Map<string, CachedState<State, Event>>()
  const weightOf = (cached: CachedState<State, Event>): number => {
    const revision = cached.revision()
    return revision === 'none' ? 1 : revision + 1
  }
  let uses = 0
  return {
    all: () => states.values(),
    get: (stream: string): CachedState<State, Event> => {
      const known = states.get(stream)
      const cached = known?.isSound() ? known : open(stream, known)
      states.delete(stream)
      states.set(stream, cached)
      if (++uses % 1024 === 0) {
        let weight = [...states.values()].reduce((sum, each) => sum + weightOf(each), 0)
        for (const [oldest, each] of states) {
          if (weight <= EVENTS_KEPT || each === cached) break
          states.delete(oldest)
          weight -= weightOf(each)
        }
      }
      return cached
    },
  }
}

/** Looks at the present state of a stream; what was written, or on its way, when it was asked for is in it. */
export const readSettled =
  <State, Event, A>(
    states: StateCache<State, Event>,
    stream: string,
    at: (cached: CachedState<State, Event>) => A,
  ): TE.TaskEither<CommandError, A> =>
  async () => {
    for (;;) {
      const cached = states.get(stream)
      await cached.settled()
      const loaded = await cached.load()
      if (E.isLeft(loaded)) return loaded
      const seen = at(cached)
      // The state may run ahead of the store again: what was seen counts once it is written.
      if (await cached.settled()) {
        if (cached.isSnapshotDue(WORTH_WHILE_RUNNING)) setImmediate(cached.keepSnapshot)
        return E.right(seen)
      }
    }
  }
