/**
 * A table as content: rows under named columns. Its text is the JSON in which W&B's SDK keeps a table in an artifact, and
 * the same table has always the same text.
 */

import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { isDate } from '../built-ins.js'
import { record, text } from '../codec.js'
import { canonicalJson, type Json } from '../json.js'

/** `null` is what is not known. */
export type Cell = string | number | boolean | null | Date

export interface Table {
  /** Their names, each of its own. */
  readonly columns: ReadonlyArray<string>
  /** Each a cell for every column. The cells of a column are all of one kind, or `null`. */
  readonly rows: ReadonlyArray<ReadonlyArray<Cell>>
}

/** By the end of its path a file is known to be a table, here as in W&B. */
const SUFFIX = '.table.json'
export const isTablePath = (path: string): boolean => path.endsWith(SUFFIX)
export const TablePath = text(`a path that ends with ${SUFFIX}`, isTablePath)

/** Of more it would take too much memory to see which rows differ. In bytes. */
export const MOST_OF_A_TABLE = 64 * 1024 * 1024

/** What W&B calls a kind of cell. */
type Kind = 'string' | 'number' | 'boolean' | 'timestamp'

const IN_WORDS: Readonly<Record<Kind, string>> = {
  string: 'a text',
  number: 'a finite number',
  boolean: 'true or false',
  timestamp: 'a Date',
}

/** `null` of a cell that is not known, `undefined` of what is no cell. */
const kindOf = (cell: unknown): Kind | null | undefined => {
  if (cell === null) return null
  if (typeof cell === 'string') return cell.isWellFormed() ? 'string' : undefined
  if (typeof cell === 'number') return Number.isFinite(cell) ? 'number' : undefined
  if (typeof cell === 'boolean') return 'boolean'
  return isDate(cell) && Number.isFinite(cell.getTime()) ? 'timestamp' : undefined
}

export const ColumnName = text(
  'the name of a column: a text of whole characters, not empty and not __proto__',
  (value) => value.length > 0 && value !== '__proto__',
)

/** So many things that are wrong with one table are told. */
const MOST_TOLD = 20

const Columns = new t.Type<ReadonlyArray<string>>(
  'a list of columns, each with a name of its own',
  (value): value is ReadonlyArray<string> => Array.isArray(value) && value.every(ColumnName.is),
  (value, context) => {
    const named = t.readonlyArray(ColumnName, 'a list of names of columns').validate(value, context)
    if (E.isLeft(named)) return named
    const errors = named.right.flatMap((name, at) => {
      const first = named.right.indexOf(name)
      return first === at
        ? []
        : [wrong(context, [at], name, `a name that no other column has (columns[${first}] has it)`)]
    })
    return errors.length === 0 ? named : t.failures(errors)
  },
  (value) => value,
)

const wrong = (
  context: t.Context,
  path: ReadonlyArray<number>,
  value: unknown,
  message: string,
): t.ValidationError => ({
  value,
  context: path.reduce((at, key) => t.appendContext(at, String(key), t.unknown, value), context),
  message,
})

const Shape = record('a table {columns, rows}', {
  columns: Columns,
  rows: new t.Type<ReadonlyArray<unknown>>(
    'a list of rows',
    (value): value is ReadonlyArray<unknown> => Array.isArray(value),
    (value, context) => (Array.isArray(value) ? t.success(value) : t.failure(value, context)),
    (value) => value,
  ),
})

/** Tells row and column of what is wrong. */
const wrongRows = ({ columns, rows }: t.TypeOf<typeof Shape>, context: t.Context): t.Errors => {
  const kinds: Array<{ readonly kind: Kind; readonly row: number } | undefined> = columns.map(() => undefined)
  const errors: t.ValidationError[] = []
  for (const [at, row] of rows.entries()) {
    if (errors.length >= MOST_TOLD) break
    if (!Array.isArray(row) || row.length !== columns.length) {
      errors.push(wrong(context, [at], row, `a list of ${columns.length} cells, one for each column`))
      continue
    }
    for (const [column, name] of columns.entries()) {
      const cell: unknown = row[column]
      const kind = kindOf(cell)
      if (kind === null) continue
      const before = kinds[column]
      if (kind === undefined) errors.push(wrong(context, [at, column], cell, `${inColumn(name)} ${NO_CELL}`))
      else if (before === undefined) kinds[column] = { kind, row: at }
      else if (before.kind !== kind)
        errors.push(
          wrong(
            context,
            [at, column],
            cell,
            `${inColumn(name)} ${IN_WORDS[before.kind]}, as in rows[${before.row}], or null`,
          ),
        )
    }
  }
  return errors
}

const inColumn = (name: string): string => `in the column ${JSON.stringify(name)}`
const NO_CELL =
  'a text, a finite number, true, false, a Date, or null for what is not known (images, audio and other media, lists and objects are kept in no cell: give a file of their own, and its path in the cell)'

/** Of what a caller gives. */
export const Table = new t.Type<Table>(
  'a table {columns, rows}',
  (value): value is Table => E.isRight(decode(value, [])),
  (value, context) => decode(value, context),
  (value) => value,
)

const decode = (value: unknown, context: t.Context): t.Validation<Table> => {
  const shape = Shape.validate(value, context)
  if (E.isLeft(shape)) return shape
  const rows = t.appendContext(context, 'rows', t.unknown, shape.right.rows)
  const errors = wrongRows(shape.right, rows)
  // What the loop has just looked at cell by cell.
  return errors.length > 0 ? t.failures(errors) : t.success(shape.right as Table)
}

/** The text of a table, or nothing of one that would be larger than is looked into. */
export const tableText = ({ columns, rows }: Table): string | undefined => {
  const parts: string[] = []
  let size = 0
  for (const row of rows) {
    const part = JSON.stringify(row.map((cell) => (isDate(cell) ? cell.getTime() : cell)))
    size += Buffer.byteLength(part) + 1
    if (size > MOST_OF_A_TABLE) return undefined
    parts.push(part)
  }
  const types = columns.map((name, column) => [name, typeOf(rows, column)] as const)
  const head = canonical({ wb_type: 'typedDict', params: { type_map: Object.fromEntries(types) } })
  const data = `"columns":${canonical(columns)},"data":[${parts.join(',')}]`
  const whole = `{"_type":"table","column_types":${head},${data},"ncols":${columns.length},"nrows":${rows.length}}`
  return Buffer.byteLength(whole) > MOST_OF_A_TABLE ? undefined : whole
}

const canonical = (value: Json): string =>
  E.getOrElse<unknown, string>(() => {
    throw new TypeError('names of columns were checked, and make JSON')
  })(canonicalJson(value))

/** As W&B has it of a column that may hold `null`; its types stand in the order of their names. */
const typeOf = (rows: Table['rows'], column: number): Json => {
  const known = rows.find((row) => row[column] !== null)?.[column]
  const kind = kindOf(known) ?? 'unknown'
  return { wb_type: 'union', params: { allowed_types: [kind, 'none'].sort().map((wb_type) => ({ wb_type })) } }
}
