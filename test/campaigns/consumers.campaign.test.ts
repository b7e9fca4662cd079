/** Processes that consume a ledger are killed at any moment, two at a time, while it grows: every event is handled, in order, and in a transaction once. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSqlite } from '../../examples/docs/sqlite.js'
import { openLedger } from '../../index.js'
import { campaignOfThisFile } from '../support/campaign.js'
import { startScript } from '../support/sqlite-processes.js'

const campaign = campaignOfThisFile()

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'model-ledger-consumers-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

describe('consumers that are killed', () => {
  it('have handled every event by the end, in order, and in a transaction once; another takes over from one that dies', async () => {
    const ledger = await openLedger({
      directory: join(directory, 'ledger'),
      actor: 'anna',
      entity: 'acme',
      project: 'p',
    })
    let versions = 0
    const grow = async (): Promise<void> => {
      for (let more = 0; more < 10; more++)
        await ledger.logArtifact({ name: 'cats', type: 'model', content: [{ bytes: `${versions++}`, as: 'w' }] })
    }
    await grow()
    const start = () => startScript('ledger-consumer', [directory])
    let pair = [start(), start()]
    for (let kill = campaign.rounds(60); kill > 0; kill--) {
      // Whichever has it dies in the midst of its work, the other takes over, and one more begins.
      const more = 1 + Math.floor(campaign.random() * 12)
      const working = pair.map(async (child) => {
        const least = child.lines().length + more
        await child.until((lines) => lines.length >= least)
        return child
      })
      const growing = grow()
      const victim = await Promise.race(working)
      await wait(campaign.random() * 20)
      victim.process.kill('SIGKILL')
      await victim.ended
      await growing
      pair = [...pair.filter((child) => child !== victim), start()]
    }
    for (const child of pair) {
      child.process.kill('SIGKILL')
      await child.ended
    }
    const { position } = await ledger.moment()
    await startScript('ledger-consumer', [directory, `${position}`]).ended

    const ids: string[] = []
    for await (const { id } of ledger.events({ until: position })) ids.push(id)
    await ledger.close()
    const database = await openSqlite(join(directory, 'mine.db'))
    expect(
      database
        .prepare('SELECT id FROM outbox ORDER BY nth')
        .all()
        .map((row) => Object(row).id),
    ).toEqual(ids)
    database.close()
    const lines = (await readFile(join(directory, 'lines'), 'utf8')).trimEnd().split('\n')
    expect([...new Set(lines)]).toEqual(ids)
    // What comes again begins behind a checkpoint, and goes on in order from there.
    const places = lines.map((id) => ids.indexOf(id))
    const jumps = places.filter((place, at) => at > 0 && place > (places[at - 1] ?? 0) + 1)
    expect(jumps).toEqual([])
  })
})
