/** Texts one behind the other in one array of bytes, which a snapshot keeps and reads again as it is. */
import { bytes, grownCapacity, type ReadonlyColumn } from './columns.js'
import type { RecordedBy } from './decider.js'
import { parseJson } from './json.js'

export interface Texts {
  bytes: Uint8Array
  /** How many are used. */
  length: number
  /** Where the last ones stand: the next is often one of them. */
  readonly recent: Map<string, number>
}

const RECENT = 1000
/** Before each text, its length. */
const PREFIX = 4
/** Where the first stands: 0 is that of no text. */
export const FIRST = 1

export const emptyTexts = (): Texts => ({ bytes: bytes(64), length: FIRST, recent: new Map() })

/** As they were kept: what is added next stands where it would have stood without a snapshot between. */
export const keptTexts = (kept: Uint8Array, length: number): Texts => {
  const buffer = Buffer.from(kept.buffer, kept.byteOffset, length)
  const sizeAt = (at: number): number => buffer.readUInt32LE(at)
  // From here on `recent` was not emptied any more.
  let [first, count] = [FIRST, 0]
  for (let at = FIRST; at < length; at += PREFIX + sizeAt(at)) {
    if (count % RECENT === 0) first = at
    count += 1
  }
  const recent = new Map<string, number>()
  for (let at = first; at < length; at += PREFIX + sizeAt(at))
    recent.set(buffer.toString('utf8', at + PREFIX, at + PREFIX + sizeAt(at)), at)
  return { bytes: kept, length, recent }
}

/** Where the text stands. */
export const addText = (texts: Texts, text: string): number => {
  const known = texts.recent.get(text)
  if (known !== undefined) return known
  const at = texts.length
  const size = Buffer.byteLength(text)
  const end = at + PREFIX + size
  if (end > texts.bytes.length) texts.bytes = bytes(Math.max(end, grownCapacity(texts.bytes.length)), texts.bytes)
  const buffer = Buffer.from(texts.bytes.buffer, texts.bytes.byteOffset, texts.bytes.length)
  buffer.writeUInt32LE(size, at)
  buffer.write(text, at + PREFIX)
  texts.length = end
  if (texts.recent.size === RECENT) texts.recent.clear()
  texts.recent.set(text, at)
  return at
}

export const textAt = (texts: { readonly bytes: ReadonlyColumn }, at: number): string => {
  const part = (from: number, size: number): Buffer =>
    Buffer.from(Array.from({ length: size }, (_, index) => texts.bytes[from + index] ?? 0))
  return part(at + PREFIX, part(at, PREFIX).readUInt32LE()).toString()
}

/** Where it stands by whom something was recorded, and when. */
export const addRecordedBy = (texts: Texts, { by, at }: RecordedBy): number =>
  addText(texts, JSON.stringify({ by, at }))

// As it was written.
export const recordedByAt = (texts: { readonly bytes: ReadonlyColumn }, at: number): RecordedBy =>
  parseJson(textAt(texts, at)) as RecordedBy
