/**
 * Pages of rows that are read as one cell each: the number of a row's stream and its checksum, and behind them the text that
 * the checksum is of (`row-checksum.ts`), a line for each. A row of five cells takes a third longer.
 *
 *     12
 *     2882343476
 *     17
 *     3
 *     5b0c…
 */
import { type StoredEvent, toPosition, toRevision } from '../../domain/ports/event-store.js'
import type { Cell, Database } from './driver/index.js'
import { eventInText, ROW_LINES, rowChecksum } from './row-checksum.js'
import type { KnownStream } from './streams.js'

type Page = ReadonlyArray<StoredEvent>
type StreamOf = (number: number) => KnownStream

/**
 * Each answers nothing unless all rows of a page fit their checksums, follow one another, and have each column where it is looked
 * for. Who then reads them column by column tells what is wrong, if anything is.
 */
export const wholePages = (database: Database, events: string, pageSize: number, streamOf: StreamOf) => {
  const select = `SELECT ${ROW_LINES} FROM ${events}`
  const ofStream = database.prepareColumn<[number, number, number]>(
    `${select} WHERE stream = ? AND revision > ? ORDER BY revision LIMIT ? + 0`,
  )
  const ofAll = database.prepareColumn<[number]>(`${select} WHERE position > ? ORDER BY position LIMIT ${pageSize}`)
  return {
    ofStream: ({ name, number }: KnownStream, after: number, limit: number): Page | undefined =>
      pageOf(
        ofStream(number, after, limit),
        streamOf,
        (event, at) => event.revision === after + at && event.stream === name,
      ),
    ofAll: (after: number): Page | undefined =>
      pageOf(ofAll(after), streamOf, (event, at) => event.position === after + at),
  }
}

/** @param isNext whether an event is that which should stand so many places behind the page before */
const pageOf = (
  cells: ReadonlyArray<Cell>,
  streamOf: StreamOf,
  isNext: (event: StoredEvent, at: number) => boolean,
): Page | undefined => {
  const page: StoredEvent[] = []
  for (const cell of cells) {
    const event = typeof cell === 'string' ? wholeEvent(cell, streamOf) : undefined
    if (event === undefined || !isNext(event, page.length + 1)) return undefined
    page.push(event)
  }
  return page
}

const wholeEvent = (lines: string, streamOf: StreamOf): StoredEvent | undefined => {
  const crc = lines.indexOf('\n') + 1
  const text = lines.indexOf('\n', crc)
  const number = numberAt(lines, 0)
  if (Number.isNaN(number)) return undefined
  const stream = streamOf(number)
  if (rowChecksum(lines.slice(text), stream.crc) !== numberAt(lines, crc)) return undefined
  const event = eventInText(lines, text)
  if (event === undefined) return undefined
  const { id, type, data, metadata } = event
  return {
    stream: stream.name,
    revision: toRevision(numberAt(lines, lines.indexOf('\n', text + 1) + 1)),
    position: toPosition(numberAt(lines, text + 1)),
    id,
    type,
    data,
    metadata,
  }
}

/** The whole number that a line is which begins at an index; `NaN`, which fits nothing, where it is none that a number can hold. */
const numberAt = (lines: string, from: number): number => {
  const end = lines.indexOf('\n', from)
  let value = end > from ? 0 : Number.NaN
  for (let at = from; at < end; at++) {
    const digit = lines.charCodeAt(at) - 48
    value = digit >= 0 && digit <= 9 ? value * 10 + digit : Number.NaN
  }
  return Number.isSafeInteger(value) ? value : Number.NaN
}
