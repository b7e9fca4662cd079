/** The frames of a write-ahead log (https://www.sqlite.org/fileformat2.html#walformat) that SQLite would read after a crash. */

import { fstatSync, readSync } from 'node:fs'
import { endianness } from 'node:os'

export interface CommittedPages {
  readonly pageSize: number
  /** How many pages the database has when they are put into it. */
  readonly pages: number
  /** By page: where in the log its last version stands. */
  readonly places: ReadonlyMap<number, number>
}

const HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24
/** The last bit says that words are read with the higher byte first, to be summed. */
const MAGIC = 0x377f0682
/** So many frames are read at once. */
const AT_ONCE = 256

/** What was committed to the log; nothing where SQLite would read nothing of it. */
export const committedPages = (log: number): CommittedPages | undefined => {
  const header = Buffer.allocUnsafeSlow(HEADER_BYTES)
  if (readSync(log, header, 0, HEADER_BYTES, 0) < HEADER_BYTES) return undefined
  const magic = header.readUInt32BE(0)
  if ((magic & ~1) >>> 0 !== MAGIC) return undefined
  const sums = summing(magic !== MAGIC)
  const pageSize = header.readUInt32BE(8)
  sums.add(header, 0, HEADER_BYTES - 8)
  if (pageSize < 512 || pageSize > 65_536 || !sums.areAt(header, HEADER_BYTES - 8)) return undefined

  const frameBytes = FRAME_HEADER_BYTES + pageSize
  const frames = Math.floor((fstatSync(log).size - HEADER_BYTES) / frameBytes)
  const some = Buffer.allocUnsafeSlow(AT_ONCE * frameBytes)
  const places = new Map<number, number>()
  const begun = new Map<number, number>()
  let pages = 0
  for (let frame = 0; frame < frames; frame++) {
    const at = (frame % AT_ONCE) * frameBytes
    if (at === 0) readSync(log, some, 0, some.length, HEADER_BYTES + frame * frameBytes)
    const isOfThisLog = some.compare(header, 16, 24, at + 8, at + 16) === 0
    sums.add(some, at, 8)
    sums.add(some, at + FRAME_HEADER_BYTES, pageSize)
    const page = some.readUInt32BE(at)
    if (!isOfThisLog || page === 0 || !sums.areAt(some, at + 16)) break
    begun.set(page, HEADER_BYTES + frame * frameBytes + FRAME_HEADER_BYTES)
    const committed = some.readUInt32BE(at + 4)
    if (committed === 0) continue
    pages = committed
    for (const [each, place] of begun) places.set(each, place)
    begun.clear()
  }
  return pages === 0 ? undefined : { pageSize, pages, places }
}

/** Two sums, into which each word goes with what came before it. */
const summing = (isHighFirst: boolean) => {
  const isSwapped = isHighFirst !== (endianness() === 'BE')
  let [first, second] = [0, 0]
  return {
    add: (bytes: Buffer, at: number, length: number): void => {
      const given = bytes.subarray(at, at + length)
      const part = isSwapped ? Buffer.from(given).swap32() : given
      const words = new Uint32Array(part.buffer, part.byteOffset, length / 4)
      for (let word = 0; word < words.length; word += 2) {
        first = (first + (words[word] ?? 0) + second) | 0
        second = (second + (words[word + 1] ?? 0) + first) | 0
      }
    },
    areAt: (bytes: Buffer, at: number): boolean =>
      bytes.readInt32BE(at) === first && bytes.readInt32BE(at + 4) === second,
  }
}
