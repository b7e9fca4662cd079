/** An artifact as a whole; and what it shares with a registered model: how many versions there are, and the aliases. */
import * as E from 'fp-ts/lib/Either.js'
import { parseArtifact } from '../../../domain/values/name-paths.js'
import { collectionPath } from '../../../domain/values/references.js'
import { countUpTo } from '../../storage/timeline.js'
import type { ArtifactEntry, CollectionEntry } from '../state.js'
import { hasHappened, lifeAt, momentAt, type RegistryAsOf, valueAt } from './as-of.js'
import type { Ending, Moment, NameError } from './errors.js'
import { existing, notFound } from './find-by-name.js'

export interface Artifact {
  readonly kind: 'artifact'
  readonly path: string
  readonly type: string
  readonly description: string | null
  /** Of the artifact as a whole; each of its versions has tags of its own. */
  readonly tags: ReadonlyArray<string>
  readonly created: Moment
  readonly actor: string
  /** Versions that are not deleted; of a registered model links that are not taken away, and whose source is not deleted. */
  readonly versionCount: number
  /** The number of the newest of them. */
  readonly newest: number | null
  readonly aliases: Readonly<Record<string, number>>
  /** Since when it is archived; `null` where it is not. */
  readonly archived: Ending | null
  /** Since when it is deleted; `null` where it is not. What is logged or linked to the name later begins anew. */
  readonly deleted: Ending | null
}

export const artifactNamed = (registryAsOf: RegistryAsOf, name: string): E.Either<NameError, Artifact> => {
  const parsed = parseArtifact(name, registryAsOf.defaults)
  if (E.isLeft(parsed)) return E.left({ _tag: 'invalid-input', problems: parsed.left })
  const entry = existing(registryAsOf, collectionPath(parsed.right))
  return entry?.kind === 'artifact'
    ? E.right(artifactOf(registryAsOf, entry))
    : notFound(registryAsOf, 'artifact', collectionPath(parsed.right))
}

/** Of an entry that is known to be there. */
export const artifactOf = (registryAsOf: RegistryAsOf, entry: ArtifactEntry): Artifact => ({
  kind: 'artifact',
  path: entry.path,
  ...lifeThen(registryAsOf, entry),
  description: valueAt(registryAsOf, entry.description) ?? null,
  tags: valueAt(registryAsOf, entry.tags) ?? [],
  versionCount: liveCount(registryAsOf, entry),
  newest: valueAt(registryAsOf, entry.newest) ?? null,
  aliases: aliasTable(registryAsOf, entry),
  archived: archivedAt(registryAsOf, entry),
})

/** What its life of then is told of. */
export const lifeThen = (
  registryAsOf: RegistryAsOf,
  entry: CollectionEntry,
): Pick<Artifact, 'type' | 'created' | 'actor' | 'deleted'> => {
  const { type, created, actor, deleted } = lifeAt(registryAsOf, entry)
  return {
    type,
    created: momentAt(registryAsOf, created),
    actor,
    deleted: deleted !== undefined && hasHappened(registryAsOf, deleted) ? momentAt(registryAsOf, deleted) : null,
  }
}

/** Since when it is archived, as of a moment. */
export const archivedAt = (registryAsOf: RegistryAsOf, { archived }: CollectionEntry): Moment | null => {
  const since = valueAt(registryAsOf, archived) ?? null
  return since === null ? null : momentAt(registryAsOf, since)
}

export const isArchived = (registryAsOf: RegistryAsOf, { archived }: CollectionEntry): boolean =>
  (valueAt(registryAsOf, archived) ?? null) !== null

export const liveCount = ({ position }: RegistryAsOf, { addedAt, endedAt }: CollectionEntry): number =>
  countUpTo(addedAt, position) - countUpTo(endedAt, position)

export const aliasTable = (registryAsOf: RegistryAsOf, entry: CollectionEntry): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...entry.aliases].flatMap(([alias, holders]) => {
      const holder = valueAt(registryAsOf, holders)
      return typeof holder === 'number' ? [[alias, holder] as const] : []
    }),
  )
