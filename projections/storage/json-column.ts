/**
 * Values that never change, one in each row, in sheets of so many rows. A sheet that comes from a snapshot
 * stays the JSON text that it is until one of its rows is asked for, so that a million rows are opened at once.
 */
import { type Json, parseJson } from '../../domain/values/json.js'

const ROWS = 256
/** Sheets that are laid down together. */
const TOGETHER = 64

export interface JsonColumn<Value extends Json> {
  rows: number
  readonly sheets: Array<Value[] | string>
}

export const emptyJsonColumn = <Value extends Json>(): JsonColumn<Value> => ({ rows: 0, sheets: [] })

export const addRow = <Value extends Json>(sheets: JsonColumn<Value>, value: Value): void => {
  if (sheets.rows++ % ROWS === 0) sheets.sheets.push([value])
  else sheetAt(sheets, sheets.sheets.length - 1).push(value)
}

/** The value of a row that there is. */
export const valueAt = <Value extends Json>(sheets: JsonColumn<Value>, row: number): Value => {
  const value = sheetAt(sheets, Math.floor(row / ROWS))[row % ROWS]
  if (value === undefined) throw new RangeError(`no row ${row} of ${sheets.rows}`)
  return value
}

const sheetAt = <Value extends Json>({ sheets }: JsonColumn<Value>, at: number): Value[] => {
  const sheet = sheets[at] ?? []
  if (typeof sheet !== 'string') return sheet
  // As `saveJsonColumn` wrote it.
  const values = parseJson(sheet) as Value[]
  sheets[at] = values
  return values
}

/** Texts of some sheets at a time, as of the call, whatever is added meanwhile. */
export function saveJsonColumn<Value extends Json>({
  rows,
  sheets,
}: JsonColumn<Value>): Iterable<ReadonlyArray<string>> {
  const [full, last] = [sheets.slice(0, Math.floor(rows / ROWS)), sheets[Math.floor(rows / ROWS)]]
  const rest = last === undefined ? [] : [textOf(last)]
  return (function* () {
    for (let from = 0; from < full.length; from += TOGETHER) yield full.slice(from, from + TOGETHER).map(textOf)
    yield rest
  })()
}

const textOf = (sheet: ReadonlyArray<Json> | string): string =>
  typeof sheet === 'string' ? sheet : JSON.stringify(sheet)

export const loadedSheets = <Value extends Json>(rows: number, texts: ReadonlyArray<string>): JsonColumn<Value> => {
  if (texts.length !== Math.ceil(rows / ROWS)) throw new RangeError(`${texts.length} sheets for ${rows} rows`)
  return { rows, sheets: [...texts] }
}
