/** Builds the read model of a folder's events again and again, and keeps snapshots of it, until it is killed. */
import { join } from 'node:path'
import { directorySnapshotStore } from '../../adapters/directory/index.js'
import { sqliteEventStore } from '../../adapters/sqlite/index.js'
import { systemClock } from '../../adapters/system/index.js'
import { projector } from '../../application/projecting/projector.js'
import { readModels } from '../../projections/read-models.js'
import { right } from './domain-ledger.js'

const folder = process.argv[2] ?? ''
const handler = projector({
  store: right(await sqliteEventStore({ path: join(folder, 'events.db') })()),
  projections: readModels,
  clock: systemClock,
  snapshots: directorySnapshotStore({ path: join(folder, 'snapshots') }),
})
for (;;) {
  right(await handler.rebuild(({ checkpoint }) => process.stdout.write(`${checkpoint}\n`))())
  await handler.snapshot()
  process.stdout.write('kept\n')
}
