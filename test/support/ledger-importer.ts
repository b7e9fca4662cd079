/**
 * A process that imports an export into a ledger, and prints a line when it begins, now and then, and at the end:
 *
 *     node ledger-importer.js <directory, or connection string of EventStoreDB> <export>
 *
 * Where others have the ledger open it tries again.
 */
import { createReadStream, writeSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { LedgerError, openLedger } from 'model-ledger'
import { eventStoreDb } from 'model-ledger/adapters/eventstoredb'
import { memoryFileStore } from 'model-ledger/adapters/memory'

const [place = '', file = ''] = process.argv.slice(2)
const who = { actor: 'importer', entity: 'acme' }
const open = () =>
  place.startsWith('esdb')
    ? openLedger({ ...who, events: eventStoreDb(place), files: memoryFileStore() })
    : openLedger({ ...who, directory: place })

for (let imported = false; !imported; ) {
  const ledger = await open()
  writeSync(1, 'open\n')
  try {
    await ledger.importEvents(createReadStream(file), (events) => {
      writeSync(1, `${events}\n`)
    })
    imported = true
  } catch (error) {
    if (!(error instanceof LedgerError) || error.code !== 'in-use') throw error
  } finally {
    await ledger.close()
  }
  if (!imported) await wait(10)
}
writeSync(1, 'imported\n')
