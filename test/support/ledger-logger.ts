/**
 * A process that logs versions of one artifact, a few at a time, and prints one line of JSON for each receipt:
 *
 *     node ledger-logger.js <directory> <writer> <versions>
 */
import { writeSync } from 'node:fs'
import { openLedger } from 'model-ledger'

const AT_ONCE = 4

const [directory = '', writer = '', versions] = process.argv.slice(2)
const ledger = await openLedger({ directory, actor: writer, entity: 'acme', project: 'shared' })

let next = 0
const logInTurn = async (): Promise<void> => {
  for (let index = next++; index < Number(versions); index = next++) {
    const content = [{ bytes: `${writer} ${index}`, as: 'weights.bin' }]
    const metadata = { writer, index }
    const { version, path, isNew, revision, position } = await ledger.logArtifact({
      name: 'model',
      type: 'model',
      content,
      metadata,
    })
    writeSync(1, `${JSON.stringify({ writer, index, version, path, isNew, revision, position })}\n`)
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, logInTurn))
await ledger.close()
