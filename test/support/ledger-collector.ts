/**
 * A process that collects garbage again and again, and prints a line for each collection:
 *
 *     node ledger-collector.js <directory> <collections>
 */
import { writeSync } from 'node:fs'
import { openLedger } from 'model-ledger'

const [directory = '', collections] = process.argv.slice(2)
const ledger = await openLedger({ directory, actor: 'collector', entity: 'acme', project: 'shared' })
for (let count = 0; count < Number(collections); count++) {
  const { deleted } = await ledger.collectGarbage(await ledger.collectable())
  writeSync(1, `${deleted}\n`)
}
await ledger.close()
