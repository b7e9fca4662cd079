/**
 * One of the processes that evaluate: reads its share of the test digits with every checkpoint, and adds what
 * it counted to the version that all of them make together.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fromCsv } from './digits.js'
import { fromText, read } from './network.js'
import { openAs } from './open.js'
import { short } from './print.js'

const [directory = '', folder = '', part = '', parts = '', ...checkpoints] = process.argv.slice(2)

const ledger = await openAs('ci', directory)
const run = await ledger.startRun({ run: `evaluate-${part}`, group: 'evaluate' })

const load = async (version: string, file: string): Promise<string> => {
  const to = join(folder, short(version).replace(':', '-'))
  await ledger.download({ version: await run.useArtifact(version), to })
  return readFile(join(to, file), 'utf8')
}

const test = fromCsv(await load('digits:latest', 'test.csv')).filter((_, at) => at % Number(parts) === Number(part))
const counts: string[] = []
for (const checkpoint of checkpoints) {
  const network = fromText(await load(checkpoint, 'weights.csv'))
  const right = test.filter((digit) => read(network, digit) === digit.label).length
  counts.push(`${checkpoint},${right},${test.length}\n`)
}

await run.upsertDistributed({
  name: 'evaluation',
  type: 'evaluation',
  content: { bytes: counts.join(''), as: `part-${part}.csv` },
})
await run.finish()
await ledger.close()
