/** What differs between two versions, in words and columns. */
import { doubleText } from '../../domain/values/double.js'
import type { Json, JsonObject } from '../../domain/values/json.js'
import type { ManifestEntry } from '../../domain/values/manifest/manifest.js'
import type { TableDiff, VersionDiff } from '../../projections/registry/questions/diff-versions.js'
import { columns, counted, print, type Shown, size, styled, type Terminal } from './output.js'

export const versionDiffText = (terminal: Terminal, diff: VersionDiff): string => {
  const { from, to, files, bytes, metadata, metrics, tables } = diff
  const sizes = (a: ManifestEntry | undefined, b: ManifestEntry | undefined): string =>
    [a, b].map((entry) => (entry === undefined ? '-' : entry.size === null ? '?' : size(entry.size))).join(' -> ')
  const rows = [
    ...files.added.map((entry) => [ADDED, sizes(undefined, entry), entry.path]),
    ...files.removed.map((entry) => [REMOVED, sizes(entry, undefined), entry.path]),
    ...files.changed.map((change) => [CHANGED, sizes(change.from, change.to), `${change.to.path}${modeText(change)}`]),
    ...[
      ...metadata.map((each) => ['metadata', each] as const),
      ...metrics.map((each) => ['metric', each] as const),
    ].map(([what, { key, from, to }]) => [what, `${valueText(from)} -> ${valueText(to)}`, key]),
  ]
  const title = print(terminal, styled('bold', `${from.path} -> ${to.path}`))
  const all = rows.length === 0 ? 'Nothing differs.\n' : columns(terminal, rows)
  return `${title} (${bytes < 0 ? '-' : '+'}${size(Math.abs(bytes))})\n${all}${tables.map((table) => tableText(terminal, table)).join('')}`
}

const modeText = ({ from, to }: { readonly from: ManifestEntry; readonly to: ManifestEntry }): string => {
  if (from.executable === to.executable) return ''
  return to.executable === true ? ' (now executable)' : ' (no longer executable)'
}

const ADDED = styled('green', '+')
const REMOVED = styled('red', '-')
const CHANGED = styled('yellow', '~')

const valueText = (value: Json | undefined): string =>
  value === undefined ? '-' : typeof value === 'number' ? doubleText(value) : JSON.stringify(value)

/** One table: how many rows differ, and those of them that are told. */
const tableText = (terminal: Terminal, table: TableDiff): string => {
  const title = print(terminal, styled('bold', table.path))
  if ('notCompared' in table) return `\n${title}: not compared, ${print(terminal, table.notCompared)}\n`
  const { added, removed, changed } = table
  const counts = [
    [changed.count, 'changed'],
    [removed.count, 'removed'],
    [added.count, 'added'],
  ] as const
  const differing = counts.flatMap(([count, what]) => (count === 0 ? [] : [`${counted(count, 'row')} ${what}`]))
  const told: ReadonlyArray<ReadonlyArray<Shown>> = [
    ...columnsText(table.columns),
    ...changed.rows.map(({ key, cells }) => [
      CHANGED,
      `${cellsText(key)}: ${cells.map(({ column, from, to }) => `${column} ${short(from)} -> ${short(to)}`).join(', ')}`,
    ]),
    ...removed.rows.map((row) => [REMOVED, cellsText(row)]),
    ...added.rows.map((row) => [ADDED, cellsText(row)]),
  ]
  const left =
    added.count + removed.count + changed.count - (added.rows.length + removed.rows.length + changed.rows.length)
  const more = left === 0 ? '' : `and ${counted(left, 'row')} more: say --limit\n`
  return `\n${title}: ${differing.length === 0 ? 'the rows are the same' : differing.join(', ')}\n${columns(terminal, told)}${more}`
}

const columnsText = ({ added, removed, elsewhere }: Extract<TableDiff, { columns: object }>['columns']) => [
  ...added.map((name) => [ADDED, `the column ${JSON.stringify(name)}`]),
  ...removed.map((name) => [REMOVED, `the column ${JSON.stringify(name)}`]),
  ...elsewhere.map((name) => [
    '?',
    `the column ${JSON.stringify(name)} is kept in a file of its own, and not compared`,
  ]),
]

const cellsText = (row: JsonObject): string =>
  Object.entries(row)
    .map(([column, cell]) => `${column} ${short(cell)}`)
    .join(', ')

/** Of a long text what fits on a line. */
const short = (cell: Json): string => {
  const text = JSON.stringify(cell)
  return text.length <= MOST_OF_A_CELL ? text : `${text.slice(0, MOST_OF_A_CELL - 3)}...`
}
const MOST_OF_A_CELL = 60
