/** A search index of what was decided and why, in SQLite, fed with the events of the ledger. */
import type { Consumer, Ledger } from 'model-ledger'
import { openSqlite } from '../docs/sqlite.js'

export interface SearchIndex {
  /** The decisions in which all the words stand, the newest first. */
  readonly find: (words: string) => ReadonlyArray<unknown>
  /** Feeds it, from where it was left, until the ledger is closed. */
  readonly follow: (ledger: Ledger) => Promise<Consumer>
  readonly close: () => void
}

export const openSearchIndex = async (path: string): Promise<SearchIndex> => {
  const database = await openSqlite(path)
  database.exec(`
    PRAGMA journal_mode = WAL;
    CREATE VIRTUAL TABLE IF NOT EXISTS decisions USING fts5(model, what, who, why, position UNINDEXED);
    CREATE TABLE IF NOT EXISTS checkpoints (consumer TEXT PRIMARY KEY, checkpoint TEXT NOT NULL);
  `)
  const add = database.prepare('INSERT INTO decisions VALUES (?, ?, ?, ?, ?)')
  const keep = database.prepare('INSERT OR REPLACE INTO checkpoints VALUES (?, ?)')
  const kept = database.prepare('SELECT checkpoint FROM checkpoints WHERE consumer = ?')
  const find = database.prepare('SELECT * FROM decisions WHERE decisions MATCH ? ORDER BY rowid DESC LIMIT 100')

  return {
    find: (words) => {
      const quoted = words.match(/[\p{L}\p{N}]+/gu)?.map((word) => `"${word}"`) // nothing that FTS5 takes for an operator
      return quoted === undefined ? [] : find.all(quoted.join(' '))
    },
    // #region follow
    follow: (ledger) =>
      ledger.consume(
        'search-index',
        ({ event, stream, position, metadata }, { checkpoint }) => {
          // Both or neither, whenever the process dies: so each decision stands in the index once.
          database.exec('BEGIN IMMEDIATE')
          try {
            // Not of artifacts, and not what moves by itself.
            if (event !== null && stream.startsWith('model-') && event.alias !== 'latest') {
              const what = event.type === 'AliasMoved' ? `${event.alias} v${event.to}` : `no ${event.alias}`
              const model = decodeURIComponent(stream.slice('model-'.length))
              add.run(model, what, metadata.actor, metadata.reason ?? '', position)
            }
            keep.run('search-index', JSON.stringify(checkpoint))
            database.exec('COMMIT')
          } catch (error) {
            database.exec('ROLLBACK')
            throw error
          }
        },
        {
          types: ['AliasMoved', 'AliasRemoved'],
          checkpoint: { load: async (name) => JSON.parse(Object(kept.get(name)).checkpoint ?? 'null') },
        },
      ),
    // #endregion
    close: () => database.close(),
  }
}
