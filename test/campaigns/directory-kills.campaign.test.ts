import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { directoryFileStore } from '../../adapters/directory/index.js'
import { isDigest } from '../../domain/values/digest.js'
import { wholeFiles } from '../../testing/file-store/world.js'
import { right } from '../../testing/results.js'
import { campaignOfThisFile } from '../support/campaign.js'
import { killed, startScript } from '../support/sqlite-processes.js'

const campaign = campaignOfThisFile()

const folder = mkdtempSync(join(tmpdir(), 'directory-kills-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('a file store in a directory', () => {
  it('leaves only whole files, and all that it acknowledged, when it is killed', async () => {
    const path = join(folder, 'store')
    const acknowledged = new Set<string>()
    const killOne = async (seed: string): Promise<void> => {
      const child = startScript('directory-putter', [path, folder, seed, '10000'])
      for (const digest of await killed(child, campaign.random, 5)) acknowledged.add(digest)
    }
    const rounds = campaign.rounds(70)
    for (let round = 0; round < rounds; round++) {
      await Promise.all([1, 2, 3].map((child) => killOne(`${round} ${child}`)))
    }
    expect(acknowledged.size).toBeGreaterThanOrEqual(3 * rounds)

    const store = right(await directoryFileStore({ path })())
    const whole = await wholeFiles(store)
    expect([...acknowledged].filter((digest) => !isDigest(digest) || !whole.has(digest))).toEqual([])
    await store.close()

    const tomorrow = () => new Date(Date.now() + 25 * 3600 * 1000)
    await right(await directoryFileStore({ path, now: tomorrow })()).close()
    expect(readdirSync(join(path, 'tmp'))).toEqual([])
  })
})
