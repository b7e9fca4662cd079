/** The few ways in which the state of the registry changes. */
import { collectionPath } from '../../domain/values/references.js'
import { addPosition } from '../storage/position-list.js'
import { latest, setFrom, timeline } from '../storage/timeline.js'
import { addLife, lifeFrom } from './places.js'
import {
  type AliasEntry,
  type ArtifactEntry,
  type Collection,
  type CollectionEntry,
  type LinkEntry,
  lastLife,
  type ModelEntry,
  type Registry,
  rowOf,
} from './state.js'

/** A version comes. */
export const addVersionTo = <Version>(
  collection: Collection<Version>,
  number: number,
  position: number,
  version: Version,
): void => {
  const { versions, addedAt, newest, liveNumbers } = collection
  versions[number] = version
  addedAt.push(position)
  addPosition(lastLife(collection).kin.addedAt, position)
  liveNumbers.push(number)
  setFrom(newest, position, number)
}

/** A version of an artifact is deleted, and its links are gone with it. */
export const deleteVersion = (registry: Registry, artifact: ArtifactEntry, number: number, position: number): void => {
  const row = artifact.versions[number]
  if (row === undefined || artifact.ended.has(number)) return
  artifact.ended.set(number, position)
  noteGone(artifact, position, (version) => artifact.ended.has(version))
  for (const { model, number: link } of registry.links.get(row) ?? [])
    if (!model.ended.has(link)) noteGone(model, position, isGoneLink(registry, model))
}

export const linkVersion = (registry: Registry, model: ModelEntry, link: LinkEntry): void => {
  addVersionTo(model, link.number, link.position, link)
  noteLink(registry, model, link)
  if (endOfSource(registry, link) !== undefined) noteGone(model, link.position, isGoneLink(registry, model))
}

export const unlinkVersion = (registry: Registry, model: ModelEntry, number: number, position: number): void => {
  const link = model.versions[number]
  if (link === undefined || model.ended.has(number)) return
  model.ended.set(number, position)
  if (endOfSource(registry, link) === undefined) noteGone(model, position, isGoneLink(registry, model))
}

/** Another life begins, of whatever type; its numbers go on. */
export const beginLife = (
  registry: Registry,
  collection: CollectionEntry,
  { artifactType, description }: { readonly artifactType: string; readonly description?: string },
  { position, actor }: { readonly position: number; readonly actor: string },
): void => {
  if (lastLife(collection).deleted === undefined) return
  const first = collection.versions.length
  addLife(collection, lifeFrom(registry, collection.ref, artifactType, { position, actor, first }))
  if (description !== undefined) setFrom(collection.description, position, description)
}

/** A life ends: what is there is gone, and nothing that is said of it is left for the next. */
export const endLife = (registry: Registry, collection: CollectionEntry, position: number): void => {
  const life = lastLife(collection)
  if (life.deleted !== undefined) return
  // The oldest first: so the newest is the newest until it is gone. What is gone already stays as it is.
  for (const number of collection.versions.keys())
    if (collection.kind === 'artifact') deleteVersion(registry, collection, number, position)
    else unlinkVersion(registry, collection, number, position)
  for (const alias of collection.aliases.values()) if ((latest(alias) ?? null) !== null) setFrom(alias, position, null)
  if ((latest(collection.tags) ?? []).length > 0) setFrom(collection.tags, position, [])
  const said = collection.kind === 'model' ? [collection.description, collection.metadata] : [collection.description]
  for (const words of said) if ((latest<unknown>(words) ?? null) !== null) setFrom<unknown>(words, position, null)
  if ((latest(collection.archived) ?? null) !== null) setFrom(collection.archived, position, null)
  life.deleted = position
  addPosition(life.kin.deletedAt, position)
}

/** Since when the source of a link is deleted. */
export const endOfSource = ({ collections }: Registry, { source }: LinkEntry): number | undefined =>
  collections.get(collectionPath(source.artifact))?.ended.get(source.version)

const isGoneLink =
  (registry: Registry, { versions, ended }: ModelEntry) =>
  (number: number): boolean => {
    const link = versions[number]
    return ended.has(number) || (link !== undefined && endOfSource(registry, link) !== undefined)
  }

/**
 * A version is deleted, or a link taken away, or without a source. Each number is taken from `liveNumbers` once, however
 * many go in whatever order.
 */
const noteGone = (collection: Collection<unknown>, position: number, isGone: (number: number) => boolean): void => {
  const { endedAt, newest, liveNumbers } = collection
  endedAt.push(position)
  addPosition(lastLife(collection).kin.endedAt, position)
  for (let last = liveNumbers.at(-1); last !== undefined && isGone(last); last = liveNumbers.at(-1)) liveNumbers.pop()
  const left = liveNumbers.at(-1) ?? null
  if (left !== latest(newest)) setFrom(newest, position, left)
}

export const setAlias = (
  { aliases, aliasesByVersion }: Collection<unknown>,
  name: string,
  position: number,
  holder: number | null,
): void => {
  const known = aliases.get(name)
  const alias: AliasEntry = known ?? { name, ...timeline() }
  if (known === undefined) aliases.set(name, alias)
  setFrom(alias, position, holder)
  if (holder !== null) noteAlias(aliasesByVersion, holder, alias.name)
}

export const noteAlias = (
  aliasesByVersion: Collection<unknown>['aliasesByVersion'],
  number: number,
  alias: string,
): void => {
  const before = aliasesByVersion[number]
  if (before === undefined) aliasesByVersion[number] = alias
  else if (typeof before !== 'string') before.add(alias)
  else if (before !== alias) aliasesByVersion[number] = new Set([before, alias])
}

/** From a position on it is archived, or no more. */
export const setArchived = (collection: CollectionEntry, position: number, isArchived: boolean): void => {
  setFrom(collection.archived, position, isArchived ? position : null)
  if (isArchived) lastLife(collection).kin.everArchived.add(collection)
}

/** Of an artifact or a registered model as a whole. */
export const setTags = (
  registry: Registry,
  collection: CollectionEntry,
  position: number,
  tags: ReadonlyArray<string>,
): void => {
  setFrom(collection.tags, position, tags)
  noteTags(registry, collection, tags)
}

export const noteTags = ({ byTag }: Registry, collection: CollectionEntry, tags: ReadonlyArray<string>): void => {
  for (const tag of tags) {
    const known = byTag.get(tag)
    if (known === undefined) byTag.set(tag, new Set([collection]))
    else known.add(collection)
  }
}

/** Tells the source of a link that it is linked. */
export const noteLink = ({ collections, links }: Registry, model: ModelEntry, link: LinkEntry): void => {
  const source = rowOf(collections.get(collectionPath(link.source.artifact)), link.source.version)
  if (source === undefined) return
  const known = links.get(source)
  if (known === undefined) links.set(source, [{ model, number: link.number }])
  else known.push({ model, number: link.number })
}
