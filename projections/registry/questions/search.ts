/** Finding versions: by what they are called, carry, measure, and by who made them when; now or as of any moment. */
import * as E from 'fp-ts/lib/Either.js'
import type { Position } from '../../../domain/ports/event-store.js'
import type { Json } from '../../../domain/values/json.js'
import { collectionPath } from '../../../domain/values/references.js'
import type { BadCursor } from '../../paging/cursor.js'
import { type Page, type Paging, pageStart } from '../../paging/page.js'
import { timeOf } from '../../storage/position-times.js'
import { type CollectionEntry, type Registry, rowOf } from '../state.js'
import { actorOf, positionOf, type Row, runOf } from '../version-table.js'
import { type RegistryAsOf, type RegistryQuestions, registryQuestions, resolveNumber } from './lookup.js'
import { patternOf } from './pattern.js'
import type { Version } from './version.js'

export const COMPARISONS = ['=', '!=', '<', '<=', '>', '>='] as const

/** `{key: 'optimizer.lr', is: '<', value: 0.1}`: a key leads into objects by dots. */
export interface Condition {
  readonly key: string
  readonly is: (typeof COMPARISONS)[number]
  readonly value: number | string | boolean | null
}

/** What is left out does not matter; what is there must all hold. */
export interface VersionSearch extends Paging {
  /** A pattern of `entity/project/name`: `*` for characters other than `/`, `**` for any, `?` for one. */
  readonly name?: string
  readonly kind?: Version['kind']
  readonly type?: string
  readonly tag?: string
  readonly alias?: string
  readonly metadata?: ReadonlyArray<Condition>
  /** Of the run that logged it first. */
  readonly metrics?: ReadonlyArray<Condition>
  readonly actor?: string
  /** Logged, or linked, not before and not after these times; ISO 8601, UTC. */
  readonly from?: string
  readonly until?: string
  /** Deleted and unlinked versions too. */
  readonly withDeleted?: boolean
  /** `created` unless told. Versions without the metadata or the metric come last. */
  readonly by?: 'created' | 'name' | { readonly metadata: string } | { readonly metric: string }
  /** `descending` unless told: the newest, or the greatest, first. */
  readonly order?: 'ascending' | 'descending'
}

export interface VersionPage extends Page<Version> {
  /** How many there are in all, at the moment of the first page. */
  readonly total: number
}

export const searchVersions = (asked: RegistryAsOf, query: VersionSearch): E.Either<BadCursor, VersionPage> => {
  const { limit, cursor, ...wanted } = query
  const question = [
    'versions',
    ...Object.entries(wanted)
      .sort()
      .flatMap(([key, value]) => [key, JSON.stringify(value)]),
  ]
  const start = pageStart(question, query, asked.position)
  if (E.isLeft(start)) return start
  const { moment, from, size, cursorAt } = start.right
  const then = { ...asked, position: moment }
  const answers = registryQuestions(then)
  const found = inOrder(candidates(then, answers, wanted), then, answers, wanted)
  const next = from + size
  return E.right({
    items: found.slice(from, next).map(({ collection, number }) => answers.entry(collection, number)),
    total: found.length,
    ...(next < found.length ? { cursor: cursorAt(next) } : {}),
  })
}

/** A version that may be meant; it is made whole when it is in the answer. */
interface Candidate {
  readonly collection: CollectionEntry
  readonly number: number
  readonly position: Position
  /** Of the version itself, or of the source of a registered one. */
  readonly row: Row | undefined
}

const candidates = (
  { registry, moments, position }: RegistryAsOf,
  answers: RegistryQuestions,
  query: VersionSearch,
): ReadonlyArray<Candidate> => {
  const { collections, artifacts, versions } = registry
  const { name, kind, type, tag, alias, metadata = [], metrics = [], actor, from, until, withDeleted = false } = query
  const fits = name === undefined ? undefined : patternOf(name)
  const [earliest = -Infinity, latest = Infinity] = [from, until].map((time) =>
    time === undefined ? undefined : Date.parse(time),
  )
  const isTimed = from !== undefined || until !== undefined
  const isGone = ({ ended }: CollectionEntry, number: number): boolean => (ended.get(number) ?? Infinity) <= position

  const found: Candidate[] = []
  const look = (collection: CollectionEntry, number: number): void => {
    const candidate = candidateAt(registry, collection, number)
    if (candidate === undefined || candidate.position > position) return
    const { row } = candidate
    if (!withDeleted) {
      if (isGone(collection, number)) return
      const source = row === undefined ? undefined : artifacts[versions.columns.artifact[row] ?? -1]
      if (source !== undefined && isGone(source, versions.columns.number[row ?? -1] ?? -1)) return
    }
    if (actor !== undefined && actorAt(registry, collection, number) !== actor) return
    if (isTimed) {
      const time = timeOf(moments, candidate.position) ?? 0
      if (time < earliest || time > latest) return
    }
    if (tag !== undefined && (row === undefined || !answers.tagsOf(row).includes(tag))) return
    if (!metadata.every((condition) => isMet(condition, metadataAt(answers, candidate, condition.key)))) return
    if (!metrics.every((condition) => isMet(condition, metricOf(registry, answers, candidate, condition.key)))) return
    found.push(candidate)
  }

  for (const collection of collections.values()) {
    if (collection.created > position) continue
    if (kind !== undefined && kind !== (collection.kind === 'artifact' ? 'artifact' : 'registered')) continue
    if (type !== undefined && collection.type !== type) continue
    if (fits !== undefined && !fits(collection.path)) continue
    if (alias === undefined)
      for (let number = 0; number < collection.versions.length; number++) look(collection, number)
    else {
      const number = resolveNumber(collection, alias, position)
      if (number !== undefined) look(collection, number)
    }
  }
  return found
}

/** `undefined` for a number whose event is of a type from the future. */
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

const actorAt = (registry: Registry, collection: CollectionEntry, number: number): string | undefined => {
  if (collection.kind === 'model') return collection.versions[number]?.actor
  const row = collection.versions[number]
  return row === undefined ? undefined : actorOf(registry.versions, row)
}

const inOrder = (
  found: ReadonlyArray<Candidate>,
  { registry }: RegistryAsOf,
  answers: RegistryQuestions,
  { by = 'created', order = 'descending' }: VersionSearch,
): ReadonlyArray<Candidate> => {
  const sign = order === 'ascending' ? 1 : -1
  const earlier = (one: Candidate, other: Candidate): number => sign * (one.position - other.position)
  if (by === 'created') return [...found].sort(earlier)
  if (by === 'name') {
    return [...found].sort(
      (one, other) =>
        sign * compareTexts(one.collection.path, other.collection.path) || sign * (one.number - other.number),
    )
  }
  const keyed = found.map((candidate) => ({
    candidate,
    key:
      'metadata' in by
        ? metadataAt(answers, candidate, by.metadata)
        : metricOf(registry, answers, candidate, by.metric),
  }))
  keyed.sort((one, other) => {
    const [left, right] = [rankOf(one.key), rankOf(other.key)]
    if (left === ABSENT || right === ABSENT) return left - right || earlier(one.candidate, other.candidate)
    return sign * (left - right || compareValues(one.key, other.key)) || earlier(one.candidate, other.candidate)
  })
  return keyed.map(({ candidate }) => candidate)
}

const metadataAt = (answers: RegistryQuestions, { row }: Candidate, key: string): Json | undefined =>
  row === undefined ? undefined : valueAt(answers.saidOf(row).metadata, key)

/** A value inside metadata: a key of its own, or the way to it by dots. */
const valueAt = (metadata: Json | undefined, key: string): Json | undefined => {
  if (!isObject(metadata)) return undefined
  if (Object.hasOwn(metadata, key)) return metadata[key]
  const dot = key.indexOf('.')
  return dot === -1 || !Object.hasOwn(metadata, key.slice(0, dot))
    ? undefined
    : valueAt(metadata[key.slice(0, dot)], key.slice(dot + 1))
}

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

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

/** Only values of one kind are smaller or greater than each other. An absent one is unequal to every value. */
const isMet = ({ is, value: wanted }: Condition, value: Json | undefined): boolean => {
  if (is === '=') return value === wanted
  if (is === '!=') return value !== wanted
  if (value === undefined || rankOf(value) !== rankOf(wanted) || rankOf(value) > TEXT) return false
  const order = compareValues(value, wanted)
  switch (is) {
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '>=':
      return order >= 0
  }
}

/** Numbers, then texts, then truth values, then what has no order, then what is not there. */
const rankOf = (value: Json | undefined): number => {
  if (typeof value === 'number') return 0
  if (typeof value === 'string') return TEXT
  if (typeof value === 'boolean') return 2
  return value === undefined ? ABSENT : 3
}
const TEXT = 1
const ABSENT = 4

const compareValues = (one: Json | undefined, other: Json | undefined): number => {
  if (typeof one === 'number' && typeof other === 'number') return one - other
  if (typeof one === 'string' && typeof other === 'string') return compareTexts(one, other)
  return Number(one === true) - Number(other === true)
}

/** By code units, the same everywhere. */
const compareTexts = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
