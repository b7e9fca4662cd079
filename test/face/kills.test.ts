import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { ORIGIN, type Position, type StoredEvent } from '../../domain/event-store.js'
import { openLedger } from '../../index.js'
import { startScript } from '../support/sqlite-processes.js'
import { openSqlite } from '../support/sqlite-store.js'

const folder = mkdtempSync(join(tmpdir(), 'ledger-kills-'))
afterAll(() => rmSync(folder, { recursive: true }))

const KILLS = 200
/** Writers that live at the same time, on one ledger. */
const AT_ONCE = 2
/** After so many kills the ledger is opened and read by somebody new. */
const KILLS_PER_LOOK = 40

interface Acknowledged {
  readonly kind: string
  readonly commandId: string
  readonly stream: string
  readonly revision: number
  readonly position: Position
  readonly types: ReadonlyArray<string>
}

describe('a process that writes to a ledger and is killed at any moment, 200 times', () => {
  it('keeps every command that was acknowledged, nothing by halves, and drafts that finish or stay open', async () => {
    const directory = join(folder, 'killed')
    const acknowledged: Acknowledged[] = []
    let started = 0

    const killOneAfterTheOther = async (until: number): Promise<void> => {
      for (let number = started++; number < until; number = started++) {
        const writer = startScript('ledger-writer', [directory, `writer-${number}`])
        await writer.begun
        await wait(10 + Math.random() * 140)
        writer.process.kill('SIGKILL')
        const [, ...lines] = await writer.ended
        acknowledged.push(...lines.map((line): Acknowledged => JSON.parse(line)))
      }
      started--
    }

    for (let killed = KILLS_PER_LOOK; killed <= KILLS; killed += KILLS_PER_LOOK) {
      await Promise.all(Array.from({ length: AT_ONCE }, () => killOneAfterTheOther(killed)))
      await expectWhole(directory, acknowledged)
    }
    const kinds = new Set(acknowledged.map(({ kind }) => kind))
    expect([...kinds].sort()).toEqual(['commit', 'link', 'log', 'moveAlias', 'tag', 'upsert'])
    expect(acknowledged.length).toBeGreaterThan(KILLS)
  }, 600_000)
})

describe('a commit that is killed between its two streams', () => {
  const commit = {
    name: 'sharded',
    type: 'data',
    distributedId: 'night',
    writer: 'w3',
    content: [{ bytes: 'three', as: '3.txt' }],
    commandId: 'the commit',
    actor: 'carla',
    reason: 'all shards are in',
    aliases: ['complete'],
    metadata: { shards: 3 },
  }
  const sealed = async (name: string) => {
    const directory = join(folder, name)
    await startScript('ledger-sealer', [directory]).ended
    const types = (await eventsOf(directory)).map(({ type }) => type)
    expect(types.at(-1)).toBe('DistributedCommitted')
    expect(types).not.toContain('ArtifactVersionLogged')
    return { directory, actor: 'olaf', entity: 'acme', project: 'sealed' }
  }

  it('has its version at the first answer of the next ledger, as the committer asked for it', async () => {
    const options = await sealed('first-answer')
    const onlyAnswers = await openLedger({ ...options, readOnly: true })
    expect(await onlyAnswers.versions('sharded')).toEqual({ items: [] })
    await onlyAnswers.close()

    const ledger = await openLedger(options)
    expect(await ledger.resolve('sharded:complete')).toMatchObject({
      path: 'acme/sealed/sharded:v0',
      actor: 'carla',
      metadata: { shards: 3 },
      aliases: ['complete', 'latest'],
      distributed: { distributedId: 'night', generation: 0 },
    })
    expect((await ledger.content('sharded:v0')).manifest.map(({ path }) => path)).toEqual(['1.txt', '2.txt', '3.txt'])
    expect(await ledger.verify()).toMatchObject({ versions: 1, files: 3, damaged: [] })
    expect(await ledger.openDrafts()).toEqual([])
    const logged = (await eventsOf(options.directory)).find(({ type }) => type === 'ArtifactVersionLogged')
    expect(JSON.parse(logged?.metadata ?? '')).toMatchObject({ reason: 'all shards are in', causationId: 'the commit' })

    // The caller who never had an answer gives the commit again, and has the receipt of the version.
    const again = await ledger.commitDistributed(commit)
    expect(again).toMatchObject({ path: 'acme/sealed/sharded:v0', isNew: true, generation: 0 })
    expect((await ledger.versions('sharded')).items).toHaveLength(1)
    await ledger.close()
  })

  it('is finished by the caller who gives it again', async () => {
    const ledger = await openLedger(await sealed('again'))
    const receipt = await ledger.commitDistributed(commit)
    expect(receipt).toMatchObject({ path: 'acme/sealed/sharded:v0', isNew: true, generation: 0 })
    expect(await ledger.commitDistributed(commit)).toEqual(receipt)
    expect((await ledger.versions('sharded')).items).toHaveLength(1)
    await ledger.close()
  })
})

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
    expect((await ledger.versions(path, ALL)).items.map(({ version }) => version)).toEqual(range(versionCount))
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
