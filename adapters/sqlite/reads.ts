/** What is read of the file, in pages. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type EventRevision,
  EventStoreError,
  ORIGIN,
  type Position,
  type Revision,
  type StoredEvent,
} from '../../domain/ports/event-store.js'
import type { Database } from './driver/index.js'

export type Page = ReadonlyArray<StoredEvent>

/** A page is read at once: a cursor left open would keep the write-ahead log from being emptied. */
const PAGE_SIZE = 1000

/** The first page and then the page after each page's last event, each read as `read` reads. */
export async function* pagesBy(
  read: (now: () => Page) => Promise<Page>,
  firstPage: () => Page,
  pageAfter: (last: StoredEvent) => Page,
): AsyncIterable<Page> {
  for (let next = firstPage; ; ) {
    const page = await read(next)
    const last = page.at(-1)
    if (last === undefined) return
    yield page
    if (page.length < PAGE_SIZE) return
    next = () => pageAfter(last)
    // Between pages others have their turn, however fast the caller is.
    await nextTurn()
  }
}

export const prepareReads = (database: Database) => {
  // Rows as arrays are a third faster than rows as objects.
  type StreamRow = readonly [
    position: Position,
    revision: EventRevision,
    id: string,
    type: string,
    data: string,
    meta: string,
  ]
  type Row = readonly [...StreamRow, stream: number]

  const ofStream = database.prepare<[string, number], StreamRow>(
    `SELECT position, revision, id, type, data, metadata FROM events
     WHERE stream = (SELECT id FROM streams WHERE name = ?) AND revision > ?
     ORDER BY revision LIMIT ${PAGE_SIZE}`,
  )
  const ofAll = database.prepare<[number], Row>(
    `SELECT position, revision, id, type, data, metadata, stream
     FROM events WHERE position > ? ORDER BY position LIMIT ${PAGE_SIZE}`,
  )
  const nameOf = streamNames(database)
  const maxPosition = database.prepare<[], readonly [Position | null]>('SELECT max(position) FROM events')

  const toEvent = (stream: string, [position, revision, id, type, data, metadata]: StreamRow | Row): StoredEvent => ({
    stream,
    revision,
    position,
    id,
    type,
    data,
    metadata,
  })

  return {
    streamPage: (stream: string, after: Revision): Page =>
      ofStream.all(stream, after === 'none' ? -1 : after).map((row) => toEvent(stream, row)),
    allPage: (after: Position): Page => ofAll.all(after).map((row) => toEvent(nameOf(row[6]), row)),
    lastPosition: (): Position => maxPosition.get()?.[0] ?? ORIGIN,
  }
}

/** The most names of streams that are kept at hand. */
const MOST_NAMES = 10_000

/** The name of a stream by its number; most events of a page are of few streams. */
const streamNames = (database: Database) => {
  const names = new Map<number, string>()
  const ofNumber = database.prepare<[number], readonly [string]>('SELECT name FROM streams WHERE id = ?')
  return (stream: number): string => {
    const known = names.get(stream)
    if (known !== undefined) return known
    const name = ofNumber.get(stream)?.[0]
    if (name === undefined) throw new EventStoreError('damaged', `there is no stream with the number ${stream}`)
    if (names.size === MOST_NAMES) names.clear()
    names.set(stream, name)
    return name
  }
}
