import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ORIGIN, type Position, type StoredEvent } from '../../domain/ports/event-store.js'
import { openLedger } from '../../index.js'
import { campaignOfThisFile } from '../support/campaign.js'
import { type Child, killed, startScript } from '../support/sqlite-processes.js'
import { openSqlite } from '../support/sqlite-store.js'

const campaign = campaignOfThisFile()

const folder = mkdtempSync(join(tmpdir(), 'ledger-kills-'))
afterAll(() => rmSync(folder, { recursive: true }))

const KILLS = campaign.rounds(200)
/** Writers that live at the same time, on one ledger. */
const AT_ONCE = 2
/** After so many kills the ledger is opened and read by somebody new. */
const KILLS_PER_LOOK = Math.min(40, KILLS)

interface Acknowledged {
  readonly kind: string
  readonly commandId: string
  readonly stream: string
  readonly revision: number
  readonly position: Position
  readonly types: ReadonlyArray<string>
}

describe('a process that writes to a ledger and is killed at any moment', () => {
  it('keeps every command that was acknowledged, nothing by halves, and drafts that finish or stay open', async () => {
    const directory = join(folder, 'killed')
    const acknowledged: Acknowledged[] = []
    let started = 0

    const startOne = (): Child => startScript('ledger-writer', [directory, `writer-${started++}`, `${campaign.seed}`])
    const keep = ([, ...lines]: ReadonlyArray<string>): void => {
      acknowledged.push(...lines.map((line): Acknowledged => JSON.parse(line)))
    }
    const killOneAfterTheOther = async (until: number): Promise<void> => {
      while (started < until) keep(await killed(startOne(), campaign.random, 8))
    }

    for (let until = 0; started < KILLS; ) {
      until = Math.min(until + KILLS_PER_LOOK, KILLS)
      await Promise.all(Array.from({ length: AT_ONCE }, () => killOneAfterTheOther(until)))
      await expectWhole(directory, acknowledged)
    }

    // One lives until it has done everything, so that nothing is missing from what was tried.
    const last = startOne()
    await last.until((lines) => KINDS.every((kind) => lines.some((line) => line.includes(`"kind":"${kind}"`))))
    last.process.kill('SIGKILL')
    keep(await last.ended)
    await expectWhole(directory, acknowledged)
    expect(acknowledged.length).toBeGreaterThan(KINDS.length)
  })
})

const KINDS = ['commit', 'link', 'log', 'moveAlias', 'tag', 'upsert']

const expectWhole = async (directory: string, acknowledged: ReadonlyArray<Acknowledged>): Promise<void> => {
  const ledger = await openLedger({ directory, actor: 'auditor', entity: 'acme', project: 'killed' })
  const { items: artifacts } = await ledger.artifacts(ALL)
  const events = await eventsOf(directory)

  // What was acknowledged stands where the receipt said, whole.
  const byPlace = new Map(events.map((event) => [`${event.stream} ${event.revision}`, event]))
  const missing = acknowledged.filter(({ stream, revision, position, types, commandId }) =>
    types.some((type, index) => {
      const found = byPlace.get(`${stream} ${revision - types.length + 1 + index}`)
      const isLast = index === types.length - 1
      return found?.type !== type || commandIdOf(found) !== commandId || (isLast && found.position !== position)
    }),
  )
  expect(missing).toEqual([])

  // Numbers are gapless, and an alias has one holder, whom every event names that moves it.
  const holders = new Map<string, number>()
  const versions = new Map<string, number>()
  for (const { stream, type, data } of events) {
    const event: Readonly<Record<string, unknown>> = JSON.parse(data)
    if (type === 'ArtifactVersionLogged' || type === 'VersionLinked') {
      expect(event['version']).toBe(versions.get(stream) ?? 0)
      versions.set(stream, Number(event['version']) + 1)
    } else if (type === 'AliasMoved') {
      const alias = `${stream} ${event['alias']}`
      expect(event['from']).toBe(holders.get(alias) ?? null)
      holders.set(alias, Number(event['to']))
    }
  }
  // A version and its `latest` come together, or not at all.
  for (const { newest, aliases } of artifacts) expect(aliases['latest']).toBe(newest ?? undefined)
  for (const { path, versionCount } of artifacts) {
    expect((await ledger.versions(path, { ...ALL, order: 'ascending' })).items.map(({ version }) => version)).toEqual(
      range(versionCount),
    )
  }

  // Every file that a version names was durable before its event.
  const { damaged } = await ledger.verify()
  expect(damaged).toEqual([])

  // Every sealed draft has its version; the others are open.
  const sealed = events.filter(({ type }) => type === 'DistributedCommitted').length
  const { items: shards } = await ledger.versions('sharded', ALL).catch(() => ({ items: [] }))
  const finished = shards.filter(({ distributed }) => distributed !== null)
  expect(finished).toHaveLength(sealed)
  for (const { parts } of await ledger.openDrafts()) expect(parts).toBeGreaterThan(0)
  await ledger.close()
}

const ALL = { limit: 100_000 }

const range = (length: number): ReadonlyArray<number> => Array.from({ length }, (_, index) => index)

const commandIdOf = ({ metadata }: StoredEvent): unknown => JSON.parse(metadata).commandId

const eventsOf = async (path: string): Promise<ReadonlyArray<StoredEvent>> => {
  const store = await openSqlite({ path: join(path, 'events.db') })
  const events: StoredEvent[] = []
  for await (const page of store.readAll(ORIGIN)) events.push(...page)
  await store.close()
  return events
}
