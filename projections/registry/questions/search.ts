/** Finding versions: by what they are called, carry, measure, and by who made them when; now or as of any moment. */
import * as E from 'fp-ts/lib/Either.js'
import type { Json } from '../../../domain/values/json.js'
import { ProjectName } from '../../../domain/values/names.js'
import type { BadCursor } from '../../paging/cursor.js'
import {
  inPlaces,
  type Onwards,
  type Page,
  type PageStart,
  type Paging,
  pageOf,
  pageStart,
  questionOf,
} from '../../paging/page.js'
import { timeOf } from '../../storage/position-times.js'
import { type CollectionEntry, lifeOf, type Registry } from '../state.js'
import { actorOf, runOf } from '../version-table.js'
import { isArchived } from './artifact.js'
import { byCreation, byName, type Candidate, candidatesOf, countOf } from './candidates.js'
import { type Condition, compareValues, isMet, memberAt } from './conditions.js'
import type { NameError } from './errors.js'
import { atOnce, looked, type Steps, sortedFrom } from './in-steps.js'
import { type RegistryAsOf, type RegistryQuestions, registryQuestions, resolveNumber } from './lookup.js'
import { namePatternOf } from './pattern.js'
import { candidatesWithin, isWithin, type Place, placeOf } from './place.js'
import { aliasesOf, type Version } from './version.js'
import { conditionsIn, oneValue, type ValuesOf, valueOrNone, type Where } from './where.js'
import { textsOf, wordsIn } from './words.js'

export { COMPARISONS, type Condition } from './conditions.js'

/** What is left out does not matter; what is there must all hold. */
export interface VersionSearch extends Paging {
  /** A pattern of `entity/project/name`, or of its end: `*` for characters other than `/`, `**` for any, `?` for one. */
  readonly name?: string
  readonly kind?: Version['kind']
  /** Of this entity, in this project or registry: `[entity/]project`. */
  readonly entity?: string | undefined
  readonly project?: string | undefined
  readonly type?: string
  readonly tag?: string
  /** Words that are all found in its path, its aliases, tags and description, or in those of its artifact or registered model. */
  readonly text?: string
  readonly alias?: string
  /** Conditions as one text: `metadata:accuracy > 0.91 and (tag = vision or missing alias)`. */
  readonly where?: string
  readonly metadata?: ReadonlyArray<Condition>
  /** Of the run that logged it first. */
  readonly metrics?: ReadonlyArray<Condition>
  readonly actor?: string
  /** Logged, or linked, not before and not after these times; ISO 8601, UTC. */
  readonly from?: string
  readonly until?: string
  /** Deleted and unlinked versions too. */
  readonly withDeleted?: boolean
  /** Versions of archived artifacts and registered models too. */
  readonly withArchived?: boolean
  /** `created` unless told. Versions without the metadata or the metric come last. */
  readonly orderBy?: 'created' | 'name' | { readonly metadata: string } | { readonly metric: string }
  /** `descending` unless told: the newest, or the greatest, first. */
  readonly order?: 'ascending' | 'descending'
}

export interface VersionPage extends Page<Version> {
  /** How many there are in all, at the moment of the first page. */
  readonly total: number
}

export const searchVersions = (
  registryAsOf: RegistryAsOf,
  query: VersionSearch,
): E.Either<NameError | BadCursor, VersionPage> => atOnce(searchInSteps(registryAsOf, query))

/** The same with pauses. What is written meanwhile is not in the answer. */
export function* searchInSteps(
  registryAsOf: RegistryAsOf,
  query: VersionSearch,
): Steps<E.Either<NameError | BadCursor, VersionPage>> {
  const place = placeOf(registryAsOf, ProjectName, query)
  if (E.isLeft(place)) return place
  const { limit, cursor, ...wanted } = { ...query, ...place.right }
  const start = pageStart(questionOf('versions', wanted), query, registryAsOf.position)
  if (E.isLeft(start)) return start
  const then = { ...registryAsOf, position: start.right.moment }
  const answers = registryQuestions(then)
  const where = conditionsIn(query.where, FIELDS)
  if (E.isLeft(where)) return where
  const filter = filterOf(then, answers, wanted, where.right)
  const { total, onwards } = yield* found(then, answers, place.right, wanted, filter, start.right)
  const page = pageOf(start.right, onwards, ({ collection, number }) => answers.entry(collection, number))
  return E.right({ ...page, total })
}

interface Found {
  readonly total: number
  readonly onwards: Onwards<Candidate>
}

/** Where nothing is asked of single versions they are counted without looking at each; else all have to be looked at. */
function* found(
  registryAsOf: RegistryAsOf,
  answers: RegistryQuestions,
  place: Place,
  query: VersionSearch,
  isAsked: ((candidate: Candidate) => boolean) | undefined,
  { behind: [before = -1] = [] }: PageStart,
): Steps<Found> {
  const { alias, withDeleted = false, orderBy = 'created', order = 'descending' } = query
  const sign = order === 'ascending' ? 1 : -1
  const numberIn = (collection: CollectionEntry) => resolveNumber(collection, alias ?? '', registryAsOf.position)
  const collections = yield* chosenCollections(registryAsOf, place, query)
  const isMeant = ofType(query.type, collections, isAsked)
  const chosen = { collections, withDeleted, ...(alias === undefined ? {} : { numberIn }) }
  if (isMeant === undefined && alias === undefined && (orderBy === 'created' || orderBy === 'name')) {
    const inOrder = orderBy === 'name' ? byName : byCreation
    return { total: countOf(registryAsOf, chosen), onwards: inOrder(registryAsOf, chosen, sign) }
  }

  const all: Hit[] = []
  const keyOf = keysBy(registryAsOf, answers, orderBy)
  yield* looked(candidatesOf(registryAsOf, chosen), (candidate) => {
    if (candidate !== undefined && (isMeant?.(candidate) ?? true)) all.push({ candidate, key: keyOf(candidate) })
  })
  const hits = yield* sortedFrom(all, inOrderOf(sign), before + 1)
  return { total: all.length, onwards: inPlaces(candidatesIn(hits), before + 1) }
}

/** Where one had several lives, some of its versions may be of another type than the others. */
const ofType = (
  wanted: string | undefined,
  collections: ReadonlyArray<CollectionEntry>,
  isMeant: ((candidate: Candidate) => boolean) | undefined,
): ((candidate: Candidate) => boolean) | undefined =>
  wanted === undefined || collections.every(({ lives }) => lives.length === 1)
    ? isMeant
    : (candidate) => lifeOf(candidate.collection, candidate.number).type === wanted && (isMeant?.(candidate) ?? true)

/** A version that is meant, and what it is sorted by before the position at which it came. */
interface Hit {
  readonly candidate: Candidate
  readonly key: Json | undefined
}

const inOrderOf =
  (sign: 1 | -1) =>
  (one: Hit, other: Hit): number =>
    compareValues(one.key, other.key, sign) || sign * (one.candidate.position - other.candidate.position)

function* candidatesIn(hits: Iterable<Hit>): Generator<Candidate> {
  for (const { candidate } of hits) yield candidate
}

function* chosenCollections(
  registryAsOf: RegistryAsOf,
  place: Place,
  { name, kind, type, withArchived = false }: VersionSearch,
): Steps<ReadonlyArray<CollectionEntry>> {
  const { registry, position } = registryAsOf
  const fits = name === undefined ? undefined : namePatternOf(name)
  const chosen: CollectionEntry[] = []
  for (const list of candidatesWithin(registry, { place, type, name }, [registry.artifacts, registry.models]))
    yield* looked(createdBy(list, position), (collection) => {
      if (kind !== undefined && kind !== (collection.kind === 'artifact' ? 'artifact' : 'registered')) return
      if (!withArchived && isArchived(registryAsOf, collection)) return
      if (isWithin(collection, { place, type }) && (fits?.(collection.path) ?? true)) chosen.push(collection)
    })
  return chosen
}

function* createdBy(list: Iterable<CollectionEntry>, position: number): Generator<CollectionEntry> {
  for (const collection of list) {
    if (collection.created > position) return
    yield collection
  }
}

/** What is asked of each version; `undefined` for nothing. */
const filterOf = (
  registryAsOf: RegistryAsOf,
  answers: RegistryQuestions,
  { tag, text, metadata = [], metrics = [], actor, from, until }: VersionSearch,
  where: Where<FieldName> | undefined,
): ((candidate: Candidate) => boolean) | undefined => {
  const { registry, positionTimes } = registryAsOf
  const [earliest = -Infinity, latest = Infinity] = [from, until].map((time) =>
    time === undefined ? undefined : Date.parse(time),
  )
  const hasWords = text === undefined ? undefined : wordsIn(text)
  const isTimed = from !== undefined || until !== undefined
  if (!isTimed && (tag ?? text ?? where) === undefined && actor === undefined && metadata.length + metrics.length === 0)
    return undefined
  return (candidate) => {
    const { collection, number, row } = candidate
    if (actor !== undefined && actorAt(registry, collection, number) !== actor) return false
    if (isTimed) {
      const time = timeOf(positionTimes, candidate.position) ?? 0
      if (time < earliest || time > latest) return false
    }
    if (tag !== undefined && (row === undefined || !answers.tagsOf(row).includes(tag))) return false
    if (hasWords !== undefined && !hasWords(textsOfVersion(registryAsOf, answers, candidate))) return false
    if (where !== undefined && !where(valuesOf(registryAsOf, answers, candidate))) return false
    return (
      metadata.every((condition) => isMet(condition, metadataAt(answers, candidate, condition.key))) &&
      metrics.every((condition) => isMet(condition, metricOf(registry, answers, candidate, condition.key)))
    )
  }
}

const FIELDS = {
  name: 'plain',
  kind: 'plain',
  type: 'plain',
  tag: 'plain',
  alias: 'plain',
  description: 'plain',
  actor: 'plain',
  run: 'plain',
  created: 'time',
  metadata: 'keyed',
  metric: 'keyed',
} as const
type FieldName = keyof typeof FIELDS

const valuesOf =
  (registryAsOf: RegistryAsOf, answers: RegistryQuestions, candidate: Candidate): ValuesOf<FieldName> =>
  ({ name, key }) => {
    const { registry, positionTimes } = registryAsOf
    const { collection, number, row, position } = candidate
    switch (name) {
      case 'name':
        return [collection.path]
      case 'kind':
        return [collection.kind === 'artifact' ? 'artifact' : 'registered']
      case 'type':
        return [lifeOf(collection, number).type]
      case 'tag':
        return row === undefined ? [] : answers.tagsOf(row)
      case 'alias':
        return aliasesOf(registryAsOf, collection, number)
      case 'description':
        return valueOrNone(row === undefined ? undefined : answers.saidOf(row).description)
      case 'actor':
        return valueOrNone(actorAt(registry, collection, number))
      case 'run':
        return valueOrNone(row === undefined ? undefined : runOf(registry.versions, row))
      case 'created':
        return valueOrNone(timeOf(positionTimes, position))
      case 'metadata':
        return oneValue(metadataAt(answers, candidate, key))
      case 'metric':
        return valueOrNone(metricOf(registry, answers, candidate, key))
    }
  }

function* textsOfVersion(
  registryAsOf: RegistryAsOf,
  answers: RegistryQuestions,
  { collection, number, row }: Candidate,
): Generator<string> {
  yield `${collection.path}:v${number}`
  yield* textsOf(registryAsOf, collection)
  yield* aliasesOf(registryAsOf, collection, number)
  if (row === undefined) return
  yield* answers.tagsOf(row)
  yield answers.saidOf(row).description ?? ''
}

const actorAt = (registry: Registry, collection: CollectionEntry, number: number): string | undefined => {
  if (collection.kind === 'model') return collection.versions[number]?.actor
  const row = collection.versions[number]
  return row === undefined ? undefined : actorOf(registry.versions, row)
}

const keysBy = (
  { registry }: RegistryAsOf,
  answers: RegistryQuestions,
  orderBy: NonNullable<VersionSearch['orderBy']>,
): ((candidate: Candidate) => Json | undefined) => {
  if (orderBy === 'created') return () => undefined
  if (orderBy === 'name') return ({ collection }) => collection.path
  return 'metadata' in orderBy
    ? (candidate) => metadataAt(answers, candidate, orderBy.metadata)
    : (candidate) => metricOf(registry, answers, candidate, orderBy.metric)
}

const metadataAt = (answers: RegistryQuestions, { row }: Candidate, key: string): Json | undefined =>
  row === undefined ? undefined : memberAt(answers.saidOf(row).metadata, key)

const metricOf = (
  { versions }: Registry,
  answers: RegistryQuestions,
  { row }: Candidate,
  name: string,
): Json | undefined => {
  const run = row === undefined ? null : runOf(versions, row)
  const metrics = run === null ? undefined : answers.metrics(run)
  return metrics !== undefined && Object.hasOwn(metrics, name) ? metrics[name] : undefined
}
