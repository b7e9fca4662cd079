/** The driver that Node brings. Its types are not in those of the oldest Node that we support: they stand here. */
import { type Connection, type ConnectionStatement, databaseOn } from './database-on.js'
import type { Cell, Driver } from './driver.js'

export const OWN_SINCE = 24
/** Whether it is the one that a version of Node takes, whatever is installed. */
export const isTakenOn = (node: string): boolean => Number.parseInt(node, 10) >= OWN_SINCE

interface NodeStatement<Row> extends ConnectionStatement<Row> {
  readonly setReturnArrays: (enabled: boolean) => void
}

interface DatabaseSync {
  readonly prepare: <Row extends ReadonlyArray<Cell>>(sql: string) => NodeStatement<Row>
  readonly exec: (sql: string) => void
  readonly isOpen: boolean
  readonly isTransaction: boolean
  readonly close: () => void
}

interface NodeSqlite {
  readonly DatabaseSync: new (
    path: string,
    options: { readonly timeout: number; readonly readOnly: boolean },
  ) => DatabaseSync
}

const isNodeSqlite = (module: object | undefined): module is NodeSqlite =>
  module !== undefined && 'DatabaseSync' in module && typeof module.DatabaseSync === 'function'

/** Nothing where this Node was built without SQLite. */
export const nodeSqlite = (): Driver | undefined => {
  const module = process.getBuiltinModule('node:sqlite')
  if (!isNodeSqlite(module)) return undefined
  const { DatabaseSync } = module
  return {
    name: 'node:sqlite',
    sqlite: process.versions['sqlite'] ?? 'unknown',
    open: (path, { busyTimeoutMs, readOnly = false }) =>
      databaseOn(connectionOf(new DatabaseSync(path, { timeout: busyTimeoutMs, readOnly }))),
  }
}

const connectionOf = (database: DatabaseSync): Connection => ({
  prepare: <Row extends ReadonlyArray<Cell>>(sql: string) => {
    const statement = database.prepare<Row>(sql)
    statement.setReturnArrays(true)
    return statement
  },
  prepareColumn: (sql) => {
    const statement = database.prepare<readonly [Cell]>(sql)
    statement.setReturnArrays(true)
    return (...values) => statement.all(...values).map(([cell]) => cell)
  },
  exec: (sql) => database.exec(sql),
  isOpen: () => database.isOpen,
  isInTransaction: () => database.isTransaction,
  close: () => database.close(),
})
