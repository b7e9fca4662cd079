/** Artifacts and registered models, in the order in which they came: by place, type, tag and words; or grouped by tag. */
import * as E from 'fp-ts/lib/Either.js'
import { ArtifactProject, RegistryProject } from '../../../domain/values/references.js'
import type { BadCursor } from '../../paging/cursor.js'
import type { Page } from '../../paging/page.js'
import { timeOf } from '../../storage/position-times.js'
import type { ArtifactEntry, CollectionEntry, ModelEntry } from '../state.js'
import { type Artifact, aliasTable, artifactOf, isArchived } from './artifact.js'
import { isThere, lifeAt, type RegistryAsOf, valueAt } from './as-of.js'
import { listedByTag, type TagGroup } from './by-tag.js'
import { memberAt } from './conditions.js'
import type { NameError } from './errors.js'
import { type List, type Listed, listed } from './in-order.js'
import { looked, type Steps, sortedFrom } from './in-steps.js'
import { candidatesWithin, isWithin, type Place, placeOf } from './place.js'
import { modelOf, type RegisteredModel } from './registered-model.js'
import { conditionsIn, oneValue, type ValuesOf, valueOrNone, type Where } from './where.js'
import { textsWithAliases, wordsIn } from './words.js'

interface CollectionList extends List {
  /** Of this entity. */
  readonly entity?: string
  /** Of this artifact type. */
  readonly type?: string
  /** That carries this tag itself; those of its versions do not matter. */
  readonly tag?: string
  /** Words that are all found in its path, its tags, its aliases or its description. */
  readonly text?: string
  /** Conditions as one text: `tag = vision and (description contains pictures or missing alias)`. */
  readonly where?: string
  /** Archived ones too. */
  readonly withArchived?: boolean
  /** Deleted ones too. */
  readonly withDeleted?: boolean
}

export interface ArtifactList extends CollectionList {
  /** In this project: `[entity/]project`. */
  readonly project?: string
}

export interface ModelList extends CollectionList {
  /** In this registry: `[entity/]registry`. */
  readonly registry?: string
}

type Answer<A> = Steps<E.Either<NameError | BadCursor, Page<A>>>

export function* listArtifacts(registryAsOf: RegistryAsOf, list: ArtifactList): Answer<Artifact> {
  const asked = yield* artifactsAsked(registryAsOf, list)
  return E.isLeft(asked) ? asked : yield* listed(registryAsOf, asked.right.list, asked.right.what)
}

export function* listRegisteredModels(registryAsOf: RegistryAsOf, list: ModelList): Answer<RegisteredModel> {
  const asked = yield* modelsAsked(registryAsOf, list)
  return E.isLeft(asked) ? asked : yield* listed(registryAsOf, asked.right.list, asked.right.what)
}

/** The same as groups. */
export function* listArtifactsByTag(registryAsOf: RegistryAsOf, list: ArtifactList): Answer<TagGroup<Artifact>> {
  const asked = yield* artifactsAsked(registryAsOf, list)
  return E.isLeft(asked) ? asked : yield* listedByTag(registryAsOf, asked.right.list, asked.right.what)
}

export function* listRegisteredModelsByTag(
  registryAsOf: RegistryAsOf,
  list: ModelList,
): Answer<TagGroup<RegisteredModel>> {
  const asked = yield* modelsAsked(registryAsOf, list)
  return E.isLeft(asked) ? asked : yield* listedByTag(registryAsOf, asked.right.list, asked.right.what)
}

interface Asked<Entry extends CollectionEntry, A> {
  readonly list: List
  readonly what: Listed<CollectionEntry, Entry, A>
}

function* artifactsAsked(
  registryAsOf: RegistryAsOf,
  list: ArtifactList,
): Steps<E.Either<NameError, Asked<ArtifactEntry, Artifact>>> {
  const place = placeOf(registryAsOf, ArtifactProject, list)
  if (E.isLeft(place)) return place
  const where = conditionsIn(list.where, ARTIFACT_FIELDS)
  if (E.isLeft(where)) return where
  const { artifacts } = registryAsOf.registry
  const isMeant = meant(list, place.right, isArtifact, where.right)
  const of = { what: 'artifacts', answer: artifactOf, isMeant }
  return E.right(yield* asked(registryAsOf, list, place.right, artifacts, of))
}

function* modelsAsked(
  registryAsOf: RegistryAsOf,
  { registry: project, ...list }: ModelList,
): Steps<E.Either<NameError, Asked<ModelEntry, RegisteredModel>>> {
  const place = placeOf(registryAsOf, RegistryProject, { ...list, project })
  if (E.isLeft(place)) return place
  const where = conditionsIn(list.where, MODEL_FIELDS)
  if (E.isLeft(where)) return where
  const { models } = registryAsOf.registry
  const isMeant = meant(list, place.right, isModel, where.right)
  const of = { what: 'registered models', answer: modelOf, isMeant }
  return E.right(yield* asked(registryAsOf, list, place.right, models, of))
}

const isArtifact = (entry: CollectionEntry): entry is ArtifactEntry => entry.kind === 'artifact'
const isModel = (entry: CollectionEntry): entry is ModelEntry => entry.kind === 'model'

function* asked<Entry extends CollectionEntry, A>(
  { registry }: RegistryAsOf,
  list: CollectionList,
  place: Place,
  everything: ReadonlyArray<CollectionEntry>,
  of: Pick<Listed<CollectionEntry, Entry, A>, 'what' | 'answer' | 'isMeant'>,
): Steps<Asked<Entry, A>> {
  const { type, name, tag } = list
  const positionOf = ({ created }: CollectionEntry): number => created
  const from =
    tag === undefined
      ? candidatesWithin(registry, { place, type, name }, [everything])
      : [yield* inOrderOfCreation([...(registry.byTag.get(tag) ?? [])])]
  return { list: { ...list, ...place }, what: { ...of, from, positionOf, nameOf: ({ path }) => path } }
}

function* inOrderOfCreation(entries: ReadonlyArray<CollectionEntry>): Steps<ReadonlyArray<CollectionEntry>> {
  const sorted: CollectionEntry[] = []
  const inOrder = yield* sortedFrom(entries, (one, other) => one.created - other.created, 0)
  yield* looked(inOrder, (entry) => sorted.push(entry))
  return sorted
}

/** Which are meant as of a moment. */
const meant =
  <Entry extends CollectionEntry>(
    { type, tag, text, withArchived = false, withDeleted = false }: CollectionList,
    place: Place,
    isOfKind: (entry: CollectionEntry) => entry is Entry,
    where: Where<FieldName> | undefined,
  ) =>
  (then: RegistryAsOf) => {
    const hasWords = text === undefined ? undefined : wordsIn(text)
    return (entry: CollectionEntry): entry is Entry =>
      isOfKind(entry) &&
      isWithin(entry, { place, type }) &&
      (type === undefined || lifeAt(then, entry).type === type) &&
      (withDeleted || isThere(then, entry)) &&
      (withArchived || !isArchived(then, entry)) &&
      (tag === undefined || valueAt(then, entry.tags)?.includes(tag) === true) &&
      (hasWords?.(textsWithAliases(then, entry)) ?? true) &&
      (where?.(valuesOf(then, entry)) ?? true)
  }

const ARTIFACT_FIELDS = {
  name: 'plain',
  type: 'plain',
  tag: 'plain',
  alias: 'plain',
  description: 'plain',
  actor: 'plain',
  created: 'time',
} as const
const MODEL_FIELDS = { ...ARTIFACT_FIELDS, metadata: 'keyed' } as const
type FieldName = keyof typeof MODEL_FIELDS

const valuesOf =
  (then: RegistryAsOf, entry: CollectionEntry): ValuesOf<FieldName> =>
  ({ name, key }) => {
    switch (name) {
      case 'name':
        return [entry.path]
      case 'type':
        return [lifeAt(then, entry).type]
      case 'tag':
        return valueAt(then, entry.tags) ?? []
      case 'alias':
        return Object.keys(aliasTable(then, entry))
      case 'description':
        return valueOrNone(valueAt(then, entry.description))
      case 'actor':
        return [lifeAt(then, entry).actor]
      case 'created':
        return valueOrNone(timeOf(then.positionTimes, lifeAt(then, entry).created))
      case 'metadata': {
        const metadata = entry.kind === 'model' ? valueAt(then, entry.metadata) : undefined
        return oneValue(memberAt(metadata ?? undefined, key))
      }
    }
  }
