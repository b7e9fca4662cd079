import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { afterAll, describe, expect, it } from 'vitest'
import { memoryEventStore } from '../../adapters/memory/index.js'
import { type EventStore, ORIGIN, type StoredEvent } from '../../domain/ports/event-store.js'
import { openLedger } from '../../index.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'
import { startScript } from '../support/sqlite-processes.js'
import { openSqlite } from '../support/sqlite-store.js'

const folder = mkdtempSync(join(tmpdir(), 'ledger-sealed-'))
afterAll(() => rmSync(folder, { recursive: true }))

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
  const sealed = async (name: string, ...more: ReadonlyArray<string>) => {
    const directory = join(folder, name)
    await startScript('ledger-sealer', [directory, ...more]).ended
    const types = (await eventsOf(directory)).map(({ type }) => type)
    expect(types.at(-1)).toBe('DistributedCommitted')
    expect(types.filter((type) => type === 'ArtifactVersionLogged')).toHaveLength(more.length)
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

  it('has its version on the base that it named, by whoever comes next', async () => {
    const ledger = await openLedger(await sealed('on-base', 'on-base'))
    expect(await ledger.resolve('sharded:complete')).toMatchObject({
      path: 'acme/sealed/sharded:v1',
      actor: 'carla',
      base: 'acme/sealed/sharded:v0',
      distributed: { generation: 0, writers: ['w1', 'w2', 'w3'] },
    })
    const { manifest } = await ledger.content('sharded:v1')
    expect(manifest.map(({ path }) => path)).toEqual(['0.txt', '1.txt', '2.txt', '3.txt'])
    expect(await ledger.verify()).toMatchObject({ versions: 2, damaged: [], damagedEvents: [] })
    const { files } = await ledger.diff('sharded:v0', 'sharded:v1')
    expect(files.changed.map(({ to }) => to.path)).toEqual(['1.txt'])
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

describe('a commit that is cut off before its version, and whose artifact is deleted then', () => {
  const shards = { name: 'shards', type: 'data', distributedId: 'night' }
  const commit = { ...shards, commandId: 'the commit' }

  /** A ledger in which it was cut off. */
  const cutOff = async () => {
    let isCut = true
    const store = memoryEventStore()
    const events: EventStore = {
      ...store,
      append: (stream, expected, given) =>
        isCut && given.some(({ type }) => type === 'ArtifactVersionLogged')
          ? TE.left({ _tag: 'unavailable', reason: 'cut off', fate: 'not-written' })
          : store.append(stream, expected, given),
    }
    const { ledger } = await memoryLedger({ events })
    await ledger.upsertDistributed({ ...shards, content: text('one') })
    expect(await rejection(ledger.commitDistributed(commit))).toMatchObject({ code: 'unavailable' })
    isCut = false
    await ledger.deleteArtifact({ name: 'shards' })
    return ledger
  }

  it('begins the next life', async () => {
    const ledger = await cutOff()
    expect(await ledger.commitDistributed(commit)).toMatchObject({ version: 0, generation: 0 })
    expect(await ledger.artifact('shards')).toMatchObject({ type: 'data', versionCount: 1, deleted: null })
    await ledger.close()
  })

  it('waits while the artifact is of another type, and is logged or given up, as one likes', async () => {
    for (const how of ['logged', 'given up'] as const) {
      const ledger = await cutOff()
      await ledger.logArtifact({ name: 'shards', type: 'model', content: text('M') })
      expect(await rejection(ledger.commitDistributed(commit))).toMatchObject({
        code: 'type-mismatch',
        error: { accepted: 'model', offered: 'data', sealed: { distributedId: 'night', generation: 0 } },
        message:
          'acme/animals/shards accepts the type "model", not "data"; generation 0 of the draft "night" was sealed with that: its version is logged once acme/animals/shards is deleted; or abandon this generation by its number',
      })
      const abandoning = { name: 'shards', distributedId: 'night', generation: 0, commandId: 'abandon' }
      if (how === 'logged') {
        await ledger.deleteArtifact({ name: 'shards' })
        expect(await ledger.commitDistributed(commit)).toMatchObject({ version: 1 })
        expect(await rejection(ledger.abandonDistributed(abandoning))).toMatchObject({ code: 'draft-ended' })
      } else {
        const { position } = await ledger.abandonDistributed(abandoning)
        expect((await ledger.abandonDistributed(abandoning)).position).toBe(position)
        expect(await rejection(ledger.commitDistributed(commit))).toMatchObject({
          code: 'draft-ended',
          error: { generation: 0, end: { how: 'abandoned', by: 'anna' } },
        })
        const { items } = await ledger.history({ limit: 1 })
        expect(items).toMatchObject([
          {
            what: 'abandoned what was sealed of generation 0 of the distributed draft acme/animals/shards/night, to which 1 writer had brought parts',
            before: 'sealed',
            after: 'abandoned',
          },
        ])
        // Nobody finishes it any more, and nobody needs its files.
        await ledger.deleteArtifact({ name: 'shards' })
        expect((await ledger.collectable()).recent).toMatchObject({ files: 2 })
        expect((await ledger.versions('shards')).items).toHaveLength(1)
      }
      expect(await ledger.openDrafts()).toEqual([])
      expect(await ledger.verify()).toMatchObject({ damagedEvents: [], damaged: [] })
      await ledger.close()
    }
  })
})

const eventsOf = async (path: string): Promise<ReadonlyArray<StoredEvent>> => {
  const store = await openSqlite({ path: join(path, 'events.db') })
  const events: StoredEvent[] = []
  for await (const page of store.readAll(ORIGIN)) events.push(...page)
  await store.close()
  return events
}
