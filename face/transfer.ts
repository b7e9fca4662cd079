/**
 * A whole ledger as text, and back: one line of canonical JSON per event, in their order, with the stored
 * texts as they are. Numbers, times, actors, ids and leaf hashes stay; positions are the new store's own.
 * Files are not in it: they are copied as files.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { NonEmptyArray } from 'fp-ts/lib/NonEmptyArray.js'
import * as t from 'io-ts'
import { openAdmission } from '../domain/admission.js'
import { decodeWith, describeProblem, record, wholeNumber } from '../domain/codec.js'
import { type Digest, sha256 } from '../domain/digest.js'
import { DigestCodec } from '../domain/envelope.js'
import {
  type Append,
  type AppendError,
  type EventStore,
  type NewEvent,
  ORIGIN,
  type StoredEvent,
  sizeOf,
} from '../domain/event-store.js'
import { decodeEvent, type RecordedEvent } from '../domain/events.js'
import { describeImpossible, type Impossible } from '../domain/impossible.js'
import { canonicalJson, parseJson } from '../domain/json.js'
import { eachFromStore, type ImportError, LedgerError } from './error.js'
import { linesOf, type Pieces } from './lines.js'

export const describeImportError = (error: ImportError): string => {
  switch (error._tag) {
    case 'not-an-export':
      return `line ${error.line} is not that of an export: ${error.reason}`
    case 'incomplete-export':
      return `the export ends after ${error.events} events without its last line: it was cut off; take a whole one and import it again`
    case 'store-not-empty':
      return `the store holds another event than the export at revision ${error.revision} of ${error.stream}: import into an empty ledger`
    case 'impossible-event':
      return `line ${error.line} cannot have been recorded at revision ${error.revision} of ${error.stream}: ${error.reason}; take another export of that ledger, and verify it`
    case 'import-failed':
      return `the events from line ${error.line} on could not all be written: ${error.reason}; import the same export again to go on`
  }
}

const Header = record('the first line of an export', {
  format: t.literal('model-ledger-events', '"model-ledger-events"'),
  version: t.literal(1, '1 (a later one needs a later model-ledger)'),
})
const Line = record('a line of an export', {
  stream: t.string,
  revision: wholeNumber('a revision'),
  id: t.string,
  type: t.string,
  data: t.UnknownRecord,
  metadata: t.UnknownRecord,
})
const Trailer = record('the last line of an export', {
  events: wholeNumber('the number of events'),
  /** Of the digests of all lines before, each made from the one before it and the line. */
  digest: DigestCodec,
})

const chain = (before: Digest, line: string): Digest => sha256(`${before}\n${line}`)

/** The lines of an export, each with its line feed. The last one says how many events there are, and their digest. */
export async function* exportEvents(store: EventStore): AsyncIterable<string> {
  const header = '{"format":"model-ledger-events","version":1}'
  yield `${header}\n`
  let digest = sha256(header)
  let events = 0
  for await (const page of store.readAll(ORIGIN)) {
    for (const event of page) {
      const line = lineOf(event)
      digest = chain(digest, line)
      events += 1
      yield `${line}\n`
    }
  }
  yield `{"digest":"${digest}","events":${events}}\n`
}

/** The texts are canonical JSON already; in the order of their names the members make a canonical line. */
const lineOf = ({ data, id, metadata, revision, stream, type }: StoredEvent): string =>
  `{"data":${data},"id":${JSON.stringify(id)},"metadata":${metadata},"revision":${revision},"stream":${JSON.stringify(stream)},"type":${JSON.stringify(type)}}`

export interface Imported {
  /** In the export, and how many of them the store did not hold yet. */
  readonly events: number
  readonly added: number
  readonly digest: Digest
}

/**
 * So much goes to the store at once, which may make it durable at once: an append for each run of events of one
 * stream, as streams alternate from event to event. The store writes them in their order and none after one that
 * fails; so what it holds is always the beginning of the export, and in the end the same log.
 */
const MOST_EVENTS = 1000
const MOST_BYTES = 512 * 1024

interface Wave {
  readonly line: number
  readonly appends: Array<Append & { readonly events: NonEmptyArray<NewEvent> }>
  bytes: number
}

/**
 * Writes an export, its text in pieces of whatever size, into a store that is empty, or holds the beginning of the same export; anything
 * else is refused before the first event is written. Every event is decoded in full first. Rejects with a `LedgerError`.
 */
export const importEvents = async (
  store: EventStore,
  pieces: Pieces,
  onProgress: (events: number) => void = () => undefined,
): Promise<Imported> => {
  let number = 0
  let events = 0
  let digest: Digest | undefined
  let end: t.TypeOf<typeof Trailer> | undefined
  let wave: Wave | undefined
  let added = 0
  const held = heldIn(store)
  const admission = openAdmission()

  const flush = async (): Promise<void> => {
    const [first, ...rest] = wave?.appends ?? []
    if (wave === undefined || first === undefined) return
    const outcome = await store.appendAll([first, ...rest])()
    if (E.isLeft(outcome)) throw failed(appendProblem(outcome.left, wave.line))
    wave = undefined
    onProgress(events)
  }

  /** What the store holds must be what the export begins with. */
  const isHeld = async (event: StoredEvent): Promise<boolean> => {
    const there = await held.next()
    if (there === undefined) return false
    if (lineOf(there) !== lineOf(event)) throw notEmpty(there)
    if (events % MOST_EVENTS === 0) onProgress(events)
    return true
  }

  for await (const line of linesOf(pieces, (at, reason) => failed({ _tag: 'not-an-export', line: at, reason }))) {
    number += 1
    if (end !== undefined)
      throw failed({ _tag: 'not-an-export', line: number, reason: 'it stands after the last line' })
    const value = parsed(line, number)
    if (digest === undefined) {
      checked(Header, value, number)
      digest = sha256(line)
      continue
    }
    if (typeof value === 'object' && value !== null && 'digest' in value) {
      end = checked(Trailer, value, number)
      continue
    }
    const { event, decoded } = eventOf(line, value, number)
    const outcome = admission.admit(event, decoded)
    if (E.isLeft(outcome)) throw impossibleAt(number, event, outcome.left)
    digest = chain(digest, line)
    events += 1
    if (await isHeld(event)) continue
    added += 1
    const size = sizeOf(event)
    if (wave !== undefined && (number - wave.line === MOST_EVENTS || wave.bytes + size > MOST_BYTES)) await flush()
    wave ??= { line: number, appends: [], bytes: 0 }
    add(event, wave.appends)
    wave.bytes += size
  }
  // Where an export is cut off, its last appends are not known to be whole: they are left to the next import.
  if (end === undefined || digest === undefined) throw failed({ _tag: 'incomplete-export', events })
  if (end.events !== events || end.digest !== digest) {
    const reason = `it promises ${end.events} events with the digest ${end.digest}, and there were ${events} with ${digest}`
    throw failed({ _tag: 'not-an-export', line: number, reason })
  }
  const ended = admission.end()
  if (E.isLeft(ended)) throw impossibleAt(number, ended.left, ended.left.reason)
  const more = await held.next()
  if (more !== undefined) throw notEmpty(more)
  await flush()
  return { events, added, digest }
}

/** The events of a store, one after another; `undefined` after the last that it holds when it is first asked for it. */
const heldIn = (store: EventStore) => {
  const pages = eachFromStore(store.readAll(ORIGIN))
  let page: ReadonlyArray<StoredEvent> = []
  let at = 0
  let ended = false
  return {
    next: async (): Promise<StoredEvent | undefined> => {
      while (at === page.length && !ended) {
        const next = await pages.next()
        ended = next.done === true
        page = next.done === true ? [] : next.value
        at = 0
      }
      return page[at++]
    },
  }
}

const notEmpty = ({ stream, revision }: StoredEvent) => failed({ _tag: 'store-not-empty', stream, revision })

const add = ({ stream, revision, id, type, data, metadata }: StoredEvent, appends: Wave['appends']): void => {
  const event = { id, type, data, metadata }
  const last = appends.at(-1)
  if (last?.stream === stream) last.events.push(event)
  else appends.push({ stream, expected: revision === 0 ? 'none' : revision - 1, events: [event] })
}

const impossibleAt = (
  line: number,
  { stream, revision }: Pick<StoredEvent, 'stream' | 'revision'>,
  reason: Impossible,
) => failed({ _tag: 'impossible-event', line, stream, revision, reason: describeImpossible(reason) })

const failed = (error: ImportError) => new LedgerError(error, describeImportError(error))

const parsed = (line: string, number: number): unknown => {
  try {
    return parseJson(line)
  } catch {
    throw failed({ _tag: 'not-an-export', line: number, reason: 'it is not JSON' })
  }
}

const checked = <A>(codec: t.Decoder<unknown, A>, value: unknown, line: number): A => {
  const decoded = decodeWith(codec)(value)
  if (E.isRight(decoded)) return decoded.right
  throw failed({ _tag: 'not-an-export', line, reason: decoded.left.map(describeProblem).join('; ') })
}

/** A line, with its texts byte for byte as they were stored, and known to be an event of this ledger. */
const eventOf = (
  line: string,
  value: unknown,
  number: number,
): { readonly event: StoredEvent; readonly decoded: RecordedEvent } => {
  const { stream, revision, id, type, data, metadata } = checked(Line, value, number)
  const [dataText, metadataText] = [canonicalJson(data), canonicalJson(metadata)]
  if (E.isLeft(dataText) || E.isLeft(metadataText)) {
    throw failed({
      _tag: 'not-an-export',
      line: number,
      reason: 'its data or metadata are not of the closed JSON type',
    })
  }
  const event = { stream, revision, position: number, id, type, data: dataText.right, metadata: metadataText.right }
  if (lineOf(event) !== line) {
    throw failed({ _tag: 'not-an-export', line: number, reason: 'it is not canonical JSON (RFC 8785): it was changed' })
  }
  const decoded = decodeEvent(event)
  if (E.isRight(decoded)) return { event, decoded: decoded.right }
  const reason = decoded.left._tag === 'damaged-event' ? decoded.left.reason : `its type ${type} is not known here`
  throw failed({ _tag: 'not-an-export', line: number, reason })
}

const appendProblem = (error: AppendError, line: number): ImportError => {
  switch (error._tag) {
    case 'conflict':
      return {
        _tag: 'store-not-empty',
        stream: error.stream,
        revision: error.expected === 'none' ? 0 : error.expected + 1,
      }
    case 'unavailable':
    case 'closed':
    case 'damaged':
    case 'unknown-outcome':
      return { _tag: 'import-failed', line, reason: error.reason }
    case 'too-large':
      return { _tag: 'import-failed', line, reason: `${error.bytes} bytes are more than the ${error.limit} allowed` }
  }
}
