/**
 * Makes the golden files that are missing, from a history in which every event is recorded. Run it once for a
 * new event type, a new schema version or a new member, and commit what it made:
 *
 *     npm run build && node dist/test/support/domain-golden.js
 *
 * It never touches a file that is there: what was shipped once is to be read for ever.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { leafHash } from '../../domain/events/leaf-hash.js'
import { decodeEvent } from '../../domain/events/stored-events.js'
import { giveEveryCommand } from './domain-history.js'
import { eventsIn, openTestLedger, right } from './domain-ledger.js'
import { goldenFolder, goldens, membersOf } from './golden-files.js'

const ledger = openTestLedger()
await giveEveryCommand(ledger)

// Of each type, the event that says most.
const events = [...(await eventsIn(ledger.store))].sort((a, b) => b.data.length - a.data.length)

mkdirSync(goldenFolder, { recursive: true })
for (const stored of events) {
  const { metadata } = right(decodeEvent(stored))
  const { stream, revision, id, type, data } = stored
  const made = goldens().filter((golden) => golden.type === type && golden.schema === metadata.schema)
  const known = new Set(made.flatMap(membersOf))
  const fresh = membersOf(stored).filter((member) => !known.has(member))
  if (made.length > 0 && fresh.length === 0) continue
  const grown = made.length === 0 ? '' : `.${fresh.join('-')}`
  const path = join(goldenFolder, `${type}.v${metadata.schema}${grown}.json`)
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
