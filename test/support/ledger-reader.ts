/**
 * Opens a ledger only to be read, and prints as JSON what it answers and what Node warned of:
 *
 *     node ledger-reader.js <directory>
 */
import { LedgerError, openLedger } from 'model-ledger'

const warnings: string[] = []
process.on('warning', ({ name, message }) => {
  if (name === 'ModelLedgerWarning') warnings.push(message)
})

const [directory = ''] = process.argv.slice(2)
const read = async (): Promise<unknown> => {
  const ledger = await openLedger({ directory, readOnly: true, entity: 'acme', project: 'read' })
  const { items } = await ledger.versions('model', { order: 'ascending' })
  const verified = await ledger.verify()
  const refused = await ledger.tag({ version: 'model:v0', tags: ['x'] }).catch((error: unknown) => error)
  await ledger.close()
  return {
    versions: items.map(({ version }) => version),
    damaged: verified.damaged.length + verified.damagedEvents.length,
    files: verified.files,
    refused: refused instanceof LedgerError && refused.code,
  }
}
const answer = await read().catch((error: unknown) => ({
  error: error instanceof Error ? error.message : String(error),
}))
await new Promise(setImmediate)
console.log(JSON.stringify({ ...Object(answer), warnings }))
