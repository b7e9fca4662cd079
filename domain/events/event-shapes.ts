/**
 * From a stored event to what projections fold. What was validated when it was written is not decoded in
 * full again: its data is parsed and its shape is checked.
 */

import type { StoredEvent } from '../ports/event-store.js'
import { isDigest } from '../values/digest.js'
import type { EventMetadata } from '../values/envelope.js'
import { type JsonObject, parseJson } from '../values/json.js'
import { type DomainEvent, type EventType, schemaOfToday, upcasters } from './catalogue.js'
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
const isVersion: Shape = ({ version, manifest, base, tags, run, copiedFrom, distributed }, revision) =>
  isWithin(version, revision) &&
  isManifest(manifest) &&
  (base === undefined || isWithin(base, revision)) &&
  (tags === undefined || Array.isArray(tags)) &&
  (run === undefined || (isObject(run) && isObject(run['ref']))) &&
  (copiedFrom === undefined || isVersionRef(copiedFrom)) &&
  (distributed === undefined || isObject(distributed))
const isChange = (value: unknown): boolean => value === undefined || isObject(value)
const isDescribed: Shape = ({ description, metadata }) => isChange(description) && isChange(metadata)
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
  ArtifactDescribed: ({ description }) => isObject(description),
  ArtifactTagged: isRetagged,
  ArtifactUntagged: isRetagged,
  ArtifactArchived: () => true,
  ArtifactUnarchived: () => true,
  ArtifactVersionLogged: isVersion,
  ArtifactVersionRelogged: isVersion,
  ArtifactVersionDescribed: (data, revision) => isNumbered(data, revision) && isDescribed(data, revision),
  ArtifactVersionTagged: (data, revision) => isNumbered(data, revision) && isRetagged(data, revision),
  ArtifactVersionUntagged: (data, revision) => isNumbered(data, revision) && isRetagged(data, revision),
  ArtifactVersionDeleted: isVersion,
  ArtifactDeleted: ({ versions, aliases }) => isNumber(versions) && isNumber(aliases),
  AliasMoved: ({ alias, from, to }, revision) =>
    isText(alias) && (from === null || isWithin(from, revision)) && isWithin(to, revision),
  AliasRemoved: ({ alias, from }, revision) => isText(alias) && isWithin(from, revision),
  DistributedPartUpserted: (data, revision) =>
    isGeneration(data, revision) &&
    isText(data['writer']) &&
    isManifest(data['part']) &&
    (data['base'] === undefined || isWithin(data['base'], MOST)),
  DistributedCommitted: (data, revision) =>
    isGeneration(data, revision) && isManifest(data['manifest']) && isObject(data['envelope']),
  DistributedAbandoned: isGeneration,
  RegisteredModelCreated: ({ artifactType }) => isText(artifactType),
  VersionLinked: (data, revision) => isVersion(data, revision) && isVersionRef(data['source']),
  VersionUnlinked: (data, revision) => isNumbered(data, revision) && isVersionRef(data['source']),
  RegisteredModelDescribed: isDescribed,
  RegisteredModelTagged: isRetagged,
  RegisteredModelUntagged: isRetagged,
  RegisteredModelArchived: () => true,
  RegisteredModelUnarchived: () => true,
  RegisteredModelDeleted: ({ links, aliases }) => isNumber(links) && isNumber(aliases),
  RunStarted: () => true,
  RunSummarised: ({ from, to }) => isObject(from) && isObject(to),
  ArtifactVersionUsed: ({ version }) => isVersionRef(version),
  RunFinished: ({ outcome }) => isText(outcome),
  LossAccepted: ({ last, noted, found }) => isNumber(last) && isObject(noted) && isObject(found),
  CommandAccepted: ({ answer }) => isObject(answer),
}

interface KnownType {
  /** Our own text of it, which is compared faster than that of a store. */
  readonly type: string
  readonly isOfShape: Shape
  /** The end of metadata with the schema version of today. */
  readonly today: string
}

const knownTypes: ReadonlyMap<string, KnownType> = new Map(
  Object.entries(shapesByType).map(([type, isOfShape]) => [
    type,
    { type, isOfShape, today: `"schema":${schemaOfToday(type)}}` },
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
    // `schema` is the last member of canonical metadata.
    const parsed = metadata.endsWith(known.today) ? stored : upcast(upcasters, type, schemaOf(metadata), stored)
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

/** The metadata of an event, by their shape alone. */
export const decodeMetadataShape = ({ metadata }: StoredEvent): EventMetadata | 'damaged' => {
  try {
    const parsed = parseJson(metadata)
    if (!isObject(parsed) || !isNumber(parsed['schema'])) return 'damaged'
    if (!['actor', 'commandDigest', 'commandId', 'recordedAt'].every((name) => isText(parsed[name]))) return 'damaged'
    // Checked by their shape alone: the store keeps what a codec let pass.
    return parsed as JsonObject & EventMetadata
  } catch {
    return 'damaged'
  }
}

const schemaOf = (metadata: string): number => {
  const parsed = parseJson(metadata)
  const schema: unknown = isObject(parsed) ? parsed['schema'] : undefined
  if (typeof schema !== 'number') throw new TypeError('metadata without a schema version')
  return schema
}
