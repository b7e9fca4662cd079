import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { memoryEventStore } from '../../adapters/memory/index.js'
import { fill, versionsHistory } from '../../bench/history.js'
import type { StoredEvent } from '../../domain/ports/event-store.js'
import { exportEvents, importEvents } from '../../ledger/maintenance/import.js'
import { campaignOfThisFile } from '../support/campaign.js'
import { eventsIn } from '../support/domain-ledger.js'
import { openStore } from '../support/eventstoredb/open-store.js'
import { StandIn } from '../support/eventstoredb/stand-in.js'
import { sealedLines } from '../support/forged-export.js'
import { type Child, killed, startScript } from '../support/sqlite-processes.js'
import { openSqlite } from '../support/sqlite-store.js'

const campaign = campaignOfThisFile()

const folder = mkdtempSync(join(tmpdir(), 'ledger-imports-'))
afterAll(() => rmSync(folder, { recursive: true }))

const KILLS = campaign.rounds(100)

describe('a process that imports into SQLite and is killed at any moment', () => {
  it('leaves what was there before, or all of it, and the same import again goes on from there', async () => {
    const source = memoryEventStore()
    const events = await fill(source, versionsHistory(1500, 7))
    const lines: string[] = []
    for await (const line of exportEvents(source)) lines.push(line)
    const file = join(folder, 'events.ndjson')
    writeFileSync(file, lines.join(''))
    const before = endOfCommand(await eventsIn(source), Math.floor(events / 3))
    const beginning = sealedLines(lines.slice(1, 1 + before).map((line) => line.trimEnd()))

    const left = { before: 0, whole: 0 }
    for (let round = 0; round < KILLS; round++) {
      const directory = join(folder, `round-${round}`)
      const path = join(directory, 'events.db')
      mkdirSync(directory)
      const held = round % 2 === 0 ? 0 : before
      if (held > 0) {
        const store = await openSqlite({ path, durability: 'relaxed' })
        await importEvents(store, beginning)
        await store.close()
      }
      // Every third time two of them at once, on one ledger: one imports, and the other waits for it.
      const children = Array.from({ length: round % 3 === 0 ? 2 : 1 }, () =>
        startScript('ledger-importer', [directory, file]),
      )
      await Promise.all(children.map((child) => killedOrDone(child)))
      const imported = children.some((child) => child.lines().includes('imported'))

      const store = await openSqlite({ path, durability: 'relaxed' })
      const found = (await eventsIn(store)).length
      expect([held, events]).toContain(found)
      if (imported) expect(found).toBe(events)
      left[found === events ? 'whole' : 'before'] += 1
      if (round % 5 === 0) expect(await importEvents(store, lines)).toMatchObject({ events, added: events - found })
      await store.close()
      rmSync(directory, { recursive: true })
    }
    expect(left.before + left.whole).toBe(KILLS)
    console.info(`of ${KILLS} killed imports, ${left.before} left what was there before, ${left.whole} had ended`)
  })
})

describe('a process that imports into EventStoreDB and is killed at any moment', () => {
  it('leaves the beginning of the export, and the same import again goes on from there', async () => {
    const source = memoryEventStore()
    const events = await fill(source, versionsHistory(200, 7))
    const lines: string[] = []
    for await (const line of exportEvents(source)) lines.push(line)
    const file = join(folder, 'server.ndjson')
    writeFileSync(file, lines.join(''))
    const all = await eventsIn(source)

    for (let round = 0; round < campaign.rounds(40); round++) {
      const standIn = await StandIn.start()
      await killedOrDone(startScript('ledger-importer', [standIn.connectionString(), file]))
      const store = await openStore(standIn.connectionString(), { timeout: 5000 })
      const found = await eventsIn(store)
      expect(found.map(({ id }) => id)).toEqual(all.slice(0, found.length).map(({ id }) => id))
      expect(await importEvents(store, lines)).toMatchObject({ events, added: events - found.length })
      expect((await eventsIn(store)).map(({ id }) => id)).toEqual(all.map(({ id }) => id))
      await store.close()
      await standIn.stop()
    }
  })
})

/** Where the command ends in whose midst the history is cut. */
const endOfCommand = (events: ReadonlyArray<StoredEvent>, cut: number): number =>
  events.findIndex((event, index) => index >= cut && event.metadata !== events[index - 1]?.metadata)

/** It may be quicker than the one who is to kill it. */
const killedOrDone = async (child: Child): Promise<void> => {
  await killed(child, campaign.random, 5).catch((error: unknown) => {
    if (!child.lines().includes('imported')) throw error
  })
}
