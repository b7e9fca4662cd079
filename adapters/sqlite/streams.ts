/** The streams by name and by number. */
import type { EventRevision, Revision } from '../../domain/ports/event-store.js'
import { damaged } from './damage.js'
import type { Database } from './driver/index.js'
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
  const ofNumber = database.prepare<[number], readonly [name: string, crc: number]>(
    `SELECT name, ${crcColumn} FROM ${streams} WHERE id = ?`,
  )
  const ofName = database.prepare<[string], readonly [number: number, crc: number]>(
    `SELECT id, ${crcColumn} FROM ${streams} WHERE name = ?`,
  )
  const ofChecksum = checked
    ? database.prepare<[number], readonly [number: number, name: string]>(
        `SELECT id, name FROM ${streams} WHERE crc = ?`,
      )
    : undefined
  const walk = database.prepare<[number, number], readonly [stream: number, revision: number, highest: number]>(
    `SELECT stream, revision, (SELECT max(id) FROM ${streams})
     FROM ${events} WHERE (stream, revision) >= (?, ?) ORDER BY stream, revision LIMIT 2`,
  )
  const highest = database.prepare<[number], readonly [EventRevision | null]>(
    `SELECT max(revision) FROM ${events} WHERE stream = ?`,
  )
  const maxPosition = database.prepare<[], readonly [number | null]>(`SELECT max(position) FROM ${events}`)
  const besides = database.prepare<[number, number, number, number, number], readonly [position: number]>(
    `SELECT position FROM ${events} NOT INDEXED
     WHERE ((stream = ? AND revision > ?) OR (stream > ? AND stream < ?)) AND position <= ? LIMIT 1`,
  )

  const whole = (name: string, number: number, crc: number, known: number): KnownStream => {
    if (checked && crc !== known) throw damaged(`the row of the stream ${number}, ${name}, does not fit its checksum`)
    return { number, name, crc }
  }

  /**
   * What the index holds behind an event, step by step and not by looking for it: the stream's next event or the next
   * stream's first one, as it should; what cannot be; or the number of the stream before which others have no events.
   */
  const standsBehind = (number: number, last: Revision): 'what should' | 'what cannot' | number => {
    const found = [...walk.all(number, last === 'none' ? 0 : last)]
    if (last !== 'none') {
      const here = found.shift()
      if (here?.[0] !== number || here[1] !== last) return endsBefore(number, last) ? 'what should' : 'what cannot'
      if (found.length === 0 && here[2] === number) return 'what should'
    }
    const [stream = Number.MAX_SAFE_INTEGER, revision = 0] = found[0] ?? []
    if (stream === number && last !== 'none' && revision === last + 1) return 'what should'
    if (stream <= number || revision !== 0) return 'what cannot'
    return stream === number + 1 && last !== 'none' ? 'what should' : stream
  }

  /** Who asks for what is behind the end of a stream is given nothing, which is right. */
  const endsBefore = (number: number, revision: EventRevision): boolean => {
    const end = highest.get(number)?.[0] ?? revision
    return end < revision && standsBehind(number, end) === 'what should' && walk.all(number, end)[1]?.[0] !== number
  }

  return {
    /** The stream of an event; most events of a page are of few streams. */
    byNumber: (number: number): KnownStream => {
      const known = names.get(number)
      if (known !== undefined) return known
      const [name, crc] = ofNumber.get(number) ?? []
      if (name === undefined || crc === undefined) throw damaged(`there is no stream with the number ${number}`)
      const stream = whole(name, number, crc, streamChecksum(name))
      if (names.size === MOST_NAMES) names.clear()
      names.set(number, stream)
      return stream
    },

    /** That there is none is said only if both indexes say so. */
    byName: (name: string): KnownStream | undefined => {
      const crc = streamChecksum(name)
      const [number, stored] = ofName.get(name) ?? []
      if (number !== undefined && stored !== undefined) return whole(name, number, stored, crc)
      for (const [other, found] of ofChecksum?.all(crc) ?? []) {
        if (found === name) throw damaged(`the index of the streams lacks the stream ${other}, ${name}`)
        whole(found, other, crc, streamChecksum(found))
      }
      return undefined
    },

    checkEnd: ({ number, name }: KnownStream, last: Revision): void => {
      if (last !== 'none' && standsBehind(number, last) === 'what should') return
      // Others may append meanwhile: what is in the table by now is in the index that is looked at next.
      const upTo = maxPosition.get()?.[0] ?? 0
      const next = standsBehind(number, last)
      if (next === 'what should') return
      const end = last === 'none' ? -1 : last
      if (next === 'what cannot' || besides.get(number, end, number, next, upTo) !== undefined)
        throw damaged(`the index of the events does not fit the stream ${name} behind revision ${last}`)
    },
  }
}

export type Streams = ReturnType<typeof streamsIn>
