/** Finding versions: by what they are called, carry, measure, and by who made them when; now or as of any moment. */
import * as E from 'fp-ts/lib/Either.js'
import type { Position } from '../domain/event-store.js'
import type { Json } from '../domain/json.js'
import { BAD_CURSOR, type BadCursor, readCursor, writeCursor } from './cursor.js'
import { timeOf } from './moments.js'
import { type Asked, queries, resolveNumber, type Version } from './queries.js'
import type { CollectionEntry, Numbered } from './registry-state.js'

export const COMPARISONS = ['=', '!=', '<', '<=', '>', '>='] as const

/** `{key: 'optimizer.lr', is: '<', value: 0.1}`: a key leads into objects by dots. */
export interface Condition {
  readonly key: string
  readonly is: (typeof COMPARISONS)[number]
  readonly value: number | string | boolean | null
}

/** What is left out does not matter; what is there must all hold. */
export interface VersionSearch {
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
  readonly since?: string
  readonly until?: string
  /** Deleted and unlinked versions too. */
  readonly withDeleted?: boolean
  /** `created` unless told. Versions without the metadata or the metric come last. */
  readonly by?: 'created' | 'name' | { readonly metadata: string } | { readonly metric: string }
  /** `descending` unless told: the newest, or the greatest, first. */
  readonly order?: 'ascending' | 'descending'
  /** At most so many in one answer; 100 unless told. */
  readonly limit?: number
  /** Of the answer before, to the same question. */
  readonly cursor?: string
}

export interface VersionPage {
  readonly versions: ReadonlyArray<Version>
  /** How many there are in all, at the moment of the first page. */
  readonly total: number
  /** Present where there is more: ask the same again with it as `cursor`. */
  readonly cursor?: string
}

const LIMIT = 100

/** Later pages are as of the moment of the first, so that nothing that is written meanwhile shifts them. */
export const searchVersions = (asked: Asked, query: VersionSearch): E.Either<BadCursor, VersionPage> => {
  const { limit = LIMIT, cursor, ...wanted } = query
  const question = [
    'versions',
    ...Object.entries(wanted)
      .sort()
      .flatMap(([key, value]) => [key, JSON.stringify(value)]),
  ]
  const start = cursor === undefined ? { moment: asked.position, place: [0] } : readCursor(question, cursor)
  const [from] = start?.place ?? []
  if (start === undefined || from === undefined || start.moment > asked.position) return E.left(BAD_CURSOR)

  const then = { ...asked, position: start.moment }
  const found = inOrder([...candidates(then, wanted)], then, wanted)
  const versions = found.slice(from, from + limit).map(({ version }) => version())
  const next = from + limit
  return E.right({
    versions,
    total: found.length,
    ...(next < found.length ? { cursor: writeCursor(question, { moment: start.moment, place: [next] }) } : {}),
  })
}

interface Candidate {
  readonly collection: CollectionEntry
  readonly number: number
  readonly position: Position
  /** The whole version; made when it is needed. */
  readonly version: () => Version
}

/** What costs little is asked first; whole versions are made for the rest. */
function* candidates(asked: Asked, query: VersionSearch): Generator<Candidate> {
  const { registry, moments, position } = asked
  const { name, kind, type, tag, metadata = [], metrics = [], actor, since, until, withDeleted = false } = query
  const answers = queries(asked)
  const pattern = name === undefined ? undefined : patternOf(name)
  const [earliest, latest] = [since, until].map((time) => (time === undefined ? undefined : Date.parse(time)))
  const needsWhole = tag !== undefined || metadata.length > 0 || metrics.length > 0

  const isWanted = (entry: Numbered): boolean => {
    if (entry.position > position || (actor !== undefined && entry.actor !== actor)) return false
    if (!withDeleted && entry.gone !== undefined && entry.gone <= position) return false
    if (earliest === undefined && latest === undefined) return true
    const time = timeOf(moments, entry.position) ?? 0
    return (earliest === undefined || time >= earliest) && (latest === undefined || time <= latest)
  }
  const holds = (version: Version): boolean =>
    (withDeleted || (version.deleted === null && version.unlinked === null)) &&
    (tag === undefined || version.tags.includes(tag)) &&
    metadata.every((condition) => isMet(condition, valueAt(version.metadata, condition.key))) &&
    metrics.every((condition) => isMet(condition, metricOf(answers, version, condition.key)))

  for (const collection of registry.collections.values()) {
    if (collection.created > position) continue
    if (kind !== undefined && kind !== (collection.kind === 'artifact' ? 'artifact' : 'registered')) continue
    if (type !== undefined && collection.type !== type) continue
    if (pattern !== undefined && !pattern.test(collection.path)) continue
    // Whether the source of a link is deleted is not in the link itself.
    const asksWhole = needsWhole || (!withDeleted && collection.kind === 'model')
    for (const entry of chosen(collection, query.alias, position)) {
      if (!isWanted(entry)) continue
      let whole: Version | undefined
      const version = (): Version => (whole ??= answers.entry(collection, entry.number))
      if (asksWhole && !holds(version())) continue
      yield { collection, number: entry.number, position: entry.position, version }
    }
  }
}

const chosen = (
  collection: CollectionEntry,
  alias: string | undefined,
  position: Position,
): ReadonlyArray<Numbered> => {
  // `filter` leaves out the numbers that have no entry.
  if (alias === undefined) return (collection.versions as ReadonlyArray<Numbered>).filter(() => true)
  const number = resolveNumber(collection, alias, position)
  const entry = number === undefined ? undefined : collection.versions[number]
  return entry === undefined ? [] : [entry]
}

const inOrder = (
  found: ReadonlyArray<Candidate>,
  asked: Asked,
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
  const answers = queries(asked)
  const keyed = found.map((candidate) => ({
    candidate,
    key:
      'metadata' in by
        ? valueAt(candidate.version().metadata, by.metadata)
        : metricOf(answers, candidate.version(), by.metric),
  }))
  keyed.sort((one, other) => {
    const [left, right] = [rankOf(one.key), rankOf(other.key)]
    if (left === ABSENT || right === ABSENT) return left - right || earlier(one.candidate, other.candidate)
    return sign * (left - right || compareValues(one.key, other.key)) || earlier(one.candidate, other.candidate)
  })
  return keyed.map(({ candidate }) => candidate)
}

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

const metricOf = (answers: ReturnType<typeof queries>, { run }: Version, name: string): Json | undefined => {
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

const patternOf = (glob: string): RegExp => {
  const source = glob.replaceAll(/\*\*|[*?]|[^*?]+/g, (part) => {
    if (part === '**') return '.*'
    if (part === '*') return '[^/]*'
    return part === '?' ? '[^/]' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  })
  return new RegExp(`^${source}$`, 'su')
}
