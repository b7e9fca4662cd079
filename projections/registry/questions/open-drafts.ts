/** Distributed drafts that are open, or sealed and without their version. */
import { collectionPath, versionPath } from '../../../domain/values/references.js'
import type { DraftEntry, Registry, UnfinishedDraft } from '../state.js'
import { hasHappened, momentAt, type RegistryAsOf } from './as-of.js'
import type { Moment } from './errors.js'

export interface OpenDraft {
  readonly artifact: string
  readonly distributedId: string
  readonly generation: number
  readonly opened: Moment
  readonly writers: ReadonlyArray<string>
  readonly parts: number
  /** The version on which it builds, `entity/project/name:vN`; none unless a part named one. */
  readonly base: string | null
}

/** Distributed drafts that take parts, the oldest first. */
export const openDrafts = (registryAsOf: RegistryAsOf): ReadonlyArray<OpenDraft> =>
  [...registryAsOf.registry.drafts.values()]
    .flatMap((draft) => draftsOf(registryAsOf, draft))
    .sort((one, other) => one.opened.position - other.opened.position)

const draftsOf = (
  registryAsOf: RegistryAsOf,
  { artifact, distributedId, generations }: DraftEntry,
): ReadonlyArray<OpenDraft> =>
  generations.flatMap(({ opened, parts, ended }, generation) => {
    if (!hasHappened(registryAsOf, opened) || hasHappened(registryAsOf, ended?.position)) return []
    const known = parts.filter((part) => hasHappened(registryAsOf, part.position))
    const writers = [...new Set(known.map(({ writer }) => writer))]
    const name = collectionPath(artifact)
    const base = known.find((part) => part.base !== undefined)?.base
    return [
      {
        artifact: name,
        distributedId,
        generation,
        opened: momentAt(registryAsOf, opened),
        writers,
        parts: known.length,
        base: base === undefined ? null : versionPath(artifact, base),
      },
    ]
  })

/** Drafts that were sealed and whose version is not logged yet. */
export const unfinishedDrafts = (registry: Registry): ReadonlyArray<UnfinishedDraft> => [
  ...registry.unfinished.values(),
]
