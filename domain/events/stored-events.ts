/** Events as a store keeps them: decoded, checked and encoded. */

import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import type { EventDamaged, EventRevision, NewEvent, Position, StoredEvent } from '../ports/event-store.js'
import { decodeWith, describeProblem, type Problem } from '../values/codec.js'
import { nameBasedUuid } from '../values/digest.js'
import { EventMetadata } from '../values/envelope.js'
import { canonicalJson, type JsonObject, type JsonProblem, parseJson } from '../values/json.js'
import type { Category } from '../values/stream-names.js'
import { parseStream } from '../values/stream-names.js'
import { type DomainEvent, eventCodecs, schemaOfToday, upcasters } from './catalogue.js'
import { eventDamaged } from './damaged-event.js'
import { upcast } from './upcasting.js'

/** A decoded event where it stands. */
export interface RecordedEvent<Event = DomainEvent> {
  readonly stream: string
  readonly revision: EventRevision
  readonly position: Position
  readonly id: string
  readonly event: Event
  readonly metadata: EventMetadata
}

/** With the values that stand in its texts. */
export interface DecodedEvent extends RecordedEvent {
  readonly values: EventValues
}

export type EventProblem =
  /** A type, or a schema version of it, that this software does not know: written by a newer one. */
  | { readonly _tag: 'unknown-event'; readonly stream: string; readonly revision: number; readonly type: string }
  | EventDamaged

/** Reads a stored event: parse, upcast, decode in full. */
export const decodeEvent = (stored: StoredEvent): E.Either<EventProblem, RecordedEvent> => {
  const decoded = eventDecoder()(stored)
  if (E.isLeft(decoded)) return decoded
  const { values: _values, ...recorded } = decoded.right
  return E.right(recorded)
}

/** Reads stored events one after another: the name of a stream, and the metadata that events of a command share, are read once. */
export const eventDecoder = (): ((stored: StoredEvent) => E.Either<EventProblem, DecodedEvent>) => {
  const categories = new Map<string, Category | undefined>()
  const categoryOf = (stream: string): Category | undefined => {
    if (categories.has(stream)) return categories.get(stream)
    const category = parseStream(stream)?.category
    if (categories.size === MOST_STREAMS) categories.clear()
    categories.set(stream, category)
    return category
  }
  let last: { readonly text: string; readonly metadata: DecodedMetadata } | undefined
  return (stored) =>
    decodeIn(
      stored,
      categoryOf(stored.stream),
      () => parseObject(stored.data),
      () => {
        if (last?.text !== stored.metadata) last = { text: stored.metadata, metadata: metadataIn(stored.metadata) }
        return last.metadata
      },
    )
}

/** So many names are kept. */
const MOST_STREAMS = 1000

/**
 * Whether a stream can have given out a number by this revision: each took an event. So what holds a thing for each
 * number is never larger than the history, whatever an event says.
 */
export const isWithin = (number: unknown, revision: number): boolean =>
  typeof number === 'number' && number >= 0 && number <= revision

/** The numbers of its own stream that an event names; the first is of what it is about. */
export const numbersOf = (event: DomainEvent): ReadonlyArray<number> => {
  switch (event.type) {
    case 'ArtifactVersionLogged':
    case 'ArtifactVersionRelogged':
      return [
        event.version,
        ...(event.base === undefined ? [] : [event.base]),
        ...(event.newest === undefined ? [] : [event.newest]),
      ]
    case 'ArtifactVersionDescribed':
    case 'ArtifactVersionTagged':
    case 'ArtifactVersionUntagged':
    case 'ArtifactVersionDeleted':
    case 'VersionLinked':
    case 'VersionUnlinked':
      return [event.version]
    case 'AliasMoved':
      return event.from === null ? [event.to] : [event.to, event.from]
    case 'AliasRemoved':
      return [event.from]
    case 'DistributedPartUpserted':
    case 'DistributedCommitted':
    case 'DistributedAbandoned':
      return [event.generation]
    case 'ArtifactCreated':
    case 'ArtifactDescribed':
    case 'ArtifactTagged':
    case 'ArtifactUntagged':
    case 'ArtifactArchived':
    case 'ArtifactUnarchived':
    case 'ArtifactDeleted':
    case 'RegisteredModelCreated':
    case 'RegisteredModelDescribed':
    case 'RegisteredModelTagged':
    case 'RegisteredModelUntagged':
    case 'RegisteredModelArchived':
    case 'RegisteredModelUnarchived':
    case 'RegisteredModelDeleted':
    case 'RunStarted':
    case 'RunSummarised':
    case 'ArtifactVersionUsed':
    case 'RunFinished':
    case 'LossAccepted':
    // In a run it names a number of another stream; and nothing is ever held by it.
    case 'CommandAccepted':
      return []
  }
}

export const codecOf = (category: Category, type: string): t.Decoder<unknown, DomainEvent> | undefined => {
  const codecs: Readonly<Record<string, t.Decoder<unknown, DomainEvent>>> = eventCodecs[category]
  return Object.hasOwn(codecs, type) ? codecs[type] : undefined
}

export const problemsText = (where: string, problems: ReadonlyArray<Problem>): string =>
  `${where}: ${problems.map(describeProblem).join('; ')}`

export const parseObject = (text: string): E.Either<string, JsonObject> => {
  const parsed = parseText(text)
  if (E.isLeft(parsed)) return parsed
  return isObject(parsed.right) ? E.right(parsed.right) : E.left('data: expected a JSON object')
}

const parseText = (text: string): E.Either<string, unknown> => {
  try {
    return E.right(parseJson(text))
  } catch (error) {
    return E.left(`not JSON: ${String(error)}`)
  }
}

const metadataIn = (text: string): DecodedMetadata => {
  const parsed = parseText(text)
  return E.isRight(parsed) ? decodeMetadata(parsed.right) : parsed
}

type DecodedMetadata = E.Either<string, { readonly parsed: unknown; readonly metadata: EventMetadata }>

const decodeMetadata = (parsed: unknown): DecodedMetadata => {
  const metadata = decodeWith(EventMetadata)(parsed)
  return E.isRight(metadata)
    ? E.right({ parsed, metadata: metadata.right })
    : E.left(problemsText('metadata', metadata.left))
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Writes an event: its texts, canonical JSON produced once, and its id. The id follows from the stream, the
 * command, the event's index in it, and the texts. So the same append sent again is recognised; the same
 * command decided again on another state, or another command under its id, is not taken for it.
 */
export const encodeEvent = (
  stream: string,
  index: number,
  event: DomainEvent,
  metadata: Omit<EventMetadata, 'schema'>,
): E.Either<JsonProblem, NewEvent> => {
  const text = canonicalJson({ ...metadata, schema: schemaOfToday(event.type) })
  return E.isLeft(text) ? text : withTexts(stream, metadata.commandId, index, event, text.right)
}

/** Writes the events of one command. All that their metadata say is the same, but for the schema version. */
export const encodeEvents = (
  stream: string,
  events: ReadonlyArray<DomainEvent>,
  metadata: Omit<EventMetadata, 'schema'>,
): E.Either<JsonProblem, ReadonlyArray<NewEvent>> => {
  const shared = canonicalJson(metadata)
  if (E.isLeft(shared)) return shared
  const members = shared.right.slice(0, -1)
  const written: NewEvent[] = []
  for (const [index, event] of events.entries()) {
    // The last of its members, in canonical order.
    const text = `${members},"schema":${schemaOfToday(event.type)}}`
    const encoded = withTexts(stream, metadata.commandId, index, event, text)
    if (E.isLeft(encoded)) return encoded
    written.push(encoded.right)
  }
  return E.right(written)
}

const withTexts = (
  stream: string,
  commandId: string,
  index: number,
  { type, ...values }: DomainEvent,
  metadata: string,
): E.Either<JsonProblem, NewEvent> => {
  const data = canonicalJson(values)
  if (E.isLeft(data)) return data
  const texts = { type, data: data.right, metadata }
  return E.right({ id: idOfEvent(stream, commandId, index, texts), ...texts })
}

/** The id of the event that stands at an index among those of a command. */
export const idOfEvent = (
  stream: string,
  commandId: string,
  index: number,
  { type, data, metadata }: Omit<NewEvent, 'id'>,
): string => nameBasedUuid(stream, commandId, String(index), type, data, metadata)

/** Whether the data of an event were written in the schema version of today. */
export const isOfTodaysSchema = (type: string, schema: number): boolean => schema === schemaOfToday(type)

/** The same, of an event whose texts were parsed before. */
export const decodeWithValues = (
  stored: StoredEvent,
  { data, metadata }: EventValues,
): E.Either<EventProblem, DecodedEvent> =>
  decodeIn(
    stored,
    parseStream(stored.stream)?.category,
    () => E.right(data),
    () => decodeMetadata(metadata),
  )

/** Its texts are read only where its type is known. */
const decodeIn = (
  { stream, revision, position, id, type }: StoredEvent,
  category: Category | undefined,
  dataOf: () => E.Either<string, JsonObject>,
  metadataOf: () => DecodedMetadata,
): E.Either<EventProblem, DecodedEvent> => {
  const damaged = (reason: string): E.Either<EventProblem, never> =>
    E.left(eventDamaged({ stream, revision, position }, reason))
  const unknown = (): E.Either<EventProblem, never> => E.left({ _tag: 'unknown-event', stream, revision, type })

  const codec = category === undefined ? undefined : codecOf(category, type)
  if (codec === undefined) return unknown()

  const data = dataOf()
  if (E.isLeft(data)) return damaged(data.left)
  const read = metadataOf()
  if (E.isLeft(read)) return damaged(read.left)
  const { metadata, parsed } = read.right
  const today = upcast(upcasters, type, metadata.schema, data.right)
  if (today === undefined) return unknown()
  const event = decodeWith(codec)({ type, ...today })
  if (E.isLeft(event)) return damaged(problemsText('data', event.left))
  const beyond = numbersOf(event.right).find((number) => !isWithin(number, revision))
  return beyond === undefined
    ? E.right({
        stream,
        revision,
        position,
        id,
        event: event.right,
        metadata,
        values: { data: data.right, metadata: parsed },
      })
    : damaged(`data: it names the number ${beyond}, which a stream cannot have given out by its revision ${revision}`)
}

/** What the texts of an event say. */
export interface EventValues {
  readonly data: JsonObject
  readonly metadata: unknown
}
