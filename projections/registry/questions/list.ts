/** What there is, in the order in which it came: artifacts, registered models, runs, and the versions of a collection. */
import * as E from 'fp-ts/lib/Either.js'
import { parseEither } from '../../../domain/values/name-paths.js'
import { ArtifactProject, collectionPath, RegistryProject } from '../../../domain/values/references.js'
import type { BadCursor } from '../../paging/cursor.js'
import { type Onwards, type Page, type Paging, pageOf, pageStart } from '../../paging/page.js'
import type { ArtifactEntry, CollectionEntry, LinkEntry, ModelEntry, RunEntry } from '../state.js'
import { positionOf, type Row } from '../version-table.js'
import { type Artifact, artifactOf } from './artifact.js'
import type { QueryError } from './errors.js'
import { type List, listed } from './in-order.js'
import { type RegistryAsOf, registryQuestions } from './lookup.js'
import { type Place, placeOf, projectsIn } from './place.js'
import { modelOf, type RegisteredModel } from './registered-model.js'
import { type RunDetails, runDetails } from './run.js'
import type { Version } from './version.js'

export type { List } from './in-order.js'

export interface RunList extends List {
  /** Of this entity. */
  readonly entity?: string
  /** In this project: `[entity/]project`. */
  readonly project?: string
}

export interface ArtifactList extends RunList {
  readonly type?: string
}

export interface ModelList extends List {
  /** Of this entity. */
  readonly entity?: string
  /** In this registry: `[entity/]registry`. */
  readonly registry?: string
  readonly type?: string
}

export const listArtifacts = (
  registryAsOf: RegistryAsOf,
  list: ArtifactList,
): E.Either<QueryError | BadCursor, Page<Artifact>> => {
  const place = placeOf(registryAsOf, ArtifactProject, list)
  if (E.isLeft(place)) return place
  const from = collectionsIn(registryAsOf, place.right, list.type) ?? [registryAsOf.registry.artifacts]
  return listed(
    registryAsOf,
    { ...list, ...place.right },
    { ...ofCollections, what: 'artifacts', from, isMeant: isArtifact, answer: artifactOf },
  )
}

export const listRegisteredModels = (
  registryAsOf: RegistryAsOf,
  { registry: project, ...list }: ModelList,
): E.Either<QueryError | BadCursor, Page<RegisteredModel>> => {
  const place = placeOf(registryAsOf, RegistryProject, { ...list, project })
  if (E.isLeft(place)) return place
  const from = collectionsIn(registryAsOf, place.right, list.type) ?? [registryAsOf.registry.models]
  return listed(
    registryAsOf,
    { ...list, ...place.right },
    { ...ofCollections, what: 'registered models', from, isMeant: isModel, answer: modelOf },
  )
}

export const listRuns = (
  registryAsOf: RegistryAsOf,
  list: RunList,
): E.Either<QueryError | BadCursor, Page<RunDetails>> => {
  const place = placeOf(registryAsOf, ArtifactProject, list)
  if (E.isLeft(place)) return place
  const { registry } = registryAsOf
  const from = isEverywhere(place.right)
    ? [registry.runsInOrder]
    : [...projectsIn(registry, place.right)].map(({ runs }) => runs)
  return listed(
    registryAsOf,
    { ...list, ...place.right },
    { what: 'runs', from, positionOf: startedOf, nameOf: pathOf, isMeant: isRun, answer: runDetails },
  )
}

const pathOf = ({ path }: { readonly path: string }): string => path
const createdOf = ({ created }: CollectionEntry): number => created
const startedOf = ({ started }: RunEntry): number => started
const isArtifact = (entry: CollectionEntry): entry is ArtifactEntry => entry.kind === 'artifact'
const isModel = (entry: CollectionEntry): entry is ModelEntry => entry.kind === 'model'
const isRun = (entry: RunEntry): entry is RunEntry => entry.kind === 'run'

const ofCollections = { positionOf: createdOf, nameOf: pathOf }

const isEverywhere = ({ entity, project }: Place): boolean => entity === undefined && project === undefined

/** The lists of what is in a place, of a type; `undefined` for everything. */
const collectionsIn = (
  { registry }: RegistryAsOf,
  place: Place,
  type: string | undefined,
): ReadonlyArray<ReadonlyArray<CollectionEntry>> | undefined => {
  if (isEverywhere(place) && type === undefined) return undefined
  return [...projectsIn(registry, place)].flatMap(({ types }) =>
    (type === undefined ? [...types.values()] : [types.get(type) ?? []].flat()).map(({ collections }) => collections),
  )
}

/** The versions of an artifact or a registered model, deleted and unlinked ones too, oldest first. */
export const listVersions = (
  registryAsOf: RegistryAsOf,
  name: string,
  paging: Paging,
): E.Either<QueryError | BadCursor, Page<Version>> => {
  const readings = parseEither(name, registryAsOf.defaults)
  if (E.isLeft(readings)) return E.left({ _tag: 'invalid-input', problems: readings.left })
  const question = ['versions of', ...readings.right.map(({ collection }) => collectionPath(collection))]
  const start = pageStart(question, paging, registryAsOf.position)
  if (E.isLeft(start)) return start
  const answers = registryQuestions({ ...registryAsOf, position: start.right.moment })
  const found = answers.collection(name)
  if (E.isLeft(found)) return found
  const { right: collection } = found
  return E.right(
    pageOf(start.right, numbersOf(registryAsOf, collection, start.right.moment), (number) =>
      answers.entry(collection, number),
    ),
  )
}

/** Of the versions up to a moment. A version whose event is of a type from the future has a number and no entry. */
const numbersOf = ({ registry }: RegistryAsOf, { versions }: CollectionEntry, upTo: number): Onwards<number> =>
  function* ([before = -1] = []) {
    const all: ReadonlyArray<Row | LinkEntry | undefined> = versions
    for (let number = before + 1; number < all.length; number++) {
      const entry = all[number]
      if (entry === undefined) continue
      if ((typeof entry === 'number' ? positionOf(registry.versions, entry) : entry.position) > upTo) return
      yield [[number], number]
    }
  }
