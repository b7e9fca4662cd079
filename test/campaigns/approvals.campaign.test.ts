/** The approvals example is killed under load and started again, many times: nothing acknowledged is lost or there twice, and what it keeps is what its events say. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { waiting, waitingFor } from '../../examples/approvals/waiting.js'
import { openSqlite } from '../../examples/docs/sqlite.js'
import { openLedger } from '../../index.js'
import {
  eventsOf,
  loadOn,
  lostOrTwice,
  rowsByEvents,
  startApprovals,
  TEAMS,
  waitingByEvents,
} from '../support/approvals.js'
import { campaignOfThisFile } from '../support/campaign.js'

const campaign = campaignOfThisFile()
const ROUNDS = campaign.rounds(50)

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'model-ledger-approvals-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

it('an application that is killed under load has every acknowledged request once, and read model and index as rebuilt', async () => {
  let process = startApprovals(directory)
  const load = loadOn(await process.address, campaign.random)
  for (let round = 0; round < ROUNDS; round++) {
    await load.more(1 + Math.floor(campaign.random() * 20))
    await wait(campaign.random() * 20)
    process.child.process.kill('SIGKILL')
    await process.child.ended
    // Now and then the next one is killed while it starts, too.
    if (campaign.random() < 0.2) {
      const starting = startApprovals(directory)
      await wait(campaign.random() * 500)
      starting.child.process.kill('SIGKILL')
      await starting.child.ended
    }
    process = startApprovals(directory)
    load.goTo(await process.address)
  }
  await load.more(20)
  await load.end()

  const get = async (path: string) => (await fetch(`${await process.address}${path}`)).text()
  const waitingOf = (team: string) => get(`/waiting?team=${team}`).then((text) => JSON.parse(text))
  const answers = await Promise.all(TEAMS.map(waitingOf))
  const { length: count } = await get('/search?q=because').then((text) => JSON.parse(text).found)
  expect(count).toBeGreaterThan(0)
  process.child.process.kill('SIGTERM')
  await process.child.ended
  // What it kept when it stopped is what it answers from when it starts again.
  process = startApprovals(directory)
  expect(await Promise.all(TEAMS.map(waitingOf))).toEqual(answers)

  const setting = { directory: join(directory, 'ledger'), actor: 'auditor', projections: [waiting] }
  await using ledger = await openLedger(setting)
  const events = await eventsOf(ledger)
  const decided = rowsByEvents(events)
  await expect
    .poll(async () => JSON.parse(await get('/search')).upTo)
    .toBeGreaterThanOrEqual(decided.at(-1)?.position ?? Number.POSITIVE_INFINITY)
  process.child.process.kill('SIGTERM')
  await process.child.ended

  expect(load.answered.filter(({ status }) => status === 200).length).toBeGreaterThan(ROUNDS)
  expect(load.answered.filter(({ status }) => status >= 500)).toEqual([])
  expect(lostOrTwice(load.answered, events)).toEqual([])
  expect(answers).toEqual(TEAMS.map((team) => waitingByEvents(team, events)))
  await ledger.rebuild()
  expect(await Promise.all(TEAMS.map((team) => ledger.read(waiting, waitingFor(team))))).toEqual(answers)
  expect((await ledger.verify()).damaged).toEqual([])

  const index = await openSqlite(join(directory, 'search.db'))
  expect(index.prepare('SELECT * FROM decisions ORDER BY rowid').all().map(Object)).toEqual(decided)
  index.close()
})
