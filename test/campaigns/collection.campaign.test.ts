import { mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openLedger } from '../../index.js'
import { campaignOfThisFile } from '../support/campaign.js'
import { killed, startScript } from '../support/sqlite-processes.js'

const campaign = campaignOfThisFile()

const folder = mkdtempSync(join(tmpdir(), 'ledger-collection-'))
afterAll(() => rmSync(folder, { recursive: true }))

const ROUNDS = campaign.rounds(200)
/** Of few rounds none may have collected anything: who is first is chance. */
const MOST_ROUNDS = ROUNDS + 30
const FILES = 8
const directory = join(folder, 'ledger')
const open = () => openLedger({ directory, actor: 'anna', entity: 'acme', project: 'shared' })

/** As if all files had been put some days ago. */
const age = (): void => {
  const then = new Date(Date.now() - 5 * 24 * 3600 * 1000)
  for (const entry of readdirSync(join(directory, 'files', 'files'), { recursive: true, withFileTypes: true }))
    if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), then, then)
}

const bytesOf = async (bytes: AsyncIterable<Uint8Array>): Promise<string> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

it('a version that is acknowledged while its files are collected, by processes that are killed, is whole', async () => {
  let acknowledged = 0
  let deleted = 0
  const isOver = (round: number) => round >= ROUNDS && ((acknowledged > 0 && deleted > 0) || round >= MOST_ROUNDS)
  for (let round = 0; !isOver(round); round++) {
    const ledger = await open()
    const content = Array.from({ length: FILES }, (_, file) => ({ bytes: `${round} ${file}`, as: `${file}` }))
    const { path } = await ledger.logArtifact({ name: `first-${round}`, type: 'model', content })
    const { manifest } = await ledger.resolve(path)
    await ledger.deleteVersion({ version: path, deleteAliases: true })
    await ledger.close()
    age()

    const { digest, entries, bytes } = manifest
    const summary = JSON.stringify({ digest, entries, bytes })
    const collector = startScript('ledger-collector', [directory, '6'])
    const logger = startScript('ledger-relogger', [directory, `${round}`, `${FILES}`, summary])
    const [collections, [, ...versions]] = await Promise.all([
      campaign.random() < 0.6 ? killed(collector, campaign.random, 3) : collector.ended,
      campaign.random() < 0.4 ? killed(logger, campaign.random, FILES) : logger.ended,
    ])
    deleted += collections.reduce((sum, line) => sum + Number(line), 0)
    acknowledged += versions.length

    const later = await open()
    for (const version of versions) {
      const { manifest } = await later.content(version)
      for (const { path: as } of manifest) {
        const { bytes } = await later.openFile({ version, path: as })
        expect(await bytesOf(bytes)).toMatch(new RegExp(`^${round} \\d+$`))
      }
    }
    await later.close()
  }
  const ledger = await open()
  expect((await ledger.verify()).damaged).toEqual([])
  await ledger.close()
  expect(acknowledged).toBeGreaterThan(0)
  expect(deleted).toBeGreaterThan(0)
})
