import { type FeedEvent, newest, openLedger } from 'model-ledger'
import { openSqlite } from './sqlite.js'

const ledger = await openLedger({ directory: 'my-ledger', actor: 'anna', entity: 'acme', project: 'churn' })

const database = await openSqlite('mine.db') // where your own rows are
database.exec(`
  CREATE TABLE IF NOT EXISTS outbox (id TEXT PRIMARY KEY, message TEXT);
  CREATE TABLE IF NOT EXISTS checkpoints (consumer TEXT PRIMARY KEY, position INTEGER, checkpoint TEXT);
  INSERT OR IGNORE INTO checkpoints VALUES ('outbox', -1, 'null');
`)

const cloudEvent = (recorded: FeedEvent, ledger: string) => {
  const { type, ...data } = recorded.event ?? { ...recorded.unknown.data, type: recorded.unknown.type }
  return {
    specversion: '1.0',
    id: recorded.id, // with the source: the same event, however often it comes
    source: `urn:uuid:${ledger}`,
    type: `com.example.registry.${type}`,
    subject: recorded.stream,
    time: recorded.metadata.recordedAt,
    datacontenttype: 'application/json',
    sequence: String(recorded.position).padStart(16, '0'), // an extension: ordered as text
    data, // of today's schema; `reason` and `actor` stay in the house
  }
}

const put = database.prepare('INSERT INTO outbox VALUES (?, ?)')
const keep = database.prepare('UPDATE checkpoints SET position = ?, checkpoint = ? WHERE consumer = ? AND position < ?')
const kept = database.prepare('SELECT checkpoint FROM checkpoints WHERE consumer = ?')

const consumer = await ledger.consume(
  'outbox',
  (recorded, { checkpoint }) => {
    database.exec('BEGIN IMMEDIATE')
    try {
      put.run(recorded.id, JSON.stringify(cloudEvent(recorded, checkpoint.ledger)))
      const moved = keep.run(checkpoint.position, JSON.stringify(checkpoint), 'outbox', checkpoint.position)
      if (Number(moved.changes) !== 1) throw new Error('another instance was here first')
      database.exec('COMMIT')
    } catch (error) {
      database.exec('ROLLBACK')
      throw error
    }
  },
  { checkpoint: { load: async (name) => JSON.parse(Object(kept.get(name)).checkpoint) } },
)

const content = { bytes: '0.5', as: 'w.txt' }
const { position } = await ledger.logArtifact({ name: 'model', type: 'model', content, aliases: ['best'] })
for await (const status of newest(consumer.watchStatus)) if ((status.position ?? 0) >= position) break
console.log(database.prepare('SELECT message FROM outbox').all())
await ledger.close()
database.close()
