/** Whether tables, indexes and triggers of the file are as this format makes them: by them rows are found, and kept from being changed. */
import type { StoreFinding } from '../../domain/ports/event-store.js'
import type { Database } from './driver/index.js'
import { type Layout, PRESENT, TABLES } from './layout.js'

/** What differs, in words; nothing of a file of an earlier format, or of one that is being brought to this one. */
export const otherThanMade = (database: Database, layout: Layout): ReadonlyArray<StoreFinding> => {
  if (layout.events !== PRESENT.events || !layout.checked) return []
  type Row = readonly [type: string, name: string, table: string, sql: string | null]
  const rows = database.prepare<[], Row>('SELECT type, name, tbl_name, sql FROM sqlite_schema').all()
  const found = new Map(rows.map(([type, name, table, sql]) => [name, described(type, name, table, sql ?? '')]))
  const other = [...MADE].flatMap(([name, made]) => {
    const is = found.get(name)
    if (is === undefined) return [`${name} is not there, which should be ${made}`]
    return is === made ? [] : [`${name} is not as it was made: it is ${is}, and should be ${made}`]
  })
  const added = rows
    .filter(([type, name, table]) => type === 'trigger' && !MADE.has(name) && MADE.has(table))
    .map(
      ([, name, table, sql]) =>
        `there is a trigger on ${table} that is not model-ledger's, ${name}: ${textOf(sql ?? '')}`,
    )
  return [...other, ...added].map((reason) => ({ reason, of: 'tables' }))
}

/** Without what may differ: renaming a table puts its name into quotes. */
const textOf = (sql: string): string =>
  sql.replaceAll('"', '').replace('IF NOT EXISTS ', '').replaceAll(/\s+/g, ' ').trim()

const described = (type: string, name: string, table: string, sql: string): string =>
  `the ${type} ${name} of ${table}${sql === '' ? '' : `, ${textOf(sql)}`}`

/** By name: what is made, and the indexes that SQLite makes for what is unique. */
const MADE: ReadonlyMap<string, string> = new Map(
  TABLES.split(/;\s*(?=CREATE|PRAGMA|$)/)
    .map(textOf)
    .flatMap((sql): ReadonlyArray<readonly [string, string]> => {
      const [, type = '', name = ''] = /^CREATE (\w+) (\w+)/.exec(sql) ?? []
      if (type !== 'TABLE') return [[name, described(type.toLowerCase(), name, / ON (\w+)/.exec(sql)?.[1] ?? '', sql)]]
      const index = `sqlite_autoindex_${name}_1`
      const itself = [name, described('table', name, name, sql)] as const
      return sql.includes('UNIQUE') ? [itself, [index, described('index', index, name, '')]] : [itself]
    })
    .filter(([name]) => name !== ''),
)
