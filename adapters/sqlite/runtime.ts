import * as E from 'fp-ts/lib/Either.js'
import { driver } from './driver/index.js'

/** What reads and writes the files of this process: to be told where something is wrong. */
export interface SqliteRuntime {
  /** The version of Node, such as `24.21.0`. */
  readonly node: string
  /** `node:sqlite`, or `better-sqlite3` and its version; null where none can be loaded. */
  readonly driver: string | null
  /** The version of SQLite. */
  readonly sqlite: string | null
}

export const sqliteRuntime = async (): Promise<SqliteRuntime> => {
  const loaded = await driver()
  const { name, sqlite } = E.isRight(loaded) ? loaded.right : { name: null, sqlite: null }
  return { node: process.versions.node, driver: name, sqlite }
}
