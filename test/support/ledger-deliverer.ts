/**
 * A process that takes commands from a queue that delivers each of them again and again, late and out of order, until
 * it is killed:
 *
 *     node ledger-deliverer.js <directory> <name> <seed> <commands>
 *
 * It prints a line when it begins, and a line of JSON for each command that was accepted: its number and the receipt.
 */
import { writeSync } from 'node:fs'
import { LedgerError, openLedger } from 'model-ledger'
import { randomNumbers } from '../../bench/random.js'
import { deliver } from './deliveries.js'

const AT_ONCE = 3

const [directory = '', name = '', seed, commands] = process.argv.slice(2)
const ledger = await openLedger({ directory, actor: name, entity: 'acme', project: 'queue' })
const next = randomNumbers(Number(seed) + Number(/\d+/.exec(name)?.[0]))

const work = async (): Promise<never> => {
  for (;;) {
    const number = next() % Number(commands)
    try {
      const receipt = await deliver(ledger, number)
      writeSync(1, `${JSON.stringify({ number, receipt })}\n`)
    } catch (error) {
      // A rule may refuse it now, and another time not.
      if (!(error instanceof LedgerError)) throw error
    }
  }
}

writeSync(1, 'begun\n')
await Promise.all(Array.from({ length: AT_ONCE }, work))
