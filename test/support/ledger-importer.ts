/**
 * A process that imports an export into a ledger, and prints a line when it begins, now and then, and at the end:
 *
 *     node ledger-importer.js <directory> <export>
 */
import { createReadStream, writeSync } from 'node:fs'
import { openLedger } from '../../index.js'

const [directory = '', file = ''] = process.argv.slice(2)
const ledger = await openLedger({ directory, actor: 'importer', entity: 'acme' })
writeSync(1, 'open\n')
await ledger.importEvents(createReadStream(file), (events) => {
  writeSync(1, `${events}\n`)
})
writeSync(1, 'imported\n')
await ledger.close()
