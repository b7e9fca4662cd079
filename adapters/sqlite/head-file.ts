/**
 * The head file: what the end of the history was, beside the file of events. A line that says whose it is, and two slots of
 * one sector each, which are written in turn and each under a checksum of its own: whatever a crash tears, the other holds.
 * Nothing is waited for when it is written, so that it may lag behind; it is never ahead of what is durable.
 */
import { closeSync, constants, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import * as t from 'io-ts'
import { LedgerId } from '../../domain/ports/ledger-id.js'
import { nullable, record } from '../../domain/values/codec.js'
import { parseJson } from '../../domain/values/json.js'
import { HistoryEnd } from '../../domain/values/loss.js'
import { Position } from '../../domain/values/position.js'
import { unlessOutOfFiles } from '../shared/open-files.js'

export interface Head {
  /** `null` of a ledger without events. */
  readonly end: HistoryEnd | null
  /** Up to where it is durable: what was appended behind with `durability: 'relaxed'` may go when the machine does. */
  readonly durable: Position
  /** Since when the machine runs that noted it. */
  readonly boot: string
  readonly ledger?: LedgerId
}

const HeadCodec: t.Type<Head, unknown> = record(
  'the head of a ledger',
  { end: nullable(HistoryEnd), durable: Position, boot: t.string },
  { ledger: LedgerId },
)

/** Of every disk; what is written of one is written whole or not at all. */
const SECTOR = 512
const SIZE = 3 * SECTOR
/** As every file begins by which something is known to be a ledger's. */
const TITLE = 'model-ledger head, format 1\n'

/** `damaged`: it is there, and neither slot can be read. */
export type ReadHead = Head | 'missing' | 'damaged'

/** An empty one was being made when its process died. */
const headIn = (bytes: Buffer): ReadHead => {
  if (bytes.length === 0) return 'missing'
  const isOurs = bytes.length === SIZE && bytes.toString('latin1', 0, TITLE.length) === TITLE
  return isOurs ? (newest([slotIn(bytes, 0), slotIn(bytes, 1)]) ?? 'damaged') : 'damaged'
}

const TITLE_SECTOR = Buffer.alloc(SECTOR, ' ')
TITLE_SECTOR.write(TITLE)

/** Whether all of it is as it was written, also what is not needed. */
const isWhole = (bytes: Buffer): boolean =>
  bytes.length === 0 ||
  (bytes.length === SIZE &&
    bytes.subarray(0, SECTOR).equals(TITLE_SECTOR) &&
    slotIn(bytes, 0) !== undefined &&
    slotIn(bytes, 1) !== undefined)

const newest = (slots: ReadonlyArray<Head | undefined>): Head | undefined =>
  slots.reduce(
    (best, slot) => (slot !== undefined && (best === undefined || positionOf(slot) > positionOf(best)) ? slot : best),
    undefined,
  )

const positionOf = ({ end }: Head): number => end?.position ?? 0

const slotIn = (bytes: Buffer, slot: number): Head | undefined => {
  const found = bytes.subarray((slot + 1) * SECTOR, (slot + 2) * SECTOR)
  const json = found.toString('utf8', 9).trimEnd()
  if (!found.equals(slotWith(json))) return undefined
  try {
    const decoded = HeadCodec.decode(parseJson(json))
    return decoded._tag === 'Right' ? decoded.right : undefined
  } catch {
    return undefined
  }
}

const checksumOf = (json: string): string => crc32(json).toString(16).padStart(8, '0')

const slotOf = (head: Head): Buffer => slotWith(JSON.stringify(head))

const slotWith = (json: string): Buffer => {
  const slot = Buffer.alloc(SECTOR, ' ')
  slot.write(`${checksumOf(json)} ${json}`)
  slot.write('\n', SECTOR - 1)
  return slot
}

const ifThere = (path: string, flags: string): number | undefined => {
  try {
    return openSync(path, flags)
  } catch (error) {
    unlessOutOfFiles(error)
    // One that may not be read, or not be written: whoever writes it is told why.
    return flags === 'r' ? undefined : ifThere(path, 'r')
  }
}

export interface HeadFile {
  /** What stands in it now; as it was given before where nothing was written since. */
  readonly read: () => ReadHead
  /** Whether all of what was read last is as it was written: a half of it that is not leaves the other. */
  readonly isWhole: () => boolean
  /** Writes the end of the history where none as late was read or written before. */
  readonly write: (head: Head) => void
  /** Writes it whatever stands there: an earlier end, or another ledger's. */
  readonly replace: (head: Head) => void
  readonly close: () => void
}

/** Opens the head file, and makes it with `replace` where it is not there yet. */
export const openHeadFile = (path: string, readOnly: boolean): HeadFile => {
  const bytes = Buffer.alloc(SIZE + 1)
  let file = ifThere(path, readOnly ? 'r' : 'r+')
  /** As it was read or written last. */
  let known: { readonly bytes: Buffer; readonly head: ReadHead } = { bytes: Buffer.alloc(0), head: 'missing' }

  const read = (): ReadHead => {
    if (file === undefined) return 'missing'
    const found = bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0))
    if (!known.bytes.equals(found)) known = { bytes: Buffer.from(found), head: headIn(found) }
    return known.head
  }

  const replace = (head: Head): void => {
    file ??= openSync(path, constants.O_RDWR | constants.O_CREAT, 0o666)
    const whole = Buffer.concat([TITLE_SECTOR, slotOf(head), slotOf(head)])
    writeSync(file, whole, 0, SIZE, 0)
    fsyncSync(file)
    known = { bytes: whole, head }
    next = 0
  }

  /** Over the older of the two, or the one that a crash tore: in turn, as long as nobody else writes. */
  let next: 0 | 1 | undefined
  const older = (present: Head): 0 | 1 => {
    const first = slotIn(known.bytes, 0)
    return first === undefined || positionOf(first) < positionOf(present) ? 0 : 1
  }

  return {
    read: () => {
      const before = known
      const head = read()
      if (known !== before) next = undefined
      return head
    },
    isWhole: () => isWhole(known.bytes),
    write: (head) => {
      const { bytes: present, head: last } = known
      if (file === undefined || typeof last === 'string') return replace(head)
      if (positionOf(last) >= positionOf(head)) return
      const slot = next ?? older(last)
      const written = slotOf(head)
      writeSync(file, written, 0, SECTOR, (slot + 1) * SECTOR)
      written.copy(present, (slot + 1) * SECTOR)
      known = { bytes: present, head }
      next = slot === 0 ? 1 : 0
    },
    replace,
    close: () => {
      if (file !== undefined) closeSync(file)
      file = undefined
    },
  }
}
