import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openLedger } from '../../index.js'
import { campaignOfThisFile } from '../support/campaign.js'
import { startScript } from '../support/sqlite-processes.js'

const campaign = campaignOfThisFile()

const folder = mkdtempSync(join(tmpdir(), 'ledger-contention-'))
afterAll(() => rmSync(folder, { recursive: true }))

const CONTENDERS = ['anna', 'ben', 'cleo', 'dora']
const EACH = campaign.rounds(4000)

describe('four processes that contend for one artifact and one registered model', () => {
  it('answer every caller, and nobody in vain', async () => {
    const directory = join(folder, 'shared')
    const ledger = await openLedger({ directory, actor: 'zoe', entity: 'acme', project: 'shared' })
    for (const content of ['a', 'b']) {
      const { path } = await ledger.logArtifact({
        name: 'model',
        type: 'model',
        content: [{ bytes: content, as: 'f' }],
      })
      await ledger.link({ version: path, to: 'winner' })
    }
    const contenders = CONTENDERS.map((name) => startScript('ledger-contender', [directory, name, `${EACH}`]))
    const answers = (await Promise.all(contenders.map(({ ended }) => ended))).map((lines) => lines.slice(1))
    expect(answers.map((lines) => lines.length)).toEqual(CONTENDERS.map(() => EACH))
    const refused = answers.flat().filter((line) => !line.startsWith('recorded '))
    expect(refused).toEqual([])

    // Each acknowledgement stands where it said, and none of them twice.
    const positions = answers.flat().map((line) => Number(line.split(' ')[1]))
    expect(new Set(positions).size).toBe(positions.length)
    expect(await ledger.verify()).toMatchObject({ damagedEvents: [], damaged: [] })
    await ledger.close()
  })
})
