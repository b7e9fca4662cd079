import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { directoryFileStore } from '../../adapters/directory/index.js'
import { eventStoreDb } from '../../adapters/eventstoredb/index.js'
import { openLedger } from '../../index.js'
import { campaignOfThisFile } from '../support/campaign.js'
import { StandIn } from '../support/eventstoredb/stand-in.js'
import { startScript } from '../support/sqlite-processes.js'

const campaign = campaignOfThisFile()

const folder = mkdtempSync(join(tmpdir(), 'eventstoredb-cluster-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Each of up to two seconds. */
const TROUBLES = campaign.rounds(60)
const WRITERS = ['ada', 'bob', 'cleo', 'dan']

interface Told {
  readonly writer: string
  readonly index: number
  readonly logged?: number
  readonly linked?: number
  readonly failed?: string
}

const pick = <A>(...of: readonly [A, ...A[]]): A => of[Math.floor(campaign.random() * of.length)] ?? of[0]

/** In ms. Half of it a leader that is alone goes on writing. */
const ELECTION = 1000
const KINDS = ['freeze', 'kill', 'isolate'] as const

/** Kills, freezes or cuts off a node, most often the leader, and now and then another with it; what ended is started again. */
const trouble = async (standIn: StandIn, kind: (typeof KINDS)[number]): Promise<void> => {
  const first = pick(standIn.leader ?? 0, standIn.leader ?? 0, 0, 1, 2)
  const which = campaign.random() < 0.2 ? [first, (first + 1) % 3] : [first]
  const nodes = standIn.nodes.filter(({ index }) => which.includes(index))
  for (const node of nodes) await node[kind]()
  await wait(ELECTION * (0.4 + campaign.random()))
  for (const node of nodes) {
    if (kind === 'freeze') await node.thaw()
    if (kind === 'isolate') node.rejoin()
  }
  for (const ended of standIn.nodes.filter(({ gate }) => !gate.isOpen)) await ended.restart()
  await expect.poll(() => standIn.leader !== undefined && standIn.nodes.every(({ isUp }) => isUp)).toBe(true)
}

it('four processes over a cluster whose nodes die, freeze and lose each other lose and double nothing', async () => {
  const standIn = await StandIn.start({ nodes: 3, electionTime: ELECTION, commitTimeout: ELECTION })
  const connectionString = standIn.connectionString()
  const files = join(folder, 'files')
  const writers = WRITERS.map((writer) => startScript('eventstoredb/cluster-writer', [connectionString, files, writer]))
  await Promise.all(writers.map(({ begun }) => begun))
  const answered = (): number => writers.reduce((sum, { lines }) => sum + lines().length, 0)
  for (let done = 0; done < TROUBLES; done++) {
    await trouble(standIn, KINDS[done % KINDS.length] ?? 'kill')
    const before = answered()
    await expect.poll(answered).toBeGreaterThan(before + 4)
  }
  for (const { process } of writers) process.kill('SIGTERM')
  const lines = (await Promise.all(writers.map(({ ended }) => ended))).flat()
  const told = lines.map((line): Told => JSON.parse(line)).filter(({ index }) => index !== undefined)
  const failed = told.flatMap((one) => (one.failed === undefined ? [] : [one.failed]))
  expect(failed.filter((code) => !['unavailable', 'unknown-outcome'].includes(code))).toEqual([])

  const ledger = await openLedger({
    events: eventStoreDb(connectionString),
    files: directoryFileStore({ path: files }),
    actor: 'eve',
    entity: 'acme',
    project: 'churn',
  })
  const all = { limit: 10_000, order: 'ascending' } as const
  const [logged, linked] = [(await ledger.versions('model', all)).items, (await ledger.versions('winner', all)).items]
  for (const versions of [logged, linked])
    expect(versions.map(({ version }) => version)).toEqual(versions.map((_version, index) => index))
  const names = logged.map(({ metadata }) => `${metadata?.['writer']} ${metadata?.['index']}`)
  expect(new Set(names).size).toBe(names.length)
  for (const { writer, index, logged: version } of told)
    if (version !== undefined) expect(names[version]).toBe(`${writer} ${index}`)
  const links = told.flatMap(({ linked }) => (linked === undefined ? [] : [linked]))
  expect(new Set(links).size).toBe(links.length)
  expect(Math.max(...links)).toBeLessThan(linked.length)
  expect(await ledger.verify()).toMatchObject({ damagedEvents: [], damaged: [] })
  await ledger.close()
  await standIn.stop()
})
