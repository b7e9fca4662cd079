/** What both drivers have in common, on top of the little in which they differ. */
import type { Bound, Cell, Database, Statement } from './driver.js'

/** A connection as a driver gives it. */
export interface Connection {
  readonly prepare: <Row extends ReadonlyArray<Cell>>(sql: string) => ConnectionStatement<Row>
  readonly prepareColumn: (sql: string) => (...values: ReadonlyArray<Bound>) => ReadonlyArray<Cell>
  readonly exec: (sql: string) => void
  readonly isOpen: () => boolean
  readonly isInTransaction: () => boolean
  readonly close: () => void
}

export interface ConnectionStatement<Row> {
  readonly run: (...values: ReadonlyArray<Bound>) => { readonly lastInsertRowid: number | bigint }
  readonly get: (...values: ReadonlyArray<Bound>) => Row | undefined
  readonly all: (...values: ReadonlyArray<Bound>) => ReadonlyArray<Row>
}

export const databaseOn = (connection: Connection): Database => {
  const prepare = <Values extends ReadonlyArray<Bound>, Row extends ReadonlyArray<Cell>>(
    sql: string,
  ): Statement<Values, Row> => {
    const statement = connection.prepare<Row>(oneStatement(sql))
    const checked = valuesFor<Values>(sql)
    return {
      run: (...values) => Number(statement.run(...checked(values)).lastInsertRowid),
      get: (...values) => statement.get(...checked(values)),
      all: (...values) => statement.all(...checked(values)),
    }
  }

  return {
    prepare,
    prepareColumn: (sql) => {
      const cells = connection.prepareColumn(oneStatement(sql))
      const checked = valuesFor(sql)
      return (...values) => cells(...checked(values))
    },
    exec: connection.exec,
    pragma: (text) => prepare<[], ReadonlyArray<Cell>>(`PRAGMA ${text}`).get()?.[0],
    immediately: (work) => {
      connection.exec('BEGIN IMMEDIATE')
      try {
        work()
        connection.exec('COMMIT')
      } catch (error) {
        if (connection.isInTransaction()) connection.exec('ROLLBACK')
        throw error
      }
    },
    isOpen: connection.isOpen,
    isInTransaction: () => connection.isOpen() && connection.isInTransaction(),
    close: () => {
      if (connection.isOpen()) connection.close()
    },
  }
}

/** The values that are bound to the places of a statement, as many as it has. */
const valuesFor = <Values extends ReadonlyArray<Bound>>(sql: string): ((values: Values) => Values) => {
  const places = sql.split('?').length - 1
  return (values) => {
    if (values.length !== places) throw new TypeError(`${places} values are to be bound, not ${values.length}: ${sql}`)
    for (const value of values) if (!canBeBound(value)) throw new TypeError(`${String(value)} cannot be bound: ${sql}`)
    return values
  }
}

/** A driver may drop the second of two statements without a word. */
const oneStatement = (sql: string): string => {
  if (/;\s*\S/.test(sql)) throw new TypeError(`one statement at a time: ${sql}`)
  return sql
}

/** What else there is, a driver may bind as NULL without a word: a Date, `undefined`, a number that is none. */
const canBeBound = (value: unknown): value is Bound =>
  typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value))
