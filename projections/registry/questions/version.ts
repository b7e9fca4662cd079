/** A version, as it was at the moment of the question: also one that is deleted or unlinked, and a registered one. */

import * as E from 'fp-ts/lib/Either.js'
import type { TakenOver } from '../../../domain/artifact/events.js'
import type { VersionDeleted } from '../../../domain/collections/version-rejections.js'
import type { JsonObject } from '../../../domain/values/json.js'
import type { ManifestSummary } from '../../../domain/values/manifest/manifest.js'
import type { VersionChoice } from '../../../domain/values/names.js'
import { type VersionNumber, versionNumberAt } from '../../../domain/values/names.js'
import { collectionPath, versionPath } from '../../../domain/values/references.js'
import {
  type ArtifactEntry,
  type CollectionEntry,
  draftPath,
  type LinkEntry,
  lifeOf,
  type ModelEntry,
  rowOf,
} from '../state.js'
import {
  actorOf,
  baseOf,
  manifestOf,
  positionOf,
  type Row,
  runOf,
  type SparseFields,
  saidOf,
  tagsOf,
  takenOverOf,
} from '../version-table.js'
import { hasHappened, isThere, momentAt, past, type RegistryAsOf, resolveNumber, valueAt } from './as-of.js'
import type { Ended, Ending, Moment, QueryError } from './errors.js'
import { notFound, read } from './find-by-name.js'
import { missingThen } from './missing-alias.js'

/** One version of an artifact, or a registered one, as it stood at the moment of the answer. */
export interface Version {
  readonly kind: 'artifact' | 'registered'
  /** `entity/project/name:vN` */
  readonly path: string
  readonly collection: string
  readonly version: VersionNumber
  readonly type: string
  readonly aliases: ReadonlyArray<string>
  /** Tags, description and metadata of a registered version are those of its source. */
  readonly tags: ReadonlyArray<string>
  readonly description: string | null
  readonly metadata: JsonObject | null
  readonly manifest: ManifestSummary
  /** When it was logged, or linked, and by whom. */
  readonly created: Moment
  readonly actor: string
  /**
   * The run that logged it first, and every run that logged the same content. Of a distributed version that is the run
   * which committed it; the runs of its parts are in `lineage`.
   */
  readonly run: string | null
  readonly producers: ReadonlyArray<string>
  /** The version from which it was drafted. */
  readonly base: string | null
  /** The version of another artifact as a copy of which it was logged. */
  readonly copiedFrom: string | null
  /** What it took over from there, or from `copiedFrom`, when it was logged. It may have been changed since. */
  readonly takenOver: TakenOver
  readonly distributed: {
    readonly distributedId: string
    readonly generation: number
    /** Who brought parts, in the order in which they came first. */
    readonly writers: ReadonlyArray<string>
  } | null
  /** For a registered version, the version that it links to. */
  readonly source: string | null
  /** The registered versions that link here; for a registered version, all those of its source. */
  readonly links: ReadonlyArray<string>
  /** Of the version itself, or of the source of a registered one. */
  readonly deleted: Ending | null
  readonly unlinked: Ending | null
}

export const aliasesOf = (
  { position }: RegistryAsOf,
  collection: CollectionEntry,
  number: number,
): ReadonlyArray<string> => {
  const aliasesByVersion = collection.aliasesByVersion[number]
  const names =
    aliasesByVersion === undefined
      ? []
      : typeof aliasesByVersion === 'string'
        ? [aliasesByVersion]
        : [...aliasesByVersion].sort()
  return names.filter((name) => resolveNumber(collection, name, position) === number)
}

const linksOf = (registryAsOf: RegistryAsOf, row: Row): ReadonlyArray<string> =>
  (registryAsOf.registry.links.get(row) ?? []).flatMap(({ model, number }) => {
    const link = model.versions[number]
    return link !== undefined &&
      hasHappened(registryAsOf, link.position) &&
      !hasHappened(registryAsOf, model.ended.get(number))
      ? [`${model.path}:v${number}`]
      : []
  })

const endOf = (registryAsOf: RegistryAsOf, { ended }: CollectionEntry, number: number): Moment | null => {
  const end = ended.get(number)
  return end !== undefined && hasHappened(registryAsOf, end) ? momentAt(registryAsOf, end) : null
}

/** Of a version that is known by its row, as its tags. */
export const descriptionAndMetadataAt = (registryAsOf: RegistryAsOf, row: Row) => {
  const { versions } = registryAsOf.registry
  const { described } = versions.sparseFields.get(row) ?? {}
  return (described && valueAt(registryAsOf, described)) ?? saidOf(versions, row)
}

export const tagsAt = (registryAsOf: RegistryAsOf, row: Row): ReadonlyArray<string> => {
  const { versions } = registryAsOf.registry
  const { tagged } = versions.sparseFields.get(row) ?? {}
  return (tagged && valueAt(registryAsOf, tagged)) ?? tagsOf(versions, row)
}

/** All parts of a version came before it. */
const writersOf = (
  { registry }: RegistryAsOf,
  { ref }: ArtifactEntry,
  { distributedId, generation }: NonNullable<SparseFields['distributed']>,
): ReadonlyArray<string> => {
  const parts = registry.drafts.get(draftPath(ref, distributedId))?.generations[generation]?.parts ?? []
  return [...new Set(parts.map(({ writer }) => writer))]
}

const artifactVersion = (registryAsOf: RegistryAsOf, artifact: ArtifactEntry, number: number, row: Row): Version => {
  const { versions } = registryAsOf.registry
  const { relogged = [], distributed, copiedFrom = null } = versions.sparseFields.get(row) ?? {}
  const [run, base] = [runOf(versions, row), baseOf(versions, row)]
  const again = relogged.filter(({ position }) => hasHappened(registryAsOf, position))
  const producers = [run, ...again.map(({ run }) => run)].flatMap((producer) => producer ?? [])
  return {
    kind: 'artifact',
    path: `${artifact.path}:v${number}`,
    collection: artifact.path,
    version: versionNumberAt(number),
    type: lifeOf(artifact, number).type,
    aliases: aliasesOf(registryAsOf, artifact, number),
    tags: tagsAt(registryAsOf, row),
    ...descriptionAndMetadataAt(registryAsOf, row),
    manifest: manifestOf(versions, row),
    created: momentAt(registryAsOf, positionOf(versions, row)),
    actor: actorOf(versions, row),
    run,
    producers: [...new Set(producers)],
    base: base === null ? null : `${artifact.path}:v${base}`,
    copiedFrom,
    takenOver: takenOverOf(versions, row),
    distributed:
      distributed === undefined ? null : { ...distributed, writers: writersOf(registryAsOf, artifact, distributed) },
    source: null,
    links: linksOf(registryAsOf, row),
    deleted: endOf(registryAsOf, artifact, number),
    unlinked: null,
  }
}

const registeredVersion = (registryAsOf: RegistryAsOf, model: ModelEntry, link: LinkEntry): Version => {
  const artifact = registryAsOf.registry.collections.get(collectionPath(link.source.artifact))
  const row = rowOf(artifact, link.source.version)
  const source =
    artifact?.kind === 'artifact' && row !== undefined
      ? artifactVersion(registryAsOf, artifact, link.source.version, row)
      : undefined
  return {
    kind: 'registered',
    path: `${model.path}:v${link.number}`,
    collection: model.path,
    version: versionNumberAt(link.number),
    type: lifeOf(model, link.number).type,
    aliases: aliasesOf(registryAsOf, model, link.number),
    tags: source?.tags ?? [],
    description: source?.description ?? null,
    metadata: source?.metadata ?? null,
    manifest: link.manifest,
    created: momentAt(registryAsOf, link.position),
    actor: link.actor,
    run: source?.run ?? null,
    producers: source?.producers ?? [],
    base: source?.base ?? null,
    copiedFrom: source?.copiedFrom ?? null,
    takenOver: source?.takenOver ?? [],
    distributed: source?.distributed ?? null,
    source: versionPath(link.source.artifact, link.source.version),
    links: source?.links ?? [],
    deleted: source?.deleted ?? null,
    unlinked: endOf(registryAsOf, model, link.number),
  }
}

const versionOf = (registryAsOf: RegistryAsOf, collection: CollectionEntry, number: number): Version | undefined => {
  if (collection.kind === 'artifact') {
    const row = collection.versions[number]
    return row !== undefined && hasHappened(registryAsOf, positionOf(registryAsOf.registry.versions, row))
      ? artifactVersion(registryAsOf, collection, number, row)
      : undefined
  }
  const link = collection.versions[number]
  return link !== undefined && hasHappened(registryAsOf, link.position)
    ? registeredVersion(registryAsOf, collection, link)
    : undefined
}

const choose = (
  registryAsOf: RegistryAsOf,
  collection: CollectionEntry,
  choice: VersionChoice,
): E.Either<QueryError, Version> => {
  const number = resolveNumber(collection, choice, registryAsOf.position)
  const version = number === undefined ? undefined : versionOf(registryAsOf, collection, number)
  const newest = valueAt(registryAsOf, collection.newest) ?? null
  if (version === undefined && !isThere(registryAsOf, collection))
    return notFound(
      registryAsOf,
      collection.kind === 'artifact' ? 'artifact' : 'registered model',
      collection.path,
      collection,
    )
  return version === undefined
    ? E.left({
        _tag: 'version-not-found',
        collection: collection.ref,
        version: choice,
        newest: newest === null ? null : versionNumberAt(newest),
        exists: true,
        ...(typeof choice === 'string' ? { missingAlias: missingThen(registryAsOf, collection, choice) } : {}),
        ...past(registryAsOf),
      })
    : E.right(version)
}

/** A version by alias or number, also a deleted or unlinked one, which is marked. */
export const describe = (registryAsOf: RegistryAsOf, name: string): E.Either<QueryError, Version> => {
  const found = read(registryAsOf, name)
  return E.isLeft(found) ? found : choose(registryAsOf, found.right[0], found.right[1])
}

/** A version by alias or number, that is there; a deleted or unlinked one is an error that says so. */
export const resolve = (registryAsOf: RegistryAsOf, name: string): E.Either<QueryError, Version> => {
  const found = read(registryAsOf, name)
  if (E.isLeft(found)) return found
  const [entry, choice] = found.right
  const chosen = choose(registryAsOf, entry, choice)
  if (E.isLeft(chosen)) return chosen
  const { version, deleted, unlinked } = chosen.right
  if (unlinked !== null && lifeOf(entry, version).deleted === unlinked.position)
    return E.left({ _tag: 'version-deleted', collection: entry.ref, version, deleted: endedAt(unlinked) })
  if (unlinked !== null)
    return E.left({ _tag: 'link-removed', collection: entry.ref, version, unlinked: endedAt(unlinked) })
  if (deleted === null) return chosen
  return E.left({ _tag: 'version-deleted', ...sourceOf(entry, version), deleted: endedAt(deleted) })
}

const endedAt = ({ time, position }: Moment): Ended => ({ at: time, position })

/** The version of an artifact that is meant, and through which link. */
const sourceOf = (entry: CollectionEntry, version: VersionNumber): Omit<VersionDeleted, '_tag' | 'deleted'> => {
  const link = entry.kind === 'model' ? entry.versions[version] : undefined
  return entry.kind === 'artifact' || link === undefined
    ? { collection: entry.ref, version }
    : {
        collection: link.source.artifact,
        version: versionNumberAt(link.source.version),
        link: { model: entry.ref, version },
      }
}

/** A version that is known to be there. */
export const knownVersion = (registryAsOf: RegistryAsOf, collection: CollectionEntry, number: number): Version => {
  const version = versionOf(registryAsOf, collection, number)
  if (version === undefined) throw new RangeError(`no version ${number} of ${collection.path}`)
  return version
}
