/** The streams of rows, by their numbers; of what does not hold, in words what is wrong. */
import type { Cell, Database } from './driver/driver.js'
import type { Layout } from './layout.js'
import { streamChecksum } from './row-checksum.js'

export interface KnownStream {
  readonly number: number
  readonly name: string
  /** With which the checksums of its events begin; 0 where there are none. */
  readonly crc: number
}

/** The most names of streams that are kept at hand. */
const MOST_NAMES = 10_000

/** The stream of an event; most events of a page are of few streams. */
export const streamsByNumber = (database: Database, { streams, checked }: Layout) => {
  const names = new Map<number, KnownStream>()
  const ofNumber = database.prepare<[number], readonly [name: Cell, crc: Cell]>(
    `SELECT name, ${checked ? 'crc' : '0'} FROM ${streams} WHERE id = ?`,
  )
  return (number: number): KnownStream | string => {
    const known = names.get(number)
    if (known !== undefined) return known
    const row = typeof number === 'number' ? ofNumber.get(number) : undefined
    if (row === undefined) return `there is no stream with the number ${number}`
    const stream = streamIn(number, ...row, checked)
    if (typeof stream === 'string') return stream
    if (names.size === MOST_NAMES) names.clear()
    names.set(number, stream)
    return stream
  }
}

/** The stream in a row, whose cells may be anything in a file that was changed. */
export const streamIn = (number: Cell, name: Cell, crc: Cell, checked: boolean): KnownStream | string => {
  if (typeof number !== 'number' || typeof name !== 'string')
    return `the row of the stream ${number} does not hold its name`
  const right = checked ? streamChecksum(name) : 0
  return crc === right
    ? { number, name, crc: right }
    : `the row of the stream ${number}, ${name}, does not fit its checksum`
}
