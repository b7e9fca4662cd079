/** Which column of a row was changed, as far as its checksum and its leaf hash can tell. */
import { type NewEvent, toRevision } from '../../domain/ports/event-store.js'
import { leafDigits } from './leaf-digits.js'
import { eventInText, rowChecksum, rowTextOf } from './row-checksum.js'
import type { KnownStream } from './stream-numbers.js'

export interface DamagedRow {
  readonly text: string
  readonly crc: unknown
  readonly stream: KnownStream
  readonly position: number
  readonly revision: number
}

/** As they stand in a row's text, one a line, behind the name of the stream. */
const LINES = ['stream', 'position', 'revision', 'id', 'type', 'leaf', 'data', 'metadata'] as const
type Column = (typeof LINES)[number] | 'crc'

/** Nothing where more than one bit was changed, and in more than what follows from the rest. */
export const changedColumn = (row: DamagedRow): Column | undefined => {
  const { text, crc, stream } = row
  if (typeof crc !== 'number' || !(crc >= 0 && crc <= 0xffff_ffff)) return 'crc'
  const event = eventInText(text)
  const derived = event && changedNumberOrHash(row, event, crc)
  if (derived !== undefined) return derived
  const difference = (rowChecksum(text, stream.crc) ^ crc) >>> 0
  if ((difference & (difference - 1)) === 0) return 'crc'
  const bytes = Buffer.from(text)
  const at = changedByte(bytes, difference)
  if (at !== undefined) return LINES[bytes.subarray(0, at).reduce((lines, byte) => lines + (byte === LF ? 1 : 0), 0)]
  return inexactLine(text)
}

const LF = 10

/** What is not written as it is stored: numbers, of which one bit may be another, and what follows from the other columns. */
const changedNumberOrHash = (
  { text, stream, position, revision }: DamagedRow,
  event: NewEvent,
  crc: number,
): Column | undefined => {
  const [, , , , , leaf = ''] = text.split('\n', 6)
  const fits = (at: { position: number; revision: number }, digits = leaf) =>
    rowChecksum(rowTextOf(event, at, digits), stream.crc) === crc
  const right = leafDigits(event, stream.name, toRevision(revision))
  if (fits({ position, revision }, right)) return 'leaf'
  for (let bit = 0; bit < 32; bit++) {
    if (fits({ position, revision: (revision ^ (1 << bit)) >>> 0 })) return 'revision'
    if (fits({ position: (position ^ (1 << bit)) >>> 0, revision })) return 'position'
  }
  // All that the leaf hash is of is as it was.
  return leaf === right ? 'crc' : undefined
}

/** The byte of which one bit makes this difference: what it does to the checksum follows from what stands behind it. */
const changedByte = (bytes: Uint8Array, difference: number): number | undefined => {
  const made = Uint32Array.from({ length: 8 }, (_, bit) => TABLE[1 << bit] ?? 0)
  for (let at = bytes.length - 1; at >= 0; at--) {
    if (made.includes(difference)) return at
    for (let bit = 0; bit < 8; bit++) {
      const before = made[bit] ?? 0
      made[bit] = (before >>> 8) ^ (TABLE[before & 0xff] ?? 0)
    }
  }
  return undefined
}

/** What a byte does to a CRC-32, of the polynomial that zlib takes. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1
  return value
})

/** A byte that is no UTF-8 was read as another character, of which there is no other. */
const inexactLine = (text: string): Column | undefined => {
  const lines = text.split('\n')
  const inexact = LINES.filter((_, line) => lines[line]?.includes('\ufffd'))
  return inexact.length === 1 ? inexact[0] : undefined
}
