/**
 * Logs many artifacts of several files at once, then downloads, opens and verifies them at once, and prints as JSON what
 * came of it:
 *
 *     node ledger-crowd.js <folder> <artifacts> <files>
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { LedgerError, openLedger } from 'model-ledger'

const [folder = '', artifacts, files] = process.argv.slice(2)
const numbers = Array.from({ length: Number(artifacts) }, (_, number) => number)
const names = Array.from({ length: Number(files) }, (_, number) => `${number}.txt`)
for (const number of numbers) {
  const from = join(folder, 'content', String(number))
  mkdirSync(from, { recursive: true })
  for (const name of names) writeFileSync(join(from, name), `${number} ${name}`)
}

const problems: unknown[] = []
const allAtOnce = async (what: string, work: (number: number) => Promise<unknown>): Promise<number> => {
  const done = await Promise.allSettled(numbers.map(work))
  for (const each of done)
    if (each.status === 'rejected')
      problems.push(`${what}: ${each.reason instanceof LedgerError ? each.reason.message : String(each.reason)}`)
  return done.filter(({ status }) => status === 'fulfilled').length
}

const ledger = await openLedger({ directory: join(folder, 'ledger'), actor: 'anna', entity: 'acme', project: 'crowd' })
const version = (number: number) => `a${number}:v0`
const content = (number: number) => join(folder, 'content', String(number))
const answer = {
  logged: await allAtOnce('log', (number) =>
    ledger.logArtifact({ name: `a${number}`, type: 'dataset', content: content(number) }),
  ),
  again: await allAtOnce('log again', (number) =>
    ledger.logArtifact({ name: `b${number}`, type: 'dataset', content: content(number) }),
  ),
  streamed: await allAtOnce('log streams', (number) =>
    ledger.logArtifact({
      name: 'streams',
      type: 'dataset',
      content: { stream: Readable.from([Buffer.alloc(2 ** 20, number), Buffer.of(1)]), as: 'large.bin' },
    }),
  ),
  downloaded: await allAtOnce('download', async (number) => {
    const to = join(folder, 'out', String(number))
    await ledger.download({ version: version(number), to })
    if ((await readdir(to)).length !== names.length) throw new Error(`files are missing in ${to}`)
  }),
  kept: await allAtOnce('download again', (number) =>
    ledger.download({ version: version(number), to: join(folder, 'out', String(number)) }),
  ),
  used: await allAtOnce('use', (number) =>
    ledger.useModel({ version: version(number), to: join(folder, 'used', String(number)) }),
  ),
  opened: await allAtOnce('open', async (number) => {
    const { bytes } = await ledger.openFile({ version: `streams:v${number}`, path: 'large.bin' })
    if ((await buffer(bytes)).length !== 2 ** 20 + 1) throw new Error(`streams:v${number} is cut short`)
  }),
  verified: (await ledger.verify()).damaged.length,
}
await ledger.close()
console.log(JSON.stringify({ ...answer, problems: problems.slice(0, 3) }))
