/** The driver for a Node whose own is missing or not complete: an optional dependency. */
import * as nodeModule from 'node:module'
import type BetterSqlite3 from 'better-sqlite3'
import { type Connection, type ConnectionStatement, databaseOn } from './database-on.js'
import { type Bound, type Cell, type Driver, OUT_OF_RANGE } from './driver.js'

/** @throws where it is not installed, or has no binary for this Node */
export const betterSqlite3 = async (version: string): Promise<Driver> => {
  const Database = await loaded()
  const memory = new Database(':memory:')
  const sqlite = memory.prepare<[], string>('SELECT sqlite_version()').pluck().get()
  memory.close()
  return {
    name: `better-sqlite3 ${version}`,
    sqlite: sqlite ?? 'unknown',
    open: (path, { busyTimeoutMs, readOnly = false }) =>
      databaseOn(connectionOf(new Database(path, { timeout: busyTimeoutMs, readonly: readOnly }))),
  }
}

/**
 * Required, as it is CommonJS: where it is imported, Node looks through all its sources for names first, a quarter of the
 * time that it takes. Imported where a program bundled as CommonJS does not know where it lies; and what follows imports
 * to copy a program sees it.
 */
const loaded = async (): Promise<typeof BetterSqlite3> => {
  try {
    return nodeModule.createRequire(import.meta.url)('better-sqlite3')
  } catch {
    return (await import('better-sqlite3')).default
  }
}

const connectionOf = (database: BetterSqlite3.Database): Connection => ({
  prepare: <Row extends ReadonlyArray<Cell>>(sql: string) => {
    const statement = database.prepare<Bound[], Row>(sql)
    const run: ConnectionStatement<Row>['run'] = (...values) => statement.run(...values)
    // Asked for the rows of a statement that has none, this driver throws; Node's runs it and finds none.
    if (statement.reader) statement.raw()
    const rows = (...values: ReadonlyArray<Bound>): ReadonlyArray<Row> => {
      if (statement.reader) return statement.all(...values)
      run(...values)
      return []
    }
    return {
      run,
      get: (...values) => {
        const row = statement.reader ? statement.get(...values) : rows(...values)[0]
        if (row !== undefined) refuseInexact(row)
        return row
      },
      all: (...values) => {
        const all = rows(...values)
        for (const row of all) refuseInexact(row)
        return all
      },
    }
  },
  prepareColumn: (sql) => {
    const statement = database.prepare<Bound[], Cell>(sql).pluck()
    return (...values) => {
      const cells = statement.all(...values)
      refuseInexact(cells)
      return cells
    }
  },
  exec: (sql) => {
    database.exec(sql)
  },
  isOpen: () => database.open,
  isInTransaction: () => database.inTransaction,
  close: () => database.close(),
})

/** This driver rounds an integer that no number can hold; Node's refuses it. Our files hold integers and texts. */
const refuseInexact = (cells: ReadonlyArray<Cell>): void => {
  for (const cell of cells) {
    if (typeof cell === 'number' && !Number.isSafeInteger(cell) && Number.isInteger(cell))
      throw Object.assign(new RangeError(`an integer of the file is too large: about ${cell}`), { code: OUT_OF_RANGE })
  }
}
