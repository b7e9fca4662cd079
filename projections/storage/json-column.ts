/**
 * Values that never change, one in each row, in blocks of so many rows. A block that comes from a snapshot
 * stays the JSON text that it is until one of its rows is asked for, so that a million rows are opened at once.
 */
import { type Json, parseJson } from '../../domain/values/json.js'

const ROWS = 256
/** Blocks that are laid down together. */
const TOGETHER = 64

export interface JsonColumn<Value extends Json> {
  rows: number
  readonly blocks: Array<Value[] | string>
}

export const emptyJsonColumn = <Value extends Json>(): JsonColumn<Value> => ({ rows: 0, blocks: [] })

export const addRow = <Value extends Json>(column: JsonColumn<Value>, value: Value): void => {
  if (column.rows++ % ROWS === 0) column.blocks.push([value])
  else blockAt(column, column.blocks.length - 1).push(value)
}

/** The value of a row that there is. */
export const valueAt = <Value extends Json>(column: JsonColumn<Value>, row: number): Value => {
  const value = blockAt(column, Math.floor(row / ROWS))[row % ROWS]
  if (value === undefined) throw new RangeError(`no row ${row} of ${column.rows}`)
  return value
}

const blockAt = <Value extends Json>({ blocks }: JsonColumn<Value>, at: number): Value[] => {
  const block = blocks[at] ?? []
  if (typeof block !== 'string') return block
  // As `saveJsonColumn` wrote it.
  const values = parseJson(block) as Value[]
  blocks[at] = values
  return values
}

/** Texts of some blocks at a time, as of the call, whatever is added meanwhile. */
export function saveJsonColumn<Value extends Json>({
  rows,
  blocks,
}: JsonColumn<Value>): Iterable<ReadonlyArray<string>> {
  const [full, last] = [blocks.slice(0, Math.floor(rows / ROWS)), blocks[Math.floor(rows / ROWS)]]
  const rest = last === undefined ? [] : [textOf(last)]
  return (function* () {
    for (let from = 0; from < full.length; from += TOGETHER) yield full.slice(from, from + TOGETHER).map(textOf)
    yield rest
  })()
}

const textOf = (block: ReadonlyArray<Json> | string): string =>
  typeof block === 'string' ? block : JSON.stringify(block)

export const loadJsonColumn = <Value extends Json>(rows: number, texts: ReadonlyArray<string>): JsonColumn<Value> => {
  if (texts.length !== Math.ceil(rows / ROWS)) throw new RangeError(`${texts.length} blocks for ${rows} rows`)
  return { rows, blocks: [...texts] }
}
