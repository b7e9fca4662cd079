/** Exports that somebody made by hand: what an attacker writes who knows how everything is computed. */

import { createHash } from 'node:crypto'
import { memoryEventStore } from '../../adapters/memory/index.js'
import { idOfEvent } from '../../domain/events/stored-events.js'
import type { EventStore, StoredEvent } from '../../domain/ports/event-store.js'
import { canonicalJson, type Json, type JsonObject } from '../../domain/values/json.js'
import { standingAt } from '../../testing/event-store/world.js'
import { right } from './domain-ledger.js'

/** An event to be written. Its id and its revision are made as they must be, unless they are told. */
export interface Forged {
  readonly stream: string
  readonly type: string
  readonly data: JsonObject
  readonly metadata: JsonObject
  readonly id?: string
  readonly revision?: number
}

export const forgeable = ({ stream, type, data, metadata }: StoredEvent): Forged => ({
  stream,
  type,
  data: JSON.parse(data),
  metadata: JSON.parse(metadata),
})

const text = (value: Json): string => right(canonicalJson(value))

/** The lines of an export of these events. */
export const forgedExport = (events: ReadonlyArray<Forged>): ReadonlyArray<string> => {
  const revisions = new Map<string, number>()
  const last = new Map<string, { readonly commandId: Json | undefined; readonly index: number }>()
  const lines = events.map((event): string => {
    const { stream, type } = event
    const [data, metadata] = [text(event.data), text(event.metadata)]
    const revision = revisions.get(stream) ?? 0
    revisions.set(stream, revision + 1)
    const { commandId } = event.metadata
    const before = last.get(stream)
    const index = before?.commandId === commandId && before !== undefined ? before.index + 1 : 0
    last.set(stream, { commandId, index })
    const id = event.id ?? idOfEvent(stream, String(commandId), index, { type, data, metadata })
    return text({ ...event, id, revision: event.revision ?? revision })
  })
  return sealedLines(lines)
}

/** A store that holds these events, as if somebody had written them past every rule. */
export const forgedStore = async (events: ReadonlyArray<Forged>): Promise<EventStore> => {
  const store = memoryEventStore()
  for (const line of forgedExport(events).slice(1, -1)) {
    const { stream, revision, id, type, data, metadata } = JSON.parse(line)
    const event = { id, type, data: text(data), metadata: text(metadata) }
    right(await store.append(stream, standingAt(revision === 0 ? 'none' : revision - 1), [event])())
  }
  return store
}

/** An export of these lines, with a first and a last line that are right for them, as they were in a version. */
export const sealedLines = (
  lines: ReadonlyArray<string>,
  version: 1 | 2 = 2,
  ledger = LEDGER,
): ReadonlyArray<string> => {
  const header = text({ format: 'model-ledger-events', version, ...(version === 1 ? {} : { ledger }) })
  const digest = version === 1 ? chained(header, lines) : sha256([header, ...lines, ''].join('\n'))
  return [header, ...lines, text({ digest, events: lines.length })].map((line) => `${line}\n`)
}

/** Of the ledger that forged exports are of. */
export const LEDGER = '0f2a8d9c-6c1e-4b7a-9c35-2f1f4f0b7d11'

const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`
const chained = (header: string, lines: ReadonlyArray<string>): string =>
  lines.reduce((before, line) => sha256(`${before}\n${line}`), sha256(header))
