/**
 * Makes the golden files that are missing, from a history in which every event is recorded. Run it once for a
 * new event type or a new schema version, and commit what it made:
 *
 *     npm run build && node dist/test/support/domain-golden.js
 *
 * It never touches a file that is there: what was shipped once is to be read for ever.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { leafHash } from '../../domain/events/leaf-hash.js'
import { decodeEvent } from '../../domain/events/stored-events.js'
import { giveEveryCommand } from './domain-history.js'
import { eventsIn, openTestLedger, right } from './domain-ledger.js'

const folder = join(process.cwd(), 'test', 'golden')

const ledger = openTestLedger()
await giveEveryCommand(ledger)

// Of each type, the event that says most.
const events = [...(await eventsIn(ledger.store))].sort((a, b) => b.data.length - a.data.length)

mkdirSync(folder, { recursive: true })
for (const stored of events) {
  const { metadata } = right(decodeEvent(stored))
  const path = join(folder, `${stored.type}.v${metadata.schema}.json`)
  if (existsSync(path)) continue
  const { stream, revision, id, type, data } = stored
  const golden = {
    stream,
    revision,
    id,
    type,
    data,
    metadata: stored.metadata,
    leafHash: leafHash(stored, metadata.recordedAt),
  }
  writeFileSync(path, `${JSON.stringify(golden, null, 2)}\n`)
  console.log(path)
}
