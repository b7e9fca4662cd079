/**
 * What the event store asks of SQLite, and no more. Two drivers do it: Node's own, and better-sqlite3 where Node
 * has none that is complete (ADR 9). What is written here is what both do; where they differ, they are made alike.
 */

/** What can be bound to a `?` of a statement. */
export type Bound = string | number

/** What a column of a row holds. */
export type Cell = string | number | null

/** A statement, prepared once and run many times; rows are arrays, in the order of the columns. */
export interface Statement<Values extends ReadonlyArray<Bound>, Row> {
  /** Answers the row number of the last row that was inserted. */
  readonly run: (...values: Values) => number
  readonly get: (...values: Values) => Row | undefined
  readonly all: (...values: Values) => ReadonlyArray<Row>
}

/** One connection to a database. Every call may throw; `codeOf` tells SQLite's name for what was wrong. */
export interface Database {
  /** The types of values and row are the caller's word. Values are checked when they are bound. */
  readonly prepare: <Values extends ReadonlyArray<Bound>, Row extends ReadonlyArray<Cell>>(
    sql: string,
  ) => Statement<Values, Row>
  /** A query of one column: its cells, without an array for each row, which takes a fifth longer. */
  readonly prepareColumn: <Values extends ReadonlyArray<Bound>>(
    sql: string,
  ) => (...values: Values) => ReadonlyArray<Cell>
  /** Runs statements that answer nothing. */
  readonly exec: (sql: string) => void
  /** Asks or sets a pragma; answers the first column of its first row. */
  readonly pragma: (text: string) => Cell | undefined
  /** Does the work in a transaction that has the write lock from its beginning; rolls it back if the work throws. */
  readonly immediately: (work: () => void) => void
  readonly isOpen: () => boolean
  readonly isInTransaction: () => boolean
  /** Closing twice is harmless. */
  readonly close: () => void
}

/** The code of an error that says that the file holds an integer which no number can. */
export const OUT_OF_RANGE = 'ERR_OUT_OF_RANGE'

export interface OpenOptions {
  /** How long SQLite itself waits for a lock, in milliseconds, and so holds up the event loop. */
  readonly busyTimeoutMs: number
  /** Writes nothing, and makes no file. */
  readonly readOnly?: boolean
}

export interface Driver {
  /** `node:sqlite`, or `better-sqlite3 12.11.1`. */
  readonly name: string
  /** The version of SQLite in it. */
  readonly sqlite: string
  /** Opens the database, and makes the file if there is none. */
  readonly open: (path: string, options: OpenOptions) => Database
}
