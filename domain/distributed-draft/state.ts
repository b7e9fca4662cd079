/** What of a draft's history its decisions need. */
import type { Part } from '../ports/facts.js'
import type { ReadonlyState, RecordedBy } from '../values/decider.js'
import { sameJson } from '../values/json.js'
import { type ManifestSummary, summarise } from '../values/manifest/manifest.js'
import type { VersionNumber } from '../values/names.js'
import type { DistributedCommitted, DistributedDraftEvent, DistributedPartUpserted } from './events.js'
import { writersOf } from './writers.js'

export type GenerationEnd = RecordedBy & { readonly how: 'sealed' | 'abandoned' }

/**
 * A generation that ended, with its writers; what was committed is what the version is logged from. It is known also where
 * the seal was given up.
 */
export type EndedGeneration = GenerationEnd & {
  readonly writers: ReadonlyArray<string>
  readonly committed?: DistributedCommitted
}

/** The base of a generation, and who named it first. */
export interface SettledBase extends RecordedBy {
  readonly version: VersionNumber
  readonly writer: string
}

export interface DistributedDraftState {
  /** The generation that is open, or that the next part opens. */
  generation: number
  /** The parts of the open generation, in the order in which they came. */
  parts: Part[]
  /** On which the open generation builds. */
  base: SettledBase | null
  /** How each earlier generation ended, by its number. */
  ended: EndedGeneration[]
}

export const initial = (): DistributedDraftState => ({ generation: 0, parts: [], base: null, ended: [] })

export const evolve = (
  state: DistributedDraftState,
  event: DistributedDraftEvent,
  recorded: RecordedBy,
): DistributedDraftState => {
  switch (event.type) {
    case 'DistributedPartUpserted':
      state.parts.push(partOf(event))
      if (event.base !== undefined) {
        const { by, at } = recorded
        state.base ??= { version: event.base, writer: event.writer, by, at }
      }
      return state
    case 'DistributedCommitted':
      return endGeneration(state, { ...recorded, how: 'sealed', committed: event })
    case 'DistributedAbandoned':
      if (event.sealed !== true) return endGeneration(state, { ...recorded, how: 'abandoned' })
      state.ended = state.ended.map((end, at) =>
        at === event.generation ? { ...end, ...recorded, how: 'abandoned' } : end,
      )
      return state
  }
}

const endGeneration = (state: DistributedDraftState, end: Omit<EndedGeneration, 'writers'>): DistributedDraftState => {
  state.ended.push({ ...end, writers: writersOf(state.parts) })
  state.generation += 1
  state.parts = []
  state.base = null
  return state
}

/** The part that an event tells of. */
export const partOf = ({ writer, part, removed, overwrite }: DistributedPartUpserted): Part => ({
  writer,
  part,
  ...(removed === undefined ? {} : { removed }),
  ...(overwrite === undefined ? {} : { overwrite }),
})

interface Bringing {
  readonly writer: string
  readonly part?: ManifestSummary
  readonly remove?: ReadonlyArray<string>
  readonly overwrite?: boolean
}

/** A commit need not bring a part. */
export const brings = ({ part, remove = [] }: Bringing): boolean => part !== undefined || remove.length > 0

/** The manifest of a part that only removes. */
const NOTHING = summarise([])

/** The part of a command that brings one. */
export const partBrought = ({ writer, part = NOTHING, remove = [], overwrite }: Bringing): Part => ({
  writer,
  part,
  ...(remove.length === 0 ? {} : { removed: remove }),
  ...(overwrite === true ? { overwrite } : {}),
})

/** Whether a writer brought the same again. */
export const isSamePart = (one: ReadonlyState<Part> | undefined, other: Part): boolean =>
  one?.writer === other.writer &&
  one.part.digest === other.part.digest &&
  one.overwrite === other.overwrite &&
  sameJson(one.removed, other.removed)

/** The parts that a commit would merge: those that are there, and the one that it brings. */
export const partsToCommit = (
  command: Bringing,
  { parts }: ReadonlyState<DistributedDraftState>,
): ReadonlyArray<Part> => (brings(command) ? [...parts, partBrought(command)] : parts)
