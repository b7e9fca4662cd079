/**
 * Events as the server keeps them. Data and metadata are JSON there, so that its own tools can read them; the
 * client writes and parses that JSON by itself and puts integer-like keys first. So one member is added to
 * the metadata, a digest of the texts, by which they are found again when the event is read.
 */

import { createHash } from 'node:crypto'
import type { AllStreamRecordedEvent, EventData, RecordedEvent } from '@eventstore/db-client'
import {
  EventStoreError,
  type NewEvent,
  type Position,
  type StoredEvent,
  toPosition,
  toRevision,
} from '../../domain/ports/event-store.js'
import { isBytes } from '../../domain/values/built-ins.js'
import { parseJson } from '../../domain/values/json.js'
import { wasTombstoned } from './failure.js'

/** The member of the metadata that holds the digest: SHA-256 of data, LF and metadata, as base64url. */
const DIGEST = 'ledger-sha256'
/** Metadata that is no object, or has one of these two members itself, stands here. */
const WHOLE = 'ledger-metadata'

const digestOf = (data: string, metadata: string): string =>
  createHash('sha256').update(`${data}\n${metadata}`).digest('base64url')

export interface WireEvent {
  readonly event: EventData
  /** As the server counts it: data and metadata, and two bytes for each character of the type. */
  readonly bytes: number
}

export const toWire = ({ id, type, data, metadata }: NewEvent): WireEvent => {
  const wireData = asJson(data)
  const parsed = asJson(metadata)
  const digest = { [DIGEST]: digestOf(data, metadata) }
  const inside = isRecord(parsed) && !(DIGEST in parsed) && !(WHOLE in parsed)
  const wireMetadata = inside ? { ...parsed, ...digest } : { [WHOLE]: parsed, ...digest }
  return {
    // toJSON, because the client's type takes no bare number, true, false or null, which are JSON too.
    event: { id, type, contentType: 'application/json', data: { toJSON: () => wireData }, metadata: wireMetadata },
    bytes: jsonBytes(wireData) + jsonBytes(wireMetadata) + 2 * type.length,
  }
}

/** The event as it was appended. Throws `damaged` where the server gives back anything else. */
export const fromWire = (recorded: RecordedEvent | AllStreamRecordedEvent, prefix: string): StoredEvent => {
  const { id, type, isJson } = recorded
  const stream = recorded.streamId.slice(prefix.length)
  const revision = toRevision(Number(recorded.revision))
  const damaged = (what: string) =>
    new EventStoreError('damaged', `event ${revision} of the stream ${recorded.streamId} ${what}`)

  if (type === '$streamDeleted') throw new EventStoreError('damaged', wasTombstoned(recorded.streamId))
  const wireMetadata: unknown = recorded.metadata
  if (!isJson || !isRecord(wireMetadata)) throw damaged('was not written by this ledger')
  const { [DIGEST]: digest, [WHOLE]: whole, ...rest } = wireMetadata
  if (digest === undefined) throw damaged('was not written by this ledger: it carries no digest')
  for (const data of textsOf(recorded.data)) {
    for (const metadata of textsOf(whole === undefined ? rest : whole)) {
      if (digestOf(data, metadata) !== digest) continue
      return { stream, revision, position: positionOf(recorded), id, type, data, metadata }
    }
  }
  throw damaged(
    hasEscapedKey(recorded.data)
      ? 'is not what was written: its digest does not match; Node 23 to 26.10 read a key such as this one wrong: try Node 22, or 26.12 or later'
      : 'is not what was written: its digest does not match',
  )
}

/** The commit position, which every event has for itself (docs/adr/0004). */
export const positionOf = ({ position, revision, streamId }: RecordedEvent | AllStreamRecordedEvent): Position => {
  const commit = Number(position?.commit ?? 0n)
  if (Number.isSafeInteger(commit) && commit > 0) return toPosition(commit)
  const what = `the server tells no position of event ${revision} of the stream ${streamId}`
  throw new EventStoreError('unavailable', `${what}: EventStoreDB 23.10 or later is needed`)
}

/**
 * What a text is sent as: the value that it is the canonical JSON of, or itself, a JSON string. Also itself where a key
 * is written with a backslash, for the client that reads it parses by itself, which on some engines gives another key.
 */
const asJson = (text: string): unknown => {
  try {
    const value = parseJson(text)
    return canonicalText(value) === text && !(text.includes('\\') && hasEscapedKey(value)) ? value : text
  } catch {
    return text
  }
}

const hasEscapedKey = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.some(hasEscapedKey)
    : isRecord(value) &&
      Object.entries(value).some(([key, member]) => JSON.stringify(key).includes('\\') || hasEscapedKey(member))

/** The texts that are sent as this value. */
const textsOf = (value: unknown): ReadonlyArray<string> =>
  typeof value === 'string' ? [canonicalText(value), value] : [canonicalText(value)]

/**
 * The RFC 8785 text of what was parsed. Not `canonicalJson` of the domain, which refuses what may not be
 * recorded today: what was recorded once must stay readable.
 */
const canonicalText = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`
  if (!isRecord(value)) return JSON.stringify(value)
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalText(value[key])}`)
  return `{${members.join(',')}}`
}

const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value))

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isBytes(value)
