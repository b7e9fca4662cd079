/**
 * A process that consumes a ledger twice: into the lines of a file, from a checkpoint in a directory, and into a table, in one
 * transaction with the checkpoint. Prints a line for each event that it handled, and ends when both hold a position, if it is told one.
 *
 *     node ledger-consumer.js <directory> [<position>]
 */
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { openLedger } from 'model-ledger'
import { directoryCheckpointStore } from 'model-ledger/adapters/directory'
import { filter, firstValueFrom } from 'rxjs'
import { openSqlite } from '../../examples/docs/sqlite.js'

const [directory = '', until] = process.argv.slice(2)
const ledger = await openLedger({ directory: join(directory, 'ledger'), actor: 'anna' })
const database = await openSqlite(join(directory, 'mine.db'))
database.exec(`PRAGMA busy_timeout = 10000;
  CREATE TABLE IF NOT EXISTS outbox (nth INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS checkpoint (position INTEGER NOT NULL, text TEXT NOT NULL);
  INSERT INTO checkpoint SELECT -1, 'null' WHERE NOT EXISTS (SELECT 1 FROM checkpoint);`)
const put = database.prepare('INSERT INTO outbox (id) VALUES (?)')
const keep = database.prepare('UPDATE checkpoint SET position = ?, text = ? WHERE position < ?')
const kept = database.prepare('SELECT text FROM checkpoint')

const lines = await ledger.consume(
  'lines',
  ({ id }) => {
    appendFileSync(join(directory, 'lines'), `${id}\n`)
    console.log(`line ${id}`)
  },
  { checkpoint: directoryCheckpointStore({ path: join(directory, 'checkpoints') }) },
)
const table = await ledger.consume(
  'table',
  ({ id, position }, { checkpoint }) => {
    database.exec('BEGIN IMMEDIATE')
    put.run(id)
    const { changes } = keep.run(position, JSON.stringify(checkpoint), position)
    database.exec(Number(changes) === 1 ? 'COMMIT' : 'ROLLBACK')
    console.log(`row ${id}`)
  },
  { checkpoint: { load: async () => JSON.parse(Object(kept.get()).text) } },
)
if (until !== undefined) {
  for (const consumer of [lines, table])
    await firstValueFrom(consumer.watchStatus.pipe(filter(({ position }) => (position ?? 0) >= Number(until))))
  await ledger.close()
  database.close()
}
