/** Which rows of two tables differ. */
import * as E from 'fp-ts/lib/Either.js'
import { canonicalJson, type Json, type JsonObject } from '../json.js'
import type { ReadTable } from './read-table.js'

/** Rows of one kind: how many there are, and the first of them. */
export interface DifferentRows<Row> {
  readonly count: number
  readonly rows: ReadonlyArray<Row>
}

/** A row that both tables have, with the cells that differ. */
export interface ChangedRow {
  readonly key: JsonObject
  readonly cells: ReadonlyArray<{ readonly column: string; readonly from: Json; readonly to: Json }>
}

export interface TableRowsDiff {
  /** The columns by which a row is known again; none where a row is the same only if all its cells are. */
  readonly keys: ReadonlyArray<string>
  /** Columns that one of the tables has, and those whose cells W&B keeps elsewhere. Rows are compared by all others. */
  readonly columns: {
    readonly added: ReadonlyArray<string>
    readonly removed: ReadonlyArray<string>
    readonly elsewhere: ReadonlyArray<string>
  }
  readonly added: DifferentRows<JsonObject>
  readonly removed: DifferentRows<JsonObject>
  readonly changed: DifferentRows<ChangedRow>
}

export type KeyProblem =
  /** Columns that not both tables have. */
  | { readonly _tag: 'no-such-key'; readonly missing: ReadonlyArray<string>; readonly present: ReadonlyArray<string> }
  | { readonly _tag: 'key-twice'; readonly side: 'from' | 'to'; readonly key: JsonObject }

/** At most `limit` rows are told in all; the counts are of all of them. */
export const diffTables = (
  from: ReadTable,
  to: ReadTable,
  { keys, limit }: { readonly keys: ReadonlyArray<string>; readonly limit: number },
): E.Either<KeyProblem, TableRowsDiff> => {
  const elsewhere = [...new Set([...from.elsewhere, ...to.elsewhere])]
  const common = from.columns.filter((name) => to.columns.includes(name) && !elsewhere.includes(name))
  const missing = keys.filter((key) => !common.includes(key))
  if (missing.length > 0) return E.left({ _tag: 'no-such-key', missing, present: common })
  const sides = { from: viewOf(from, common), to: viewOf(to, common) }
  const found = keys.length === 0 ? E.right(byCells(sides)) : byKeys(sides, keys)
  if (E.isLeft(found)) return found
  const budget = budgetOf(limit)
  const { changed, removed, added } = found.right
  return E.right({
    keys,
    columns: {
      added: to.columns.filter((name) => !from.columns.includes(name)),
      removed: from.columns.filter((name) => !to.columns.includes(name)),
      elsewhere,
    },
    changed: budget(changed, ([before, after]) => ({
      key: sides.to.object(after, keys),
      cells: changedCells(sides, common, before, after),
    })),
    removed: budget(removed, (row) => objectOf(from.columns, row)),
    added: budget(added, (row) => objectOf(to.columns, row)),
  })
}

type Row = ReadonlyArray<Json>

/** A table, as far as it is compared. */
interface View {
  readonly rows: ReadonlyArray<Row>
  readonly cell: (row: Row, column: string) => Json
  readonly object: (row: Row, columns: ReadonlyArray<string>) => JsonObject
  /** What tells rows apart by these columns, and by all that are compared unless told. */
  readonly textOf: (row: Row, columns?: ReadonlyArray<string>) => string
}
type Sides = { readonly from: View; readonly to: View }

const viewOf = ({ columns, rows }: ReadTable, common: ReadonlyArray<string>): View => {
  const places = new Map(columns.map((name, at) => [name, at]))
  const cell = (row: Row, column: string): Json => row[places.get(column) ?? -1] ?? null
  return {
    rows,
    cell,
    object: (row, names) => Object.fromEntries(names.map((name) => [name, cell(row, name)])),
    textOf: (row, names = common) => names.map((name) => cellText(cell(row, name))).join(),
  }
}

const objectOf = (columns: ReadonlyArray<string>, row: Row): JsonObject =>
  Object.fromEntries(columns.map((name, at) => [name, row[at] ?? null]))

/** The same of the same value, in whatever order an object has its members. */
const cellText = (cell: Json): string =>
  typeof cell === 'object' && cell !== null
    ? E.getOrElse(() => JSON.stringify(cell))(canonicalJson(cell))
    : JSON.stringify(cell)

interface Found {
  readonly changed: ReadonlyArray<readonly [before: Row, after: Row]>
  readonly removed: ReadonlyArray<Row>
  readonly added: ReadonlyArray<Row>
}

const byKeys = ({ from, to }: Sides, keys: ReadonlyArray<string>): E.Either<KeyProblem, Found> => {
  const before = new Map<string, Row>()
  for (const row of from.rows) {
    const key = from.textOf(row, keys)
    if (before.has(key)) return E.left({ _tag: 'key-twice', side: 'from', key: from.object(row, keys) })
    before.set(key, row)
  }
  const changed: Array<readonly [Row, Row]> = []
  const added: Row[] = []
  const seen = new Set<string>()
  for (const row of to.rows) {
    const key = to.textOf(row, keys)
    if (seen.has(key)) return E.left({ _tag: 'key-twice', side: 'to', key: to.object(row, keys) })
    seen.add(key)
    const old = before.get(key)
    if (old === undefined) added.push(row)
    else if (from.textOf(old) !== to.textOf(row)) changed.push([old, row])
  }
  return E.right({ changed, added, removed: from.rows.filter((row) => !seen.has(from.textOf(row, keys))) })
}

/** Rows that stand several times are as many rows. */
const byCells = ({ from, to }: Sides): Found => ({
  changed: [],
  removed: without(from, to),
  added: without(to, from),
})

const without = (some: View, others: View): ReadonlyArray<Row> => {
  const left = new Map<string, number>()
  for (const row of others.rows) {
    const text = others.textOf(row)
    left.set(text, (left.get(text) ?? 0) + 1)
  }
  return some.rows.filter((row) => {
    const text = some.textOf(row)
    const count = left.get(text) ?? 0
    left.set(text, count - 1)
    return count <= 0
  })
}

const changedCells = ({ from, to }: Sides, common: ReadonlyArray<string>, before: Row, after: Row) =>
  common.flatMap((column) => {
    const [old, now] = [from.cell(before, column), to.cell(after, column)]
    return cellText(old) === cellText(now) ? [] : [{ column, from: old, to: now }]
  })

/** Tells rows until there were as many as may be told. */
const budgetOf = (limit: number) => {
  let left = limit
  return <A, Row>(found: ReadonlyArray<A>, told: (each: A) => Row): DifferentRows<Row> => {
    const rows = found.slice(0, left).map(told)
    left -= rows.length
    return { count: found.length, rows }
  }
}
