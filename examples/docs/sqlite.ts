/** The SQLite that this Node has, for the examples: Node's own, or better-sqlite3 where it has none. */
import { createRequire } from 'node:module'

export interface Sqlite {
  exec(sql: string): unknown
  prepare(sql: string): {
    run(...values: ReadonlyArray<string | number>): { readonly changes: number | bigint }
    get(...values: ReadonlyArray<string | number>): unknown
    all(...values: ReadonlyArray<string | number>): ReadonlyArray<unknown>
  }
  close(): unknown
}

type Module = { readonly DatabaseSync: new (path: string) => Sqlite }
const isOwn = (module: object | undefined): module is Module => module !== undefined && 'DatabaseSync' in module

export const openSqlite = async (path: string): Promise<Sqlite> => {
  const own = process.getBuiltinModule('node:sqlite')
  if (isOwn(own)) return new own.DatabaseSync(path)
  // By `require`: so whoever copies this needs no types of it.
  const Database: new (path: string) => Sqlite = createRequire(import.meta.url)('better-sqlite3')
  return new Database(path)
}
