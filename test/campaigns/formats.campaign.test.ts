/** Processes that bring a file of an earlier format to this one, killed in the midst of it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { type EventStore, ORIGIN, type StoredEvent } from '../../domain/ports/event-store.js'
import { event } from '../../testing/event-store/world.js'
import { campaignOfThisFile } from '../support/campaign.js'
import { fillEarlier } from '../support/earlier-format.js'
import { startScript } from '../support/sqlite-processes.js'
import { openConnection, openSqlite } from '../support/sqlite-store.js'
import { warningsTo } from '../support/warnings.js'

const campaign = campaignOfThisFile()

const folder = mkdtempSync(join(tmpdir(), 'sqlite-formats-'))
afterAll(() => rmSync(folder, { recursive: true }))

const STREAMS = ['artifact-acme/one/a', 'artifact-acme/one/b', 'run-acme/one/r']

describe('bringing a file to this format', () => {
  it('is gone on with where a process was killed that had begun, and read meanwhile', async () => {
    for (let round = 0; round < campaign.rounds(40); round++) {
      const path = join(folder, `${round}.db`)
      fillEarlier(path, round % 2 === 0 ? 1 : 2, STREAMS, 7000, event)
      const events = await readAs(path)
      const child = startScript('sqlite-opener', [path])
      await child.until((lines) => lines.length > 0 || tablesOf(path).length > 3).catch(() => undefined)
      await wait(campaign.random() * 150)
      child.process.kill('SIGKILL')
      await child.ended
      expect(await readAs(path)).toEqual(events)
      const others = [startScript('sqlite-opener', [path]), startScript('sqlite-opener', [path])]
      const store = await openSqlite({ path })
      for (const other of others) expect(JSON.parse((await other.ended)[0] ?? '')).toEqual([{ _tag: 'opened', path }])
      expect(await all(store)).toEqual(events)
      await store.close()
      expect(tablesOf(path)).toEqual(['events', 'ledger', 'streams'])
      rmSync(path)
    }
  })
})

const tablesOf = (path: string): ReadonlyArray<string> => {
  const database = openConnection(path)
  const tables = database
    .prepare<[], readonly [string]>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .all()
  database.close()
  return tables.flat()
}

const readAs = async (path: string): Promise<ReadonlyArray<StoredEvent>> => {
  const store = await openSqlite({ path, readOnly: true, logger: warningsTo([]) })
  const events = await all(store)
  await store.close()
  return events
}

const all = async (store: EventStore): Promise<ReadonlyArray<StoredEvent>> => {
  const events: StoredEvent[] = []
  for await (const page of store.readAll(ORIGIN)) events.push(...page)
  return events
}
