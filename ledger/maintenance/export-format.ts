/**
 * The text of an export: a first line that says what it is, one line of canonical JSON per event, in their order, with
 * the stored texts as they are, and a last line that says how many there were, and their digest.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { type Admission, openAdmission } from '../../domain/admission.js'
import { decodeWithValues, isOfTodaysSchema } from '../../domain/events/stored-events.js'
import { EventRevision, type Position, type StoredEvent, toPosition } from '../../domain/ports/event-store.js'
import { describeHistoryDamage } from '../../domain/ports/history-damage.js'
import { LedgerId, ledgerIdOfHistory } from '../../domain/ports/ledger-id.js'
import { decodeWith, describeProblem, record, rule, wholeNumber } from '../../domain/values/codec.js'
import { Digest, digestOf, sha256, streamingHash } from '../../domain/values/digest.js'
import { describeImpossible, type Impossible } from '../../domain/values/impossible.js'
import {
  canonicalJson,
  describeNumberChanged,
  type JsonObject,
  numberChangedIn,
  parseJson,
} from '../../domain/values/json.js'
import { parseStream } from '../../domain/values/stream-names.js'
import type { Stoppable } from '../calling/arguments.js'
import { checkedNow } from '../calling/checked.js'
import { type ImportError, LedgerError } from '../calling/errors.js'
import { Listener, Stopping } from '../calling/input.js'
import { guarded } from '../calling/own.js'
import { eachUntil } from '../calling/stopping.js'
import { Lines, linesOf, type Pieces } from './lines.js'

export const describeImportError = (error: ImportError): string => {
  switch (error._tag) {
    case 'not-an-export':
      return `line ${error.line} is not that of an export: ${error.reason}`
    case 'incomplete-export':
      return `the export ends after ${error.events} events without its last line: it was cut off; take a whole one and import it again`
    case 'store-not-empty':
      return `the store holds another event than the export at revision ${error.revision} of ${error.stream}: import into an empty ledger`
    case 'in-use':
      return `nothing was imported: ${error.reason}; then import the same export again`
    case 'closed':
      return error.reason
    case 'history-lost':
    case 'head-of-another-ledger':
      return `nothing was imported: ${describeHistoryDamage(error)}`
    case 'impossible-event':
      return `line ${error.line} cannot have been recorded at revision ${error.revision} of ${error.stream}: ${error.reason}; take another export of that ledger, and verify it`
    case 'import-failed':
      return `the events could not be written: ${error.reason}; import the same export again`
  }
}

export const failed = (error: ImportError): Error => new LedgerError(error, describeImportError(error))

const format = t.literal('model-ledger-events', '"model-ledger-events"')
const VERSION = '1 or 2 (a later one needs a later model-ledger)'
const Header = t.union(
  [
    record('the first line of an export of version 1', { format, version: t.literal(1, VERSION) }),
    // Of a ledger that has none yet, as one has that was never opened for writing, the id is left out.
    record('the first line of an export', { format, version: t.literal(2, VERSION) }, { ledger: LedgerId }),
  ],
  `the first line of an export {format, ledger, version}, where format is "model-ledger-events" and version ${VERSION}`,
)
/** As JSON was parsed to it. */
const JsonMembers = rule('a JSON object', (value): value is JsonObject => t.UnknownRecord.is(value))
const Line = record('a line of an export', {
  stream: t.string,
  revision: EventRevision,
  id: t.string,
  type: t.string,
  data: JsonMembers,
  metadata: JsonMembers,
})
const Trailer = record('the last line of an export', {
  events: wholeNumber('the number of events'),
  digest: Digest,
})

/** The first line of an export of a ledger. */
export const headerOf = (ledger: LedgerId | undefined): string =>
  `{"format":"model-ledger-events",${ledger === undefined ? '' : `"ledger":"${ledger}",`}"version":2}`

/** The texts are canonical JSON already; in the order of their names the members make a canonical line. */
export const lineOf = ({ data, id, metadata, revision, stream, type }: StoredEvent): string =>
  `{"data":${data},"id":${JSON.stringify(id)},"metadata":${metadata},"revision":${revision},"stream":${JSON.stringify(stream)},"type":${JSON.stringify(type)}}`

export const trailerOf = (digest: Digest, events: number): string => `{"digest":"${digest}","events":${events}}`

/** The digest of lines, as they come. */
export interface LineDigest {
  readonly add: (line: string) => void
  readonly digest: () => Digest
}

/** In version 1: of the digests of all lines before, each made from the one before it and the line. */
const chained = (header: string): LineDigest => {
  let digest = sha256(header)
  return {
    add: (line) => {
      digest = sha256(`${digest}\n${line}`)
    },
    digest: () => digest,
  }
}

/** Of all lines before with their line feeds: of the whole text but its last line. */
export const running = (header: string): LineDigest => {
  const hash = streamingHash().update(`${header}\n`)
  return {
    add: (line) => {
      hash.update(`${line}\n`)
    },
    digest: () => digestOf(hash),
  }
}

/** What an export is, when it was read to its end. */
export interface ReadExport {
  readonly events: number
  readonly digest: Digest
  /** The id of its ledger; `null` where it had none yet. */
  readonly ledger: LedgerId | null
}

/**
 * The events of an export, whose text comes in pieces of whatever size, each with the number of its line as its
 * position. Every one is decoded in full and held to what could have been. Throws a `LedgerError` at the first that is
 * wrong, or at the end where the last line is missing or is not that of what came before.
 */
export async function* readExport(
  pieces: Pieces,
  begun: (ledger: LedgerId) => void = () => undefined,
): AsyncGenerator<StoredEvent, ReadExport, undefined> {
  const admission = openAdmission()
  let number = 0
  let events = 0
  let lines: LineDigest | undefined
  let end: t.TypeOf<typeof Trailer> | undefined
  let ledger: LedgerId | undefined
  for await (const line of linesOf(pieces, (at, reason) => failed({ _tag: 'not-an-export', line: at, reason }))) {
    number += 1
    if (end !== undefined)
      throw failed({ _tag: 'not-an-export', line: number, reason: 'it stands after the last line' })
    const value = parsed(line, number)
    if (lines === undefined) {
      const header = checked(Header, value, number)
      if (header.version === 2) ledger = header.ledger
      lines = header.version === 2 ? running(line) : chained(line)
      continue
    }
    if (typeof value === 'object' && value !== null && 'digest' in value) {
      end = checked(Trailer, value, number)
      continue
    }
    const event = eventOf(admission, line, value, number)
    lines.add(line)
    // Exports were without an id for as long as ledgers were.
    if (events === 0) {
      ledger ??= ledgerIdOfHistory(event)
      begun(ledger)
    }
    events += 1
    yield event
  }
  if (end === undefined || lines === undefined) throw failed({ _tag: 'incomplete-export', events })
  const digest = lines.digest()
  if (end.events !== events || end.digest !== digest) {
    const reason = `it promises ${end.events} events with the digest ${end.digest}, and there were ${events} with ${digest}`
    throw failed({ _tag: 'not-an-export', line: number, reason })
  }
  const ended = admission.end()
  if (E.isLeft(ended)) throw impossibleAt(number, ended.left, ended.left.reason)
  return { events, digest, ledger: ledger ?? null }
}

const impossibleAt = (
  line: number,
  { stream, revision }: Pick<StoredEvent, 'stream' | 'revision'>,
  reason: Impossible,
) => failed({ _tag: 'impossible-event', line, stream, revision, reason: describeImpossible(reason) })

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

/** A line that holds an event of a ledger, and the values in it. */
type EventLine = t.TypeOf<typeof Line>

/** The event, with its texts byte for byte as they stand in the line, if they stand there as an export writes them. */
const cutOut = (
  line: string,
  { stream, revision, id, type }: EventLine,
  position: Position,
): StoredEvent | undefined => {
  const middle = `,"id":${JSON.stringify(id)},"metadata":`
  const end = `,"revision":${revision},"stream":${JSON.stringify(stream)},"type":${JSON.stringify(type)}}`
  const at = line.indexOf(middle, DATA.length)
  return at !== -1 && line.startsWith(DATA) && line.endsWith(end)
    ? {
        stream,
        revision,
        position,
        id,
        type,
        data: line.slice(DATA.length, at),
        metadata: line.slice(at + middle.length, -end.length),
      }
    : undefined
}
const DATA = '{"data":'

/** The event, with texts that are made again from its values; a line of other texts is none of an export. */
const writtenAgain = (line: string, { data, metadata, ...rest }: EventLine, position: Position): StoredEvent => {
  const [dataText, metadataText] = [canonicalJson(data), canonicalJson(metadata)]
  if (E.isLeft(dataText) || E.isLeft(metadataText)) {
    const reason = 'its data or metadata are not of the closed JSON type'
    throw failed({ _tag: 'not-an-export', line: position, reason })
  }
  const event = { ...rest, position, data: dataText.right, metadata: metadataText.right }
  if (lineOf(event) === line) return event
  const changed = numberChangedIn(line)
  const why = changed === undefined ? 'it was changed' : `${changed.path.join('.')}: ${describeNumberChanged(changed)}`
  const reason = `it is not canonical JSON (RFC 8785): ${why}`
  throw failed({ _tag: 'not-an-export', line: position, reason })
}

/**
 * A line, known to be an event of this ledger that could have followed. Its texts are cut out of it and the values in
 * it are decoded, for the admission holds the two together: where it cannot, or something is wrong, they are written again.
 */
const eventOf = (admission: Admission, line: string, value: unknown, number: number): StoredEvent => {
  const parts = checked(Line, value, number)
  const at = toPosition(number)
  const event = cutOut(line, parts, at) ?? writtenAgain(line, parts, at)
  const decoded = decodeWithValues(event, parts)
  if (E.isLeft(decoded)) {
    writtenAgain(line, parts, at)
    const { left } = decoded
    const unknown =
      parseStream(event.stream) === undefined
        ? `its stream ${event.stream} is none of a ledger`
        : `its type ${event.type} is not known here`
    const reason = left._tag === 'damaged-event' ? left.reason : unknown
    throw failed({ _tag: 'not-an-export', line: number, reason })
  }
  const outcome = admission.admit(event, decoded.right)
  if (E.isLeft(outcome) || !isOfTodaysSchema(event.type, decoded.right.metadata.schema)) {
    writtenAgain(line, parts, at)
  }
  if (E.isLeft(outcome)) throw impossibleAt(number, event, outcome.left)
  return event
}

const readThrough = async (
  pieces: Pieces,
  onProgress: (events: number) => void = () => undefined,
  options: Stoppable = {},
): Promise<ReadExport> => {
  checkedNow(Lines, pieces)
  checkedNow(Listener, onProgress)
  const { signal } = checkedNow(Stopping, options)
  const reading = readExport(eachUntil(pieces, signal))
  for (let events = 0; ; events++) {
    const next = await reading.next()
    if (next.done === true) return next.value
    if (events % 1000 === 0) onProgress(events)
  }
}

export const { verifyExport } = guarded({
  /** Reads an export to its end, and holds it to everything that an import would. Rejects with a `LedgerError`. */
  verifyExport: readThrough,
})
