/** Columns of numbers, a few bytes a row: what would be many small objects costs a tenth of the memory. */
import { isBytes, isFloat64Array, isInt32Array } from './built-ins.js'
export type Column = Int32Array | Float64Array | Uint8Array

/** One to be read. */
export interface ReadonlyColumn {
  readonly length: number
  readonly [row: number]: number
}

/** Columns of a given length, begun with the rows of another as far as there is room. */
export const ints = (rows: number, before?: Int32Array): Int32Array => {
  const column = new Int32Array(rows)
  if (before !== undefined) column.set(before.subarray(0, rows))
  return column
}

export const doubles = (rows: number, before?: Float64Array): Float64Array => {
  const column = new Float64Array(rows)
  if (before !== undefined) column.set(before.subarray(0, rows))
  return column
}

export const bytes = (rows: number, before?: Uint8Array): Uint8Array => {
  const column = new Uint8Array(rows)
  if (before !== undefined) column.set(before.subarray(0, rows))
  return column
}

/** The room to make when that many rows are full: of a large column, at most a fifth is unused. */
export const grownCapacity = (rows: number): number =>
  rows < 1 << 16 ? Math.max(64, rows * 2) : Math.ceil(rows * 1.25)

/** The numbers of a column; `Array.from` takes ten times as long. */
export const toArray = (column: Float64Array): number[] => {
  const numbers: number[] = []
  for (let at = 0; at < column.length; at++) numbers.push(column[at] ?? Number.NaN)
  return numbers
}

/** Whether a value has columns as the model does, all of one length. */
export const areColumns = <Columns extends { readonly [name: string]: Column }>(
  value: unknown,
  model: Columns,
): value is Columns => {
  if (typeof value !== 'object' || value === null) return false
  const columns = Object.entries(model).map(([name, like]): number => {
    const column: unknown = Reflect.get(value, name)
    return isColumn(column) && column[Symbol.toStringTag] === like[Symbol.toStringTag] ? column.length : -1
  })
  return columns.every((length) => length >= 0 && length === columns[0])
}

const isColumn = (value: unknown): value is Column => isInt32Array(value) || isFloat64Array(value) || isBytes(value)
