/**
 * A process of its own whose first command is on a long artifact or registered model, `node first-command.js with|without
 * <folder> <path>`: with a place for snapshots, or without. It prints how long it took from the open ledger to the receipt, and leaves a snapshot
 * behind where there is a place and one is due.
 */
import { join } from 'node:path'
import { openLedger } from 'model-ledger'
import { directoryFileStore } from 'model-ledger/adapters/directory'
import { sqliteEventStore } from 'model-ledger/adapters/sqlite'

const [, , how, folder = '', path = ''] = process.argv
const who = { actor: 'bench' }
const ledger = await openLedger(
  how === 'with'
    ? { ...who, directory: folder }
    : {
        ...who,
        events: sqliteEventStore({ path: join(folder, 'events.db') }),
        files: directoryFileStore({ path: join(folder, 'files') }),
      },
)
const start = performance.now()
const { revision } = await ledger.moveAlias({
  version: `${path}:v${Date.now() % 10}`,
  alias: `moved-${process.pid}-${Date.now() % 1000}`,
})
const milliseconds = performance.now() - start
await ledger.close()
console.log(JSON.stringify({ milliseconds, revision }))
