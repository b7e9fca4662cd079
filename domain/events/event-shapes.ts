/**
 * From a stored event to what projections fold. What was validated when it was written is not decoded in
 * full again: its data is parsed and its shape is checked; of its metadata only the time is taken.
 */

import type { StoredEvent } from '../ports/event-store.js'
import { isDigest } from '../values/digest.js'
import { type JsonObject, parseJson } from '../values/json.js'
import { type DomainEvent, type EventType, upcasters } from './catalogue.js'
import { isWithin } from './stored-events.js'
import { upcast } from './upcasting.js'

/** Of an event's data, at the revision at which it stands. */
type Shape = (data: Readonly<Record<string, unknown>>, revision: number) => boolean

const isText = (value: unknown): boolean => typeof value === 'string'
const isNumber = (value: unknown): boolean => typeof value === 'number'
const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null
const isManifest = (value: unknown): boolean =>
  isObject(value) && isDigest(value['digest']) && isNumber(value['entries']) && isNumber(value['bytes'])
const isNumbered: Shape = ({ version }, revision) => isWithin(version, revision)
const isVersion: Shape = ({ version, manifest, base }, revision) =>
  isWithin(version, revision) && isManifest(manifest) && (base === undefined || isWithin(base, revision))
const isRetagged: Shape = ({ from, to }) => Array.isArray(from) && Array.isArray(to)
/** In another stream; as large as a column holds. */
const isVersionRef = (value: unknown): boolean =>
  isObject(value) &&
  isText(value['entity']) &&
  isText(value['project']) &&
  isText(value['name']) &&
  isWithin(value['version'], MOST)
const MOST = 2 ** 31 - 1
const isGeneration: Shape = ({ generation }, revision) => isWithin(generation, revision)

/** What projections rely on, by type. */
const shapesByType: Readonly<Record<EventType, Shape>> = {
  ArtifactCreated: ({ artifactType }) => isText(artifactType),
  ArtifactVersionLogged: isVersion,
  ArtifactVersionRelogged: isVersion,
  ArtifactVersionDescribed: isNumbered,
  ArtifactVersionTagged: (data, revision) => isNumbered(data, revision) && isRetagged(data, revision),
  ArtifactVersionUntagged: (data, revision) => isNumbered(data, revision) && isRetagged(data, revision),
  ArtifactVersionDeleted: isVersion,
  AliasMoved: ({ alias, from, to }, revision) =>
    isText(alias) && (from === null || isWithin(from, revision)) && isWithin(to, revision),
  AliasRemoved: ({ alias, from }, revision) => isText(alias) && isWithin(from, revision),
  DistributedPartUpserted: (data, revision) =>
    isGeneration(data, revision) && isText(data['writer']) && isManifest(data['part']),
  DistributedCommitted: (data, revision) =>
    isGeneration(data, revision) && isManifest(data['manifest']) && isObject(data['envelope']),
  DistributedAbandoned: isGeneration,
  RegisteredModelCreated: ({ artifactType }) => isText(artifactType),
  VersionLinked: (data, revision) => isVersion(data, revision) && isVersionRef(data['source']),
  VersionUnlinked: (data, revision) => isNumbered(data, revision) && isVersionRef(data['source']),
  RegisteredModelDescribed: ({ to }) => isText(to),
  RegisteredModelTagged: isRetagged,
  RegisteredModelUntagged: isRetagged,
  RunStarted: () => true,
  RunSummarised: ({ from, to }) => isObject(from) && isObject(to),
  ArtifactVersionUsed: ({ version }) => isVersionRef(version),
  RunFinished: ({ outcome }) => isText(outcome),
  CommandAccepted: ({ answer }) => isObject(answer),
}

interface KnownType {
  /** Our own text of it, which is compared faster than that of a store. */
  readonly type: string
  readonly isOfShape: Shape
  /** Its schema has one version. */
  readonly neverChanged: boolean
}

const knownTypes: ReadonlyMap<string, KnownType> = new Map(
  Object.entries(shapesByType).map(([type, isOfShape]) => [
    type,
    { type, isOfShape, neverChanged: upcasters[type] === undefined },
  ]),
)

/** Whether this software knows events of a type. */
export const isEventType = (type: string): type is EventType => knownTypes.has(type)

export const EVENT_TYPES: ReadonlyArray<EventType> = Object.keys(shapesByType).filter(isEventType)

/** An event; `unknown` for a type, or a schema version of it, from the future; `damaged` for anything else. */
export const decodeShape = ({ type, data, metadata, revision }: StoredEvent): DomainEvent | 'unknown' | 'damaged' => {
  const known = knownTypes.get(type)
  if (known === undefined) return 'unknown'
  try {
    const stored = parseJson(data)
    if (!isObject(stored)) return 'damaged'
    const parsed =
      known.neverChanged && metadata.endsWith(FIRST_SCHEMA)
        ? stored
        : upcast(upcasters, type, schemaOf(metadata), stored)
    if (parsed === undefined) return 'unknown'
    if (!known.isOfShape(parsed, revision)) return 'damaged'
    const event: { type?: unknown } = parsed
    event.type = known.type
    // Checked by its shape alone: the store keeps what a codec let pass.
    return event as DomainEvent
  } catch {
    return 'damaged'
  }
}

/** `schema` is the last member of canonical metadata. */
const FIRST_SCHEMA = '"schema":1}'

const schemaOf = (metadata: string): number => {
  const parsed = parseJson(metadata)
  const schema: unknown = isObject(parsed) ? parsed['schema'] : undefined
  if (typeof schema !== 'number') throw new TypeError('metadata without a schema version')
  return schema
}

const RECORDED_AT = '"recordedAt":"'
/** From the end of canonical metadata, where `schema` has one digit. */
const USUAL_DISTANCE = '"recordedAt":"2026-05-03T14:00:00.000Z","schema":1}'.length

/**
 * The time in an event's metadata, in milliseconds, without parsing them: in flat canonical JSON these
 * characters stand nowhere else, because a quote inside a text is escaped. `NaN` where there is none.
 */
export const recordedAtOf = ({ metadata }: StoredEvent): number => {
  const usual = metadata.length - USUAL_DISTANCE
  const start = metadata.startsWith(RECORDED_AT, usual) ? usual : metadata.lastIndexOf(RECORDED_AT)
  if (start === -1) return Number.NaN
  const from = start + RECORDED_AT.length
  const end = metadata.indexOf('"', from)
  // As the command handler writes it: 2026-05-03T14:00:00.000Z. `Date.parse` would take as long as all the rest.
  // `Date.UTC` takes the year 50 for 1950.
  return end - from === 24 && metadata[end - 1] === 'Z' && metadata[from] !== '0'
    ? Date.UTC(
        digits(metadata, from, 4),
        digits(metadata, from + 5, 2) - 1,
        digits(metadata, from + 8, 2),
        digits(metadata, from + 11, 2),
        digits(metadata, from + 14, 2),
        digits(metadata, from + 17, 2),
        digits(metadata, from + 20, 3),
      )
    : Date.parse(metadata.slice(from, end))
}

const digits = (text: string, from: number, count: number): number => {
  let value = 0
  for (let at = from; at < from + count; at++) {
    const digit = text.charCodeAt(at) - 48
    value = digit >= 0 && digit <= 9 ? value * 10 + digit : Number.NaN
  }
  return value
}

const ACTOR = '"actor":"'

/** Who gave the command, likewise. */
export const actorOf = ({ metadata }: StoredEvent): string => {
  const start = metadata.indexOf(ACTOR) + ACTOR.length
  const end = metadata.indexOf('"', start)
  const text = metadata.slice(start, end)
  return text.includes('\\') ? actorParsed(metadata) : text
}

const actorParsed = (metadata: string): string => {
  const parsed = parseJson(metadata)
  return isObject(parsed) && typeof parsed['actor'] === 'string' ? parsed['actor'] : ''
}
