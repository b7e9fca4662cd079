/** What is read of the file, in pages. Every row is held against its checksum, and against the one before it. */
import {
  type EventRevision,
  type NewEvent,
  ORIGIN,
  type Position,
  type Revision,
  revisionAfter,
  revisionBefore,
  type StoredEvent,
  toPosition,
  toRevision,
} from '../../domain/ports/event-store.js'
import { changedColumn } from './changed-column.js'
import { damaged, damagedRow } from './damage.js'
import { checkPosition, checkRevision } from './density.js'
import type { Cell, Database } from './driver/index.js'
import type { Layout } from './layout.js'
import { eventInText, ROW_TEXT, rowChecksum } from './row-checksum.js'
import { type WholeRow, wholePages } from './row-lines.js'
import type { KnownStream } from './stream-numbers.js'
import { streamsIn, unfit } from './streams.js'

export type Page = ReadonlyArray<StoredEvent>

/** What is read: the events of a stream behind a revision (-1: all), or of all streams behind a position. */
export interface Course {
  readonly stream: string | undefined
  readonly after: number
}

/** The same behind a page. */
export const behind = (course: Course, page: Page): Course => {
  const last = page.at(-1)
  return last === undefined ? course : { ...course, after: placeOf(course, last) }
}

/** Where an event stands on a course. */
export const placeOf = ({ stream }: Course, { position, revision }: StoredEvent): number =>
  stream === undefined ? position : revision

/** Rows as arrays are a third faster than rows as objects. */
type Row = readonly [position: Position, revision: EventRevision, stream: number, ...rest: ReadonlyArray<Cell>]

/** The columns of a row, and the event that is in them. */
interface RowForm<R extends Row> {
  readonly columns: string
  readonly eventOf: (row: R, stream: KnownStream) => StoredEvent
}

export interface ReadsOf {
  readonly database: Database
  readonly layout: Layout
  /** The most events of a page, which is read at once: a cursor left open would keep the write-ahead log from being emptied. */
  readonly pageSize: number
}

export const prepareReads = (of: ReadsOf) => (of.layout.checked ? readsBy(of, checkedRows(of)) : readsBy(of, bareRows))

const readsBy = <R extends Row>({ database, layout, pageSize }: ReadsOf, { columns, eventOf }: RowForm<R>) => {
  const { events } = layout
  // A limit that is a bare `?` makes SQLite compile the statement anew whenever it is given a value.
  const ofStream = database.prepare<[number, number, number], R>(
    `SELECT ${columns} FROM ${events} WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ? + 0`,
  )
  const ofAll = database.prepare<[number], R>(
    `SELECT ${columns} FROM ${events} WHERE position > ? ORDER BY position LIMIT ${pageSize}`,
  )
  const ofStretch = database.prepare<[number, number], R>(
    `SELECT ${columns} FROM ${events} WHERE position > ? AND position <= ? ORDER BY position`,
  )
  const maxPosition = database.prepare<[], readonly [Position | null]>(`SELECT max(position) FROM ${events}`)
  const streams = streamsIn(database, layout)
  const whole = layout.checked
    ? wholePages({ database, events, pageSize, streamOf: streams.byNumber, given: storedEvent })
    : undefined
  let knownLast: Position = ORIGIN

  const foundOf = (stream: KnownStream, after: Revision, limit: number): Page => {
    const page = whole?.ofStream(stream, revisionAfter(after) - 1, limit)
    if (page !== undefined) return page
    let last = after
    return ofStream.all(stream.number, revisionAfter(after), limit).map((row) => {
      const event = eventOf(row, stream)
      checkRevision(event, last)
      last = event.revision
      return event
    })
  }

  /** Up to so many events of a stream after a revision. */
  const eventsOf = (stream: KnownStream, after: Revision, limit: number): Page => {
    for (let page = foundOf(stream, after, limit); ; ) {
      if (page.length === limit) return page
      const last = page.at(-1)?.revision ?? after
      const end = streams.endOf(stream)
      if (end === last || (page.length === 0 && revisionAfter(end) < revisionAfter(last))) return page
      // Others appended to it meanwhile; or what is looked for is not found, though it is there.
      const longer = foundOf(stream, after, limit)
      if (longer.length <= page.length) throw unfit(stream.name)
      page = longer
    }
  }

  const ofStreams = (after: Position): Page => {
    const page = whole?.ofAll(after)
    if (page !== undefined) return page
    let last = after
    return ofAll.all(after).map((row) => {
      const event = eventOf(row, streams.byNumber(row[2]))
      checkPosition(event, last)
      last = event.position
      return event
    })
  }

  const lastOf = (stream: string | undefined): number => {
    if (stream === undefined) return maxPosition.get()?.[0] ?? ORIGIN
    const known = streams.byName(stream)
    const end = known === undefined ? 'none' : streams.endOf(known)
    return end === 'none' ? -1 : end
  }

  return {
    streams,
    eventsOf,
    pageOf: ({ stream, after }: Course): Page => {
      if (stream === undefined) return ofStreams(toPosition(after))
      const known = streams.byName(stream)
      return known === undefined ? [] : eventsOf(known, revisionBefore(after + 1), pageSize)
    },
    /** Those of one stretch of positions, and the one at a position. */
    eventsUpTo: (after: Position, upTo: Position): Page =>
      ofStretch.all(after, upTo).map((row) => eventOf(row, streams.byNumber(row[2]))),
    eventAt: (position: Position): StoredEvent | undefined => {
      const row = ofStretch.get(position - 1, position)
      return row && eventOf(row, streams.byNumber(row[2]))
    },
    /** Where an event stands that cannot be read, as far as its row can be read. */
    placeOf: (position: Position): { readonly stream: string; readonly revision: EventRevision } | undefined => {
      try {
        const row = ofStretch.get(position - 1, position)
        return row && { stream: streams.byNumber(row[2]).name, revision: row[1] }
      } catch {
        return undefined
      }
    },
    /** As the table says, whatever stands there. */
    highestPosition: (): Position => maxPosition.get()?.[0] ?? ORIGIN,
    /** Of a row that was held against its checksum. */
    lastPosition: (position = maxPosition.get()?.[0] ?? ORIGIN): Position => {
      if (position !== knownLast && position !== ORIGIN) {
        const row = ofAll.get(toPosition(position - 1))
        if (row?.[0] !== position) throw damaged(`there is no event at position ${position}, which is the last`)
        eventOf(row, streams.byNumber(row[2]))
        knownLast = position
      }
      return position
    },
    /** An event was written at this position: it need not be read to be believed. */
    written: (position: Position): void => {
      knownLast = position
    },
    /** How many events a course has, by the number of the last one. */
    lengthOf: ({ stream, after }: Course): number => lastOf(stream) - after,
  }
}

export type Reads = ReturnType<typeof prepareReads>

const storedEvent = ({ stream, revision, position, id, type, data, metadata }: WholeRow): StoredEvent => ({
  stream,
  revision: toRevision(revision),
  position: toPosition(position),
  id,
  type,
  data,
  metadata,
})

type CheckedRow = readonly [
  position: Position,
  revision: EventRevision,
  stream: number,
  crc: number | null,
  text: string | null,
]

const checkedRows = ({ database, layout: { events } }: ReadsOf): RowForm<CheckedRow> => {
  const columnsOf = database.prepare<[number], readonly [id: string, type: string, data: string, metadata: string]>(
    `SELECT id, type, data, metadata FROM ${events} WHERE position = ?`,
  )
  const byColumns = (position: Position): NewEvent | undefined => {
    const row = columnsOf.get(position)
    return row && { id: row[0], type: row[1], data: row[2], metadata: row[3] }
  }
  return {
    columns: `position, revision, stream, crc, ${ROW_TEXT}`,
    eventOf: ([position, revision, , crc, text], stream) => {
      if (text === null || rowChecksum(text, stream.crc) !== crc) {
        const column = text === null ? undefined : changedColumn({ text, crc, stream, position, revision })
        throw damagedRow(position, revision, stream.name, column)
      }
      const event = eventInText(text) ?? byColumns(position)
      if (event === undefined) throw damagedRow(position, revision, stream.name)
      const { id, type, data, metadata } = event
      return { stream: stream.name, revision, position, id, type, data, metadata }
    },
  }
}

type BareRow = readonly [
  position: Position,
  revision: EventRevision,
  stream: number,
  id: string,
  type: string,
  data: string,
  metadata: string,
]

/** Those of an earlier format. */
const bareRows: RowForm<BareRow> = {
  columns: 'position, revision, stream, id, type, data, metadata',
  eventOf: ([position, revision, , id, type, data, metadata], { name: stream }) => {
    for (const text of [id, type, data, metadata])
      if (typeof text !== 'string') throw damagedRow(position, revision, stream)
    return { stream, revision, position, id, type, data, metadata }
  },
}
