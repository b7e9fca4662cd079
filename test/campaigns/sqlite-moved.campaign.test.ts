/** The folder of a ledger is moved away under a process that writes to it: all that was acknowledged moved with it. */
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { ORIGIN } from '../../domain/ports/event-store.js'
import { campaign } from '../support/campaign.js'
import { startScript } from '../support/sqlite-processes.js'
import { openSqlite } from '../support/sqlite-store.js'

const folder = mkdtempSync(join(tmpdir(), 'sqlite-moved-'))
afterAll(() => rmSync(folder, { recursive: true }))

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
      renameSync(here, away)
      for (const { ended } of writers) await expect(ended).rejects.toThrow('was deleted or replaced while it was open')

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
