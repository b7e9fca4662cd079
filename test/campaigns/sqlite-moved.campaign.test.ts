/**
 * The folder of a ledger is moved away or deleted under processes that write to it, one of which may be killed in the
 * midst: all that was acknowledged moved with it, and nothing is made where it was.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { ORIGIN } from '../../domain/ports/event-store.js'
import { campaignOfThisFile } from '../support/campaign.js'
import { startScript } from '../support/sqlite-processes.js'
import { openSqlite } from '../support/sqlite-store.js'

const campaign = campaignOfThisFile()

const folder = mkdtempSync(join(tmpdir(), 'sqlite-moved-'))
afterAll(() => rmSync(folder, { recursive: true }))

/**
 * Whoever waits for the lock makes a file beside the database, maybe between the removal of the files and that of their
 * folder: then both begin again (`maxRetries` tries the folder alone again, which is never empty by itself).
 */
const removeWhileUsed = (path: string, tries = 100): void => {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch (error) {
    if (tries === 0) throw error
    removeWhileUsed(path, tries - 1)
  }
}

describe('two processes that append to a file that is moved away', () => {
  it('acknowledge nothing that is not in the file that was moved, and stop', async () => {
    const rounds = campaign.rounds(200)
    for (let round = 0; round < rounds; round++) {
      const [here, away] = [join(folder, `here-${round}`), join(folder, `away-${round}`)]
      mkdirSync(here)
      const writers = ['one', 'two'].map((own) =>
        startScript('sqlite-writer', [join(here, 'events.db'), 'full', '1000000', '1', 'shared', own]),
      )
      await Promise.all(writers.map(({ begun }) => begun))
      await wait(campaign.random() * 20)
      const [first, ...others] = writers
      if (round % 3 === 1) first?.process.kill('SIGKILL')
      if (round % 3 === 2) removeWhileUsed(here)
      else renameSync(here, away)
      for (const { ended } of round % 3 === 1 ? others : writers)
        await expect(ended).rejects.toThrow('was deleted or replaced while it was open')
      await Promise.allSettled(writers.map(({ ended }) => ended))
      expect(existsSync(join(here, 'events.db'))).toBe(false)
      if (round % 3 === 2) continue

      const store = await openSqlite({ path: join(away, 'events.db') })
      const held = new Set<string>()
      for await (const page of store.readAll(ORIGIN)) for (const { id } of page) held.add(id)
      await store.close()
      const acknowledged = writers.flatMap(({ lines }) => lines()).map((line) => line.split(' ')[2] ?? '')
      expect(acknowledged.length).toBeGreaterThan(1)
      expect(acknowledged.filter((id) => !held.has(id))).toEqual([])
      rmSync(away, { recursive: true })
    }
  })
})
