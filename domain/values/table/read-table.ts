/** Reads the text of a table, whoever wrote it: W&B's SDK writes more than is written here. */

import * as E from 'fp-ts/lib/Either.js'
import { messageOf } from '../built-ins.js'
import { isKept, type Json, parseJson } from '../json.js'

/** A table as it was read. Cells are what the text has; times are ISO 8601 texts. */
export interface ReadTable {
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<Json>>
  /** Columns whose cells W&B keeps in a file of their own (arrays of NumPy): here they are empty. */
  readonly elsewhere: ReadonlyArray<string>
}

/** Or why it cannot be read. */
export const readTable = (text: string): E.Either<string, ReadTable> => {
  let value: unknown
  try {
    value = parseJson(asJson(text))
  } catch (error) {
    return E.left(`it is not JSON: ${messageOf(error)}`)
  }
  if (isDeeperThan(MOST_LEVELS, value)) return E.left(`it is nested more than ${MOST_LEVELS} levels deep`)
  if (memberOf(value, '_type') !== 'table') return E.left('it is no table: its _type is not "table"')
  const [columns, data] = [memberOf(value, 'columns'), memberOf(value, 'data')]
  if (!isList(columns) || !columns.every((name) => typeof name === 'string' || typeof name === 'number'))
    return E.left('its columns are not a list of names')
  const names = columns.map(String)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) return E.left(`two of its columns are called ${JSON.stringify(twice)}`)
  if (!isList(data)) return E.left('its data is not a list of rows')
  const types = memberOf(memberOf(memberOf(value, 'column_types'), 'params'), 'type_map')
  const typeTexts = names.map((name) => JSON.stringify(memberOf(types, name)) ?? '')
  const times = typeTexts.map((type) => type.includes('"timestamp"'))
  const rows: Array<ReadonlyArray<Json>> = []
  for (const [at, row] of data.entries()) {
    if (!isRow(row, names.length)) return E.left(`data[${at}] is not a list of ${names.length} cells`)
    rows.push(times.includes(true) ? row.map((cell, column) => (times[column] === true ? timeOf(cell) : cell)) : row)
  }
  return E.right({ columns: names, rows, elsewhere: names.filter((_, at) => isElsewhere(typeTexts[at])) })
}

const isList = (value: unknown): value is ReadonlyArray<unknown> => Array.isArray(value)
/** What JSON was parsed to is JSON all through. */
const isRow = (row: unknown, cells: number): row is ReadonlyArray<Json> => Array.isArray(row) && row.length === cells
const memberOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined

/** Of what lies deeper nobody could tell a row without overflowing the stack. */
const MOST_LEVELS = 64
const isDeeperThan = (levels: number, value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((member) => isDeeperThan(levels - 1, member)))

const timeOf = (cell: Json): Json => {
  if (typeof cell !== 'number') return cell
  const time = new Date(cell)
  return Number.isNaN(time.getTime()) ? cell : time.toISOString()
}

const isElsewhere = (type: string | undefined): boolean => /"serialization_path":\{/.test(type ?? '')

/**
 * Python writes numbers that JSON has not, and whole ones that no double holds: they are read as texts, so that no two of
 * them are taken for the same.
 */
const asJson = (text: string): string =>
  /NaN|Infinity|\d{16}|\de/i.test(text)
    ? text.replace(WORDS, (word) =>
        word === 'NaN' || word.endsWith('Infinity') || (/^-?\d/.test(word) && !isKept(word)) ? `"${word}"` : word,
      )
    : text

/** Strings, and all that may be a number. */
const WORDS = /"[^"\\]*(?:\\.[^"\\]*)*"|NaN|-?Infinity|-?\d[\d.eE+-]*/gs
