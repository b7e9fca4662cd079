/**
 * From a stored event to what projections fold. What was validated when it was written is not decoded in
 * full again: its data is parsed and its shape is checked; of its metadata only the time is taken.
 */
import type { StoredEvent } from '../domain/event-store.js'
import type { DomainEvent } from '../domain/events.js'

export type EventType = DomainEvent['type']

type Shape = (data: Readonly<Record<string, unknown>>) => boolean

const isText = (value: unknown): boolean => typeof value === 'string'
const isNumber = (value: unknown): boolean => typeof value === 'number'
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
const isManifest = (value: unknown): boolean =>
  isObject(value) && isText(value['digest']) && isNumber(value['entries']) && isNumber(value['bytes'])
const isVersion: Shape = ({ version, manifest }) => isNumber(version) && isManifest(manifest)
const isRetagged: Shape = ({ from, to }) => Array.isArray(from) && Array.isArray(to)
const isVersionRef = (value: unknown): boolean =>
  isObject(value) &&
  isText(value['entity']) &&
  isText(value['project']) &&
  isText(value['name']) &&
  isNumber(value['version'])

/** What projections rely on, by type. */
const shapes: Readonly<Record<EventType, Shape>> = {
  ArtifactCreated: ({ artifactType }) => isText(artifactType),
  ArtifactVersionLogged: isVersion,
  ArtifactVersionRelogged: isVersion,
  ArtifactVersionDescribed: ({ version }) => isNumber(version),
  ArtifactVersionTagged: (data) => isNumber(data['version']) && isRetagged(data),
  ArtifactVersionUntagged: (data) => isNumber(data['version']) && isRetagged(data),
  ArtifactVersionDeleted: isVersion,
  AliasMoved: ({ alias, from, to }) => isText(alias) && (from === null || isNumber(from)) && isNumber(to),
  AliasRemoved: ({ alias, from }) => isText(alias) && isNumber(from),
  DistributedPartUpserted: ({ generation, writer, part }) => isNumber(generation) && isText(writer) && isManifest(part),
  DistributedCommitted: ({ generation, manifest, envelope }) =>
    isNumber(generation) && isManifest(manifest) && isObject(envelope),
  DistributedAbandoned: ({ generation }) => isNumber(generation),
  RegisteredModelCreated: ({ artifactType }) => isText(artifactType),
  VersionLinked: (data) => isVersion(data) && isVersionRef(data['source']),
  VersionUnlinked: ({ version, source }) => isNumber(version) && isVersionRef(source),
  RegisteredModelDescribed: ({ to }) => isText(to),
  RegisteredModelTagged: isRetagged,
  RegisteredModelUntagged: isRetagged,
  RunStarted: () => true,
  RunSummarised: ({ from, to }) => isObject(from) && isObject(to),
  ArtifactVersionUsed: ({ version }) => isVersionRef(version),
  RunFinished: ({ outcome }) => isText(outcome),
}

const isEventType = (type: string): type is EventType => Object.hasOwn(shapes, type)

/** An event; `unknown` for a type from the future; `damaged` for anything else. */
export const readEvent = ({ type, data }: StoredEvent): DomainEvent | 'unknown' | 'damaged' => {
  if (!isEventType(type)) return 'unknown'
  try {
    const parsed: unknown = JSON.parse(data)
    if (!isObject(parsed) || !shapes[type](parsed)) return 'damaged'
    // Checked by its shape alone: the store keeps what a codec let pass.
    return Object.assign(parsed, { type }) as DomainEvent
  } catch {
    return 'damaged'
  }
}

const RECORDED_AT = '"recordedAt":"'

/**
 * The time in an event's metadata, in milliseconds, without parsing them: in flat canonical JSON these
 * characters stand nowhere else, because a quote inside a text is escaped.
 */
export const recordedAtOf = ({ metadata }: StoredEvent): number => {
  const start = metadata.indexOf(RECORDED_AT) + RECORDED_AT.length
  return Date.parse(metadata.slice(start, start + 24))
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
  const parsed: unknown = JSON.parse(metadata)
  return isObject(parsed) && typeof parsed['actor'] === 'string' ? parsed['actor'] : ''
}
