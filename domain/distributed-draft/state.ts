/** What of a draft's history its decisions need. */
import type { Part } from '../ports/facts.js'
import type { ReadonlyState, RecordedBy } from '../values/decider.js'
import type { ManifestSummary } from '../values/manifest/manifest.js'
import type { DistributedCommitted, DistributedDraftEvent } from './events.js'

export type GenerationEnd = RecordedBy & { readonly how: 'sealed' | 'abandoned' }

/** A generation that ended, with its writers; what was committed is what the version is logged from. */
export type EndedGeneration = GenerationEnd & {
  readonly writers: ReadonlyArray<string>
  readonly committed?: DistributedCommitted
}

export interface DistributedDraftState {
  /** The generation that is open, or that the next part opens. */
  generation: number
  /** The parts of the open generation, in the order in which they came. */
  parts: Part[]
  /** How each earlier generation ended, by its number. */
  readonly ended: EndedGeneration[]
}

export const initial = (): DistributedDraftState => ({ generation: 0, parts: [], ended: [] })

export const evolve = (
  state: DistributedDraftState,
  event: DistributedDraftEvent,
  recorded: RecordedBy,
): DistributedDraftState => {
  switch (event.type) {
    case 'DistributedPartUpserted':
      state.parts.push({ writer: event.writer, part: event.part })
      return state
    case 'DistributedCommitted':
      return endGeneration(state, { ...recorded, how: 'sealed', committed: event })
    case 'DistributedAbandoned':
      return endGeneration(state, { ...recorded, how: 'abandoned' })
  }
}

const endGeneration = (state: DistributedDraftState, end: Omit<EndedGeneration, 'writers'>): DistributedDraftState => {
  state.ended.push({ ...end, writers: writersOf(state.parts) })
  state.generation += 1
  state.parts = []
  return state
}

/** Who brought them, in the order in which they came first. */
export const writersOf = (parts: ReadonlyArray<Part>): ReadonlyArray<string> => [
  ...new Set(parts.map(({ writer }) => writer)),
]

/** The parts that a commit would merge: those that are there, and the one that it brings. */
export const partsToCommit = (
  { writer, part }: { readonly writer: string; readonly part?: ManifestSummary },
  { parts }: ReadonlyState<DistributedDraftState>,
): ReadonlyArray<Part> => (part === undefined ? parts : [...parts, { writer, part }])
