/** The states of streams that are kept at hand; what was used longest ago goes first. */
import type { CachedState } from './cached-state.js'

/** Folded events kept at hand, over all streams. */
const EVENTS_KEPT = 2_000_000

/**
 * The states of one kind of stream, as long as they are sound; those that were not used for longest make room. What
 * takes the place of one that is not sound is opened with it before its eyes.
 */
export const stateCache = <State, Event>(
  open: (stream: string, before?: CachedState<State, Event>) => CachedState<State, Event>,
) => {
  const states = new Map<string, CachedState<State, Event>>()
  const weightOf = (cached: CachedState<State, Event>): number => {
    const revision = cached.revision()
    return revision === 'none' ? 1 : revision + 1
  }
  let uses = 0
  return {
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
