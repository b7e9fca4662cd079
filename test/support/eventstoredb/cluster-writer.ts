/**
 * A process that logs and links versions over a server, several at a time, until it is told to end (SIGTERM):
 *
 *     node cluster-writer.js <connection string> <folder of the files> <writer>
 *
 * It prints a line when it begins, and a line of JSON for each command that was answered, or failed.
 */
import { writeSync } from 'node:fs'
import { LedgerError, openLedger } from 'model-ledger'
import { directoryFileStore } from 'model-ledger/adapters/directory'
import { eventStoreDb } from 'model-ledger/adapters/eventstoredb'

const AT_ONCE = 2

const [connectionString = '', path = '', writer = ''] = process.argv.slice(2)
let ending = false
process.once('SIGTERM', () => {
  ending = true
})
const ledger = await openLedger({
  events: eventStoreDb(connectionString, { timeout: 1000, patience: 30_000 }),
  files: directoryFileStore({ path }),
  actor: writer,
  entity: 'acme',
  project: 'churn',
  deadline: 100_000,
})
const tell = (line: object): number => writeSync(1, `${JSON.stringify(line)}\n`)
tell({ begun: writer })

let next = 0
const writeInTurn = async (): Promise<void> => {
  for (let index = next++; !ending; index = next++) {
    const content = [{ reference: `s3://models/${writer}/${index}`, as: 'model' }]
    const metadata = { writer, index }
    try {
      const logged = await ledger.logArtifact({ name: 'model', type: 'model', content, metadata })
      tell({ writer, index, logged: logged.version })
      const linked = await ledger.link({ version: logged.path, to: 'winner', aliases: ['production'] })
      tell({ writer, index, linked: linked.version })
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      tell({ writer, index, failed: error.code })
    }
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, writeInTurn))
await ledger.close()
