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
import type { NewEvent } from '../../domain/ports/event-store.js'
import type { Cell, Database } from './driver/driver.js'
import { eventInText, ROW_LINES, rowChecksum } from './row-checksum.js'
import type { KnownStream } from './stream-numbers.js'

/** A row that fits its checksum. */
export interface WholeRow extends NewEvent {
  readonly stream: string
  readonly revision: number
  readonly position: number
}

type Page<Row> = ReadonlyArray<Row>
type StreamOf = (number: number) => KnownStream | string

interface PagesOf<Row> {
  readonly database: Database
  /** The table. */
  readonly events: string
  readonly pageSize: number
  readonly streamOf: StreamOf
  /** What a page has of each row. */
  readonly given: (row: WholeRow) => Row
}

/**
 * Each answers nothing unless all rows of a page fit their checksums, follow one another, and have each column where it is looked
 * for. Who then reads them column by column tells what is wrong, if anything is.
 */
export const wholePages = <Row>({ database, events, pageSize, streamOf, given }: PagesOf<Row>) => {
  const select = `SELECT ${ROW_LINES} FROM ${events}`
  const ofStream = database.prepareColumn<[number, number, number]>(
    `${select} WHERE stream = ? AND revision > ? ORDER BY revision LIMIT ? + 0`,
  )
  const ofAll = database.prepareColumn<[number]>(`${select} WHERE position > ? ORDER BY position LIMIT ${pageSize}`)
  /** @param isNext whether a row is that which should stand so many places behind the page before */
  const pageOf = (
    cells: ReadonlyArray<Cell>,
    isNext: (row: WholeRow, at: number) => boolean,
  ): Page<Row> | undefined => {
    const page: Row[] = []
    for (const cell of cells) {
      const row = typeof cell === 'string' ? wholeRow(cell, streamOf) : undefined
      if (row === undefined || !isNext(row, page.length + 1)) return undefined
      page.push(given(row))
    }
    return page
  }
  return {
    ofStream: ({ name, number }: KnownStream, after: number, limit: number): Page<Row> | undefined =>
      pageOf(ofStream(number, after, limit), (row, at) => row.revision === after + at && row.stream === name),
    ofAll: (after: number): Page<Row> | undefined => pageOf(ofAll(after), (row, at) => row.position === after + at),
  }
}

const wholeRow = (lines: string, streamOf: StreamOf): WholeRow | undefined => {
  const crc = lines.indexOf('\n') + 1
  const text = lines.indexOf('\n', crc)
  const number = numberAt(lines, 0)
  const stream = Number.isNaN(number) ? undefined : streamOf(number)
  if (stream === undefined || typeof stream === 'string') return undefined
  if (rowChecksum(lines.slice(text), stream.crc) !== numberAt(lines, crc)) return undefined
  const event = eventInText(lines, text)
  if (event === undefined) return undefined
  const { id, type, data, metadata } = event
  const position = numberAt(lines, text + 1)
  const revision = numberAt(lines, lines.indexOf('\n', text + 1) + 1)
  return { stream: stream.name, revision, position, id, type, data, metadata }
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
