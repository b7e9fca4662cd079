/**
 * A process that gives so many commands on streams which others write to as well, some at a time, and prints what became
 * of each:
 *
 *     node ledger-contender.js <directory> <name> <commands>
 */
import { writeSync } from 'node:fs'
import { LedgerError, openLedger, type Receipt } from 'model-ledger'

const AT_ONCE = 5

const [directory = '', name = '', commands] = process.argv.slice(2)
const ledger = await openLedger({ directory, actor: name, entity: 'acme', project: 'shared' })
writeSync(1, 'begun\n')

const steps: ReadonlyArray<(count: number) => Promise<Receipt>> = [
  (count) => ledger.moveAlias({ version: `model:v${count % 2}`, alias: name, commandId: `${name}-${count}` }),
  (count) =>
    ledger.tag({ version: `model:v${count % 2}`, tags: [`${name}-${count % 7}`], commandId: `${name}-${count}` }),
  (count) =>
    ledger.moveAlias({ version: `model-registry/winner:v${count % 2}`, alias: name, commandId: `${name}-${count}` }),
]

const answerOf = async (count: number): Promise<string> => {
  try {
    const receipt = await (steps[count % steps.length] ?? steps[0])?.(count)
    return `recorded ${receipt?.position} ${count}`
  } catch (error) {
    if (error instanceof LedgerError) return `refused ${error.code} ${count}`
    throw error
  }
}

let next = 0
const worker = async (): Promise<void> => {
  while (next < Number(commands)) {
    const count = next++
    writeSync(1, `${await answerOf(count)}\n`)
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, worker))
await ledger.close()
