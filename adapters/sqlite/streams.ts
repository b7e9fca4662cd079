/** The streams by name and by number. */
import type { EventRevision, EventStoreError, Revision } from '../../domain/ports/event-store.js'
import { damaged } from './damage.js'
import type { Cell, Database } from './driver/index.js'
import type { Layout } from './layout.js'
import { streamChecksum } from './row-checksum.js'
import { type KnownStream, streamIn, streamsByNumber } from './stream-numbers.js'

export const streamsIn = (database: Database, layout: Layout) => {
  const { events, streams, checked } = layout
  const ofNumber = streamsByNumber(database, layout)
  const ofName = database.prepare<[string], readonly [number: Cell, crc: Cell]>(
    `SELECT id, ${checked ? 'crc' : '0'} FROM ${streams} WHERE name = ?`,
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

  const whole = (number: Cell, name: Cell, crc: Cell): KnownStream => orThrow(streamIn(number, name, crc, checked))

  return {
    whole,
    byNumber: (number: number): KnownStream => orThrow(ofNumber(number)),

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
      const found = around.get(number, number) ?? [null, null, null, null, 0, 0]
      // In an entry that was changed, bytes or a fraction may stand for a number.
      if (found.some((cell) => cell !== null && !Number.isSafeInteger(cell))) throw unfit(name)
      const [stream, revision, next, first, highest, last] = found
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

const orThrow = (stream: KnownStream | string): KnownStream => {
  if (typeof stream === 'string') throw damaged(stream)
  return stream
}

/** The index of the events is not that of their table. */
export const unfit = (stream: string): EventStoreError =>
  damaged(`the index of the events does not fit those of the stream ${stream}`)

export type Streams = ReturnType<typeof streamsIn>
