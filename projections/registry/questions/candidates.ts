/**
 * The versions among which a search looks, in an order, from a place on: none is touched that comes before the place or
 * after the last that is asked for, and how many there are in all is worked out from the timelines of their collections.
 */
import { ORIGIN } from '../../../domain/ports/event-store.js'
import { collectionPath } from '../../../domain/values/references.js'
import type { Onwards } from '../../paging/page.js'
import { merged } from '../../storage/merge.js'
import { countUpTo } from '../../storage/timeline.js'
import { type CollectionEntry, type Registry, rowOf } from '../state.js'
import { positionOf, type Row } from '../version-table.js'
import type { RegistryAsOf } from './as-of.js'
import { compareTexts } from './conditions.js'

/** A version that may be meant; it is made whole when it is in the answer. */
export interface Candidate {
  readonly collection: CollectionEntry
  readonly number: number
  readonly position: number
  /** Of the version itself, or of the source of a registered one. */
  readonly row: Row | undefined
}

/** Which versions of each collection: all, or one by its number; deleted and unlinked ones too, or not. */
export interface Chosen {
  readonly collections: ReadonlyArray<CollectionEntry>
  readonly numberIn?: (collection: CollectionEntry) => number | undefined
  readonly withDeleted: boolean
}

/** As they were created. The place of one is its position. */
export const byCreation =
  (registryAsOf: RegistryAsOf, chosen: Chosen, sign: 1 | -1): Onwards<Candidate> =>
  ([behind] = []) => {
    const after = sign === 1 ? (behind ?? ORIGIN - 1) : ORIGIN - 1
    const upTo = sign === 1 ? registryAsOf.position : Math.min(registryAsOf.position, (behind ?? Infinity) - 1)
    const lists = chosen.collections.map((collection) =>
      candidatesIn(registryAsOf, chosen, collection, after, upTo, sign),
    )
    return placed(merged(lists, (one, other) => sign * (one.position - other.position) < 0))
  }

function* placed(candidates: Iterable<Candidate>): Generator<readonly [ReadonlyArray<number>, Candidate]> {
  for (const candidate of candidates) yield [[candidate.position], candidate]
}

/** By the path of their collection, and then as they were created. The place of one is that of its collection, and its position. */
export const byName = (registryAsOf: RegistryAsOf, chosen: Chosen, sign: 1 | -1): Onwards<Candidate> =>
  function* ([first = 0, behind] = []) {
    const sorted = chosen.collections.toSorted((one, other) => sign * compareTexts(one.path, other.path))
    for (let at = first; at < sorted.length; at++) {
      const start = at === first && behind !== undefined ? behind : undefined
      const after = sign === 1 ? (start ?? ORIGIN - 1) : ORIGIN - 1
      const upTo = sign === 1 ? registryAsOf.position : Math.min(registryAsOf.position, (start ?? Infinity) - 1)
      const collection = sorted[at]
      if (collection === undefined) return
      for (const candidate of candidatesIn(registryAsOf, chosen, collection, after, upTo, sign))
        yield [[at, candidate.position], candidate]
    }
  }

/** How many there are at the moment that is asked of. */
export const countOf = ({ position }: RegistryAsOf, { collections, withDeleted }: Chosen): number => {
  let count = 0
  for (const collection of collections) {
    count += countUpTo(collection.addedAt, position)
    if (!withDeleted) count -= countUpTo(collection.endedAt, position)
  }
  return count
}

/** All of them, collection by collection; `undefined` for each collection itself, so that also those without any are looked at. */
export function* candidatesOf(registryAsOf: RegistryAsOf, chosen: Chosen): Generator<Candidate | undefined> {
  for (const collection of chosen.collections) {
    yield undefined
    yield* candidatesIn(registryAsOf, chosen, collection, ORIGIN - 1, registryAsOf.position, 1)
  }
}

/** Those of a collection that came after one position and up to another. */
function* candidatesIn(
  { registry, position }: RegistryAsOf,
  { numberIn, withDeleted }: Chosen,
  collection: CollectionEntry,
  after: number,
  upTo: number,
  sign: 1 | -1,
): Generator<Candidate> {
  const { addedAt, versions } = collection
  const only = numberIn?.(collection)
  if (numberIn !== undefined && only === undefined) return
  // A version whose event is of a type from the future has a number, and nothing else.
  const numbers = only !== undefined ? [only] : versions.length === addedAt.length ? undefined : [...versions.keys()]
  const [low, high] =
    numbers === undefined ? [countUpTo(addedAt, after), countUpTo(addedAt, upTo)] : [0, numbers.length]
  for (let step = 0; step < high - low; step++) {
    const index = sign === 1 ? low + step : high - 1 - step
    const candidate = candidateAt(registry, collection, numbers === undefined ? index : (numbers[index] ?? index))
    if (candidate === undefined || candidate.position <= after || candidate.position > upTo) continue
    if (withDeleted || !isGone(registry, candidate, position)) yield candidate
  }
}

const candidateAt = (registry: Registry, collection: CollectionEntry, number: number): Candidate | undefined => {
  if (collection.kind === 'artifact') {
    const row = collection.versions[number]
    return row === undefined ? undefined : { collection, number, position: positionOf(registry.versions, row), row }
  }
  const link = collection.versions[number]
  if (link === undefined) return undefined
  const { artifact, version } = link.source
  const row = rowOf(registry.collections.get(collectionPath(artifact)), version)
  return { collection, number, position: link.position, row }
}

/** Deleted or unlinked, or with a source that is deleted. */
const isGone = (
  { artifacts, versions: { columns } }: Registry,
  { collection, number, row }: Candidate,
  position: number,
): boolean => {
  const hasEnded = ({ ended }: CollectionEntry, version: number): boolean =>
    (ended.get(version) ?? Infinity) <= position
  if (hasEnded(collection, number)) return true
  if (collection.kind === 'artifact' || row === undefined) return false
  const source = artifacts[columns.artifact[row] ?? -1]
  return source !== undefined && hasEnded(source, columns.number[row] ?? -1)
}
