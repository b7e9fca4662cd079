/** The streams by name and by number. */
import type { EventRevision, EventStoreError, Revision } from '../../domain/ports/event-store.js'
import { damaged } from './damage.js'
import type { Cell, Database } from './driver/index.js'
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

export const streamsIn = (database: Database, { events, streams, checked }: Layout) => {
  const names = new Map<number, KnownStream>()
  const crcColumn = checked ? 'crc' : '0'
  const ofNumber = database.prepare<[number], readonly [name: Cell, crc: Cell]>(
    `SELECT name, ${crcColumn} FROM ${streams} WHERE id = ?`,
  )
  const ofName = database.prepare<[string], readonly [number: Cell, crc: Cell]>(
    `SELECT id, ${crcColumn} FROM ${streams} WHERE name = ?`,
  )
  const ofChecksum = checked
    ? database.prepare<[number], readonly [number: Cell, name: Cell]>(`SELECT id, name FROM ${streams} WHERE crc = ?`)
    : undefined
  // By the first column of the index alone, so that SQLite passes over nothing on its way that should not be there.
  const around = database.prepare<[number, number], Around>(
    `SELECT stream, revision, next, first, (SELECT max(id) FROM ${streams}), (SELECT max(position) FROM ${events})
     FROM (SELECT 1)
     LEFT JOIN (SELECT stream, revision FROM ${events} WHERE stream <= ? ORDER BY stream DESC, revision DESC LIMIT 1)
     LEFT JOIN (SELECT stream AS next, revision AS first FROM ${events} WHERE stream > ? ORDER BY stream, revision LIMIT 1)`,
  )
  const besides = database.prepare<[number, number, number, number, number], readonly [position: number]>(
    `SELECT position FROM ${events} NOT INDEXED
     WHERE ((stream = ? AND revision > ?) OR (stream > ? AND stream < ?)) AND position <= ? LIMIT 1`,
  )

  /** The stream in a row, whose cells may be anything in a file that was changed. */
  const whole = (number: Cell, name: Cell, crc: Cell): KnownStream => {
    if (typeof number !== 'number' || typeof name !== 'string')
      throw damaged(`the row of the stream ${number} does not hold its name`)
    const right = checked ? streamChecksum(name) : 0
    if (crc !== right) throw damaged(`the row of the stream ${number}, ${name}, does not fit its checksum`)
    return { number, name, crc: right }
  }

  return {
    whole,
    /** The stream of an event; most events of a page are of few streams. */
    byNumber: (number: number): KnownStream => {
      const known = names.get(number)
      if (known !== undefined) return known
      const row = typeof number === 'number' ? ofNumber.get(number) : undefined
      if (row === undefined) throw damaged(`there is no stream with the number ${number}`)
      const stream = whole(number, ...row)
      if (names.size === MOST_NAMES) names.clear()
      names.set(number, stream)
      return stream
    },

    /** That there is none is said only if both indexes say so. */
    byName: (name: string): KnownStream | undefined => {
      const row = ofName.get(name)
      if (row !== undefined) return whole(row[0], name, row[1])
      for (const [number, found] of ofChecksum?.all(streamChecksum(name)) ?? []) {
        const { name: other } = whole(number, found, streamChecksum(name))
        if (other === name) throw damaged(`the index of the streams lacks the stream ${number}, ${name}`)
      }
      return undefined
    },

    /**
     * The last revision of a stream, by what stands side by side in the index: its last event, and the first one of the next
     * stream. An entry that is gone or was changed shows there.
     */
    endOf: ({ number, name }: KnownStream): Revision => {
      const [stream, revision, next, first, highest, last] = around.get(number, number) ?? [
        null,
        null,
        null,
        null,
        0,
        0,
      ]
      const end = stream === number ? revision : 'none'
      if (end === null || (first !== null && first !== 0)) throw unfit(name)
      const isNext = next === number + 1 || (next === null && highest === number)
      if (end !== 'none' && isNext) return end
      // There are streams without events: theirs were deleted, or the index does not know them.
      const [after, before] = [end === 'none' ? -1 : end, next ?? Number.MAX_SAFE_INTEGER]
      if (besides.get(number, after, number, before, last ?? 0) !== undefined) throw unfit(name)
      return end
    },
  }
}

type Around = readonly [
  stream: number | null,
  revision: EventRevision | null,
  next: number | null,
  first: number | null,
  highest: number | null,
  last: number | null,
]

/** The index of the events is not that of their table. */
export const unfit = (stream: string): EventStoreError =>
  damaged(`the index of the events does not fit those of the stream ${stream}`)

export type Streams = ReturnType<typeof streamsIn>
