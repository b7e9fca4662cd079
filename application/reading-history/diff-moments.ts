/** What is different between two moments. A few events between them say what to look at; of many, everything is looked at. */
import { decodeShape } from '../../domain/events/event-shapes.js'
import { numbersOf } from '../../domain/events/stored-events.js'
import { type EventReader, toPosition } from '../../domain/ports/event-store.js'
import { type AuditIndex, rowsUpTo } from '../../projections/audit/audit-index.js'
import {
  diffMomentsInSteps,
  type MomentsDiff,
  type Touched,
} from '../../projections/registry/questions/diff-moments.js'
import type { Steps } from '../../projections/registry/questions/in-steps.js'
import type { CollectionEntry, DraftEntry, Registry, RunEntry } from '../../projections/registry/state.js'

export interface DiffMomentsPorts {
  readonly store: EventReader
  readonly registry: Registry
  readonly index: AuditIndex
}

/** An event that is read takes as long as it takes to look at what this many left. */
const COST_OF_READING = 50

/** The difference between two positions, in whichever order they are given, to be worked out in steps. Rejects with an `EventStoreError`. */
export const readDiffMoments = async (
  { store, registry, index }: DiffMomentsPorts,
  one: number,
  other: number,
): Promise<Steps<MomentsDiff>> => {
  const [from, to] = [Math.min(one, other), Math.max(one, other)]
  const events = rowsUpTo(index, to) - rowsUpTo(index, from)
  const isCheaper = events * COST_OF_READING < index.count
  return diffMomentsInSteps(registry, from, to, isCheaper ? await touchedBetween(store, registry, from, to) : undefined)
}

/** What the events behind one position, up to another, are about, in the order in which it came. */
export const touchedBetween = async (
  store: EventReader,
  registry: Registry,
  from: number,
  to: number,
): Promise<Touched> => {
  const collections = new Map<CollectionEntry, Set<number>>()
  const [runs, drafts] = [new Set<RunEntry>(), new Set<DraftEntry>()]
  pages: for await (const page of store.readAll(toPosition(from))) {
    for (const stored of page) {
      if (stored.position > to) break pages
      const entry = registry.byStream.get(stored.stream)
      if (entry === undefined) continue
      if (entry.kind === 'run') runs.add(entry)
      else if (entry.kind === 'draft') drafts.add(entry)
      else {
        const numbers = collections.get(entry) ?? new Set()
        collections.set(entry, numbers)
        const event = decodeShape(stored)
        if (typeof event === 'string') continue
        for (const number of numbersOf(event)) numbers.add(number)
        if (event.type === 'ArtifactDeleted' || event.type === 'RegisteredModelDeleted')
          for (const number of endedAt(entry, stored.position)) numbers.add(number)
      }
    }
  }
  return {
    collections: [...collections]
      .sort(([one], [other]) => one.created - other.created)
      .map(([entry, numbers]) => [entry, [...numbers].sort((one, other) => one - other)]),
    runs: [...runs].sort((one, other) => one.started - other.started),
    drafts: [...drafts].sort((one, other) => begunAt(one) - begunAt(other)),
  }
}

/** What a life of a name held when it was deleted as a whole. */
const endedAt = ({ ended }: CollectionEntry, position: number): ReadonlyArray<number> =>
  [...ended].flatMap(([number, end]) => (end === position ? [number] : []))

const begunAt = ({ generations }: DraftEntry): number =>
  generations.find((generation) => generation !== undefined)?.opened ?? Infinity
