/** The states of streams that are kept at hand; what was used longest ago goes first. */
import type { CachedState } from './cached-state.js'

/** Folded events kept at hand, over all streams. */
const EVENTS_KEPT = 2_000_000

/** The lanes of one kind of stream, as long as they are sound; those that were not used for longest make room. */
export const stateCache = <State, Event>(open: (stream: string) => CachedState<State, Event>) => {
  const lanes = new Map<string, CachedState<State, Event>>()
  const weightOf = (lane: CachedState<State, Event>): number => {
    const revision = lane.revision()
    return revision === 'none' ? 1 : revision + 1
  }
  let uses = 0
  return {
    get: (stream: string): CachedState<State, Event> => {
      const known = lanes.get(stream)
      const lane = known?.isSound() ? known : open(stream)
      lanes.delete(stream)
      lanes.set(stream, lane)
      if (++uses % 1024 === 0) {
        let weight = [...lanes.values()].reduce((sum, each) => sum + weightOf(each), 0)
        for (const [oldest, each] of lanes) {
          if (weight <= EVENTS_KEPT || each === lane) break
          lanes.delete(oldest)
          weight -= weightOf(each)
        }
      }
      return lane
    },
  }
}
