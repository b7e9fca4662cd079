import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { campaignOfThisFile } from '../support/campaign.js'
import { type Child, killed, startScript } from '../support/sqlite-processes.js'
import { openSqlite } from '../support/sqlite-store.js'
import { warningsTo } from '../support/warnings.js'

const campaign = campaignOfThisFile()

const folder = mkdtempSync(join(tmpdir(), 'head-kills-'))
afterAll(() => rmSync(folder, { recursive: true }))

const KILLS = campaign.rounds(250)
/** Writers that live at the same time, on one file. */
const AT_ONCE = 2

describe.each(['full', 'relaxed'])(
  'the head of events whose writers are killed at any moment, with durability %s',
  (durability) => {
    it('raises no false alarm, also where it is delayed or lost', async () => {
      const path = join(folder, `${durability}.db`)
      const [head, delayed] = [`${path}-head`, `${path}.delayed`]
      const store = await openSqlite({ path })
      await store.close()
      let started = 0

      const startOne = (): Child => {
        started += 1
        return startScript('sqlite-writer', [path, durability, '1000', '2', `stream-${started}`])
      }
      const killOneAfterTheOther = async (until: number): Promise<void> => {
        while (started < until) await killed(startOne(), campaign.random, 8)
      }

      while (started < KILLS) {
        await Promise.all(Array.from({ length: AT_ONCE }, () => killOneAfterTheOther(Math.min(started + 6, KILLS))))
        // What the disk has of it is that of some time ago, or nothing, or what there was.
        const chance = campaign.random()
        const isLost = chance < 0.2
        if (isLost) rmSync(head)
        else if (chance < 0.5 && existsSync(delayed)) copyFileSync(delayed, head)
        else copyFileSync(head, delayed)

        const told: string[] = []
        const opened = await openSqlite({ path, logger: warningsTo(told) })
        await opened.head()()
        expect(opened.damage?.()).toBeUndefined()
        expect(told).toEqual(isLost ? [expect.stringContaining('cannot be told')] : [])
        await opened.close()
      }
    })
  },
)
