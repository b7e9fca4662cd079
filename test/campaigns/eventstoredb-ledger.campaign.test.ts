import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { directoryFileStore } from '../../adapters/directory/index.js'
import { eventStoreDb } from '../../adapters/eventstoredb/index.js'
import { type Ledger, openLedger } from '../../index.js'
import { campaignOfThisFile } from '../support/campaign.js'
import { type AppendFault, StandIn } from '../support/eventstoredb/stand-in.js'

const campaign = campaignOfThisFile()

const folder = mkdtempSync(join(tmpdir(), 'eventstoredb-'))
afterAll(() => rmSync(folder, { recursive: true }))
const sharedFolder = join(folder, 'files')

const WAVES = campaign.rounds(4)

const openInstance = (connectionString: string, ledger: string): Promise<Ledger> =>
  openLedger({
    events: eventStoreDb(connectionString, { ledger }),
    files: directoryFileStore({ path: sharedFolder }),
    actor: 'registry-api',
    entity: 'acme',
    project: 'churn',
    deadline: 100_000,
  })

/** A hundred times in a whole campaign: logs a version, links it, and moves an alias there. */
const write = async (ledger: Ledger, name: string): Promise<number> => {
  let last = 0
  for (let wave = 0; wave < WAVES; wave++) {
    const chains = Array.from({ length: 25 }, async (_, index) => {
      const content = [{ reference: `s3://models/${name}/${wave}/${index}`, as: 'model' }]
      const version = await ledger.logArtifact({ name: 'model', type: 'model', content })
      const linked = await ledger.link({ version: version.path, to: 'churn' })
      last = Math.max(last, (await ledger.moveAlias({ version: linked.path, alias: 'production' })).position)
    })
    await Promise.all(chains)
  }
  return last
}

const FAULTS: ReadonlyArray<AppendFault> = ['drop-after-commit', 'not-ready', 'drop-before-commit', 'commit-timeout']

it('four instances that write at once on one artifact and one registered model end in one state', async () => {
  // With EVENTSTORE_URL on a real server, where nobody makes trouble.
  const url = process.env['EVENTSTORE_URL']
  const standIn = await StandIn.start({ nodes: 3 })
  const name = `test.${randomUUID().replaceAll('-', '')}`
  const instances = await Promise.all(
    Array.from({ length: 4 }, () => openInstance(url ?? standIn.connectionString(), name)),
  )
  let troubled = 0
  const trouble = setInterval(() => {
    if (standIn.seen.append < troubled + 30) return
    troubled = standIn.seen.append
    standIn.faults.append.push(FAULTS[troubled % FAULTS.length] ?? 'not-ready')
    standIn.leader = ((standIn.leader ?? 0) + 1) % 3
  }, 10)
  const positions = await Promise.all(instances.map((ledger, index) => write(ledger, `${index}`)))
  clearInterval(trouble)
  standIn.faults.append.length = 0

  const states = await Promise.all(
    instances.map(async (ledger) => {
      await ledger.waitFor(Math.max(...positions))
      const all = { limit: 1000 }
      const [logged, linked] = [await ledger.versions('acme/churn/model', all), await ledger.versions('churn', all)]
      return { logged: logged.items, linked: linked.items }
    }),
  )
  const [state] = states
  for (const other of states) expect(other).toEqual(state)
  for (const versions of [state?.logged, state?.linked]) {
    const numbers = versions?.map(({ version }) => version).sort((one, other) => one - other)
    expect(numbers).toEqual(Array.from({ length: 4 * WAVES * 25 }, (_, index) => index))
    const aliases = versions?.flatMap((version) => version.aliases)
    expect(aliases?.filter((alias) => alias === 'latest')).toHaveLength(1)
  }
  const holders = state?.linked.filter(({ aliases }) => aliases.includes('production'))
  expect(holders).toHaveLength(1)

  for (const ledger of instances) await ledger.close()
  await standIn.stop()
})
