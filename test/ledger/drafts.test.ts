import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { memoryFileStore } from '../../adapters/memory/index.js'
import type { EventStore } from '../../domain/ports/event-store.js'
import { toPosition } from '../../domain/ports/event-store.js'
import type { FileStore } from '../../domain/ports/file-store.js'
import { LedgerError, openLedger } from '../../index.js'
import type { LogDraft } from '../../ledger/calling/arguments.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'

const folder = mkdtempSync(join(tmpdir(), 'ledger-drafts-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A file store that counts the files that are put and opened. */
const counting = () => {
  const files = memoryFileStore()
  const count = { put: 0, opened: 0 }
  const store: FileStore = {
    ...files,
    put: (kind, ...rest) => {
      if (kind === 'file') count.put += 1
      return files.put(kind, ...rest)
    },
    open: (kind, digest) => {
      if (kind === 'file') count.opened += 1
      return files.open(kind, digest)
    },
  }
  return { store, count }
}

const several = (...names: ReadonlyArray<string>) => names.map((name) => ({ bytes: name, as: name }))

describe('a draft from a version', () => {
  it('keeps what is unchanged without reading it, and stores only what is new', async () => {
    const { store, count } = counting()
    const { ledger } = await memoryLedger({ files: store })
    const content = several('keep.txt', 'dir/a.txt', 'dir/b.txt', 'old.txt', 'change.txt')
    await ledger.logArtifact({ name: 'data', type: 'dataset', content })
    const before = new Map((await ledger.content('data:v0')).manifest.map(({ path, digest }) => [path, digest]))
    count.put = 0

    const draft = await ledger.newDraft('data:v0')
    expect(await draft.remove('dir')).toHaveLength(2)
    await draft.remove('old.txt')
    await draft.add(text('more', 'new.txt'))
    await draft.add(text('changed', 'change.txt'), { overwrite: true })
    const receipt = await draft.log({ expectNewest: true })
    expect(receipt).toMatchObject({ version: 1, isNew: true })
    expect(count).toEqual({ put: 2, opened: 0 })

    const { manifest } = await ledger.content('data:v1')
    expect(manifest.map(({ path }) => path)).toEqual(['change.txt', 'keep.txt', 'new.txt'])
    expect(manifest.find(({ path }) => path === 'keep.txt')?.digest).toBe(before.get('keep.txt'))
    expect(await ledger.resolve('data:v1')).toMatchObject({ base: 'acme/animals/data:v0', type: 'dataset' })
    await ledger.close()
  })

  it('without an effective change is the version that it came from', async () => {
    const { ledger } = await memoryLedger()
    await ledger.logArtifact({ name: 'data', type: 'dataset', content: several('a', 'b'), tags: ['raw'] })
    const draft = await ledger.newDraft('data')
    await draft.remove('a')
    await draft.add(several('a'))
    expect(await draft.log()).toMatchObject({ version: 0, isNew: false })
    expect((await ledger.versions('data')).items).toHaveLength(1)
    await ledger.close()
  })

  it('of a link is one of its source, and takes neither aliases nor tags along', async () => {
    const { ledger } = await memoryLedger()
    await ledger.logArtifact({ name: 'data', type: 'dataset', content: several('a'), tags: ['raw'], aliases: ['best'] })
    await ledger.link({ version: 'data', to: 'golden' })
    const draft = await ledger.newDraft('model-registry/golden')
    expect(draft).toMatchObject({ artifact: 'acme/animals/data', base: 0 })
    await draft.add(several('b'))
    expect(await draft.log()).toMatchObject({ path: 'acme/animals/data:v1' })
    expect(await ledger.resolve('data:v1')).toMatchObject({ tags: [], aliases: ['latest'] })
    await ledger.close()
  })

  it('starts with what its version says when it is begun: description and metadata, unless others are given', async () => {
    const { ledger } = await memoryLedger()
    const [description, metadata] = ['of May', { rows: 3, source: { name: 'web' } }]
    await ledger.logArtifact({ name: 'data', type: 'dataset', content: several('a'), description, metadata })
    await ledger.link({ version: 'data', to: 'golden' })
    const drafted = async (version: string, word: string, given: LogDraft) => {
      const draft = await ledger.newDraft(version)
      expect(draft).toMatchObject({ description, metadata, base: 0 })
      await draft.add(several(word))
      const { path, takenOver } = await draft.log(given)
      const version_ = await ledger.resolve(path)
      expect(version_.takenOver).toEqual(takenOver ?? [])
      return [takenOver, version_.description, version_.metadata]
    }
    expect(await drafted('data:v0', 'b', {})).toEqual([['description', 'metadata'], description, metadata])
    expect(await drafted('model-registry/golden', 'c', { description: 'of June' })).toEqual([
      ['metadata'],
      'of June',
      metadata,
    ])
    expect(await drafted('data:v0', 'd', { metadata: null })).toEqual([['description'], description, null])
    expect(await drafted('data:v0', 'e', { description: null, metadata: {} })).toEqual([undefined, null, {}])

    // As of the beginning of the draft, whatever is said of its version until it is logged.
    const draft = await ledger.newDraft('data:v0')
    await draft.add(several('f'))
    await ledger.describe({ version: 'data:v0', description: null, metadata: { rows: 4 } })
    expect(await draft.log()).toMatchObject({ takenOver: ['description', 'metadata'] })
    expect(await ledger.resolve('data')).toMatchObject({ description, metadata, base: 'acme/animals/data:v0' })
    const afterwards = await ledger.newDraft('data:v0')
    expect(afterwards).toMatchObject({ description: null, metadata: { rows: 4 } })
    await afterwards.add(several('g'))
    expect(await afterwards.log()).toMatchObject({ takenOver: ['metadata'] })

    const { items } = await ledger.history({ of: 'data:v5' })
    expect(items.map(({ what }) => what)).toContain(
      'logged acme/animals/data:v5 with 2 files (2 B), drafted from v0 with its description and metadata, when v4 was the newest',
    )
    expect(await ledger.verify()).toMatchObject({ damaged: [], damagedEvents: [] })
    await ledger.close()
  })

  it('that was logged goes on from the version that it became', async () => {
    const { ledger } = await memoryLedger()
    const draft = await ledger.newArtifact({ name: 'data', type: 'dataset' })
    expect(draft).toMatchObject({ base: null, description: null, metadata: null })
    await draft.add(several('a'))
    const content = several('golden/1', 'golden/2')
    await draft.add(content)
    expect(await draft.log({ description: 'first', metadata: { n: 0 } })).toMatchObject({ version: 0 })
    expect(draft).toMatchObject({ base: 0, description: 'first', metadata: { n: 0 } })
    await draft.remove('golden')
    await draft.add(several('b'))
    expect(await draft.log({ expectNewest: true, metadata: null })).toMatchObject({
      version: 1,
      takenOver: ['description'],
    })
    expect(await ledger.resolve('data:v1')).toMatchObject({ base: 'acme/animals/data:v0', metadata: null })

    // Content that is there already: it is that version by then.
    await ledger.describe({ version: 'data:v0', description: 'the first' })
    await draft.add(content)
    await draft.remove('b')
    expect(await draft.log()).toMatchObject({ version: 0, isNew: false })
    expect(draft).toMatchObject({ base: 0, description: 'the first', metadata: { n: 0 } })
    expect(Object.isFrozen(draft.metadata)).toBe(true)
    await ledger.close()
  })

  it('whose version is no longer the newest is told what it does not hold of that, also when it is repeated', async () => {
    const { ledger } = await memoryLedger()
    await ledger.logArtifact({ name: 'data', type: 'dataset', content: several('a', 'b', 'old', 'same') })
    const edit = async () => {
      const draft = await ledger.newDraft('data:v0')
      await draft.add([{ bytes: 'other', as: 'a' }, ...several('mine')], { overwrite: true })
      return draft
    }
    const other = await ledger.newDraft('data:v0')
    const [draft, equal] = [await edit(), await edit()]
    await other.add([...several('theirs'), { bytes: 'theirs', as: 'b' }, { bytes: 'other', as: 'a' }], {
      overwrite: true,
    })
    await other.remove('old')
    expect(await other.log()).not.toHaveProperty('outdated')
    // It is told of the newest version, whatever came between, and not of what it holds itself.
    const outdated = { base: 0, newest: 1, notHeld: { added: ['theirs'], changed: ['b'], removed: ['old'] } }
    const receipt = await draft.log({ commandId: 'once' })
    expect(receipt).toMatchObject({ version: 2, outdated })
    expect(await (await edit()).log({ commandId: 'once' })).toEqual(receipt)

    // It is v2 by now, which a third one equals that was drafted from v0 as well.
    expect(await equal.log()).toMatchObject({ version: 2, isNew: false })
    // Drafted from v0 and left as it is: `latest` goes back to it.
    const back = await ledger.newDraft('data:v0')
    expect(await back.log()).toMatchObject({
      version: 0,
      isNew: false,
      outdated: { base: 0, newest: 2, notHeld: { added: ['mine'], changed: ['a'], removed: [] } },
    })
    const { items } = await ledger.history({ of: 'data' })
    expect(items.map(({ what }) => what).join('\n')).toContain('drafted from v0, when v1 was the newest')
    await ledger.close()
  })

  it('is told when another one was logged before it, and asked for that', async () => {
    const { ledger } = await memoryLedger()
    await ledger.logArtifact({ name: 'data', type: 'dataset', content: several('a') })
    const [one, other] = [await ledger.newDraft('data'), await ledger.newDraft('data')]
    await one.add(several('b'))
    await other.add(several('c'))
    await one.log({ expectNewest: true })
    expect(await rejection(other.log({ expectNewest: true }))).toMatchObject({
      code: 'base-outdated',
      error: { newest: 1 },
    })
    expect(await other.log()).toMatchObject({ version: 2 })
    await ledger.close()
  })
})

describe('a version of 100,000 files', () => {
  it('is logged, drafted from, committed in parts and listed, in one event each', async () => {
    const { store, count } = counting()
    const { ledger, events } = await memoryLedger({ files: store })
    const reference = (n: number) => ({
      reference: `s3://bucket/${n}`,
      as: `${n % 100}/${n}.bin`,
      digest: `etag:${n}`,
      size: 10,
    })
    const content = Array.from({ length: 100_000 }, (_, n) => reference(n))
    const logged = await ledger.logArtifact({ name: 'data', type: 'dataset', content })
    expect(logged.events).toContainEqual(
      expect.objectContaining({ manifest: { digest: expect.any(String), entries: 100_000, bytes: 1_000_000 } }),
    )

    const draft = await ledger.newDraft('data')
    expect(await draft.remove('7')).toHaveLength(1000)
    await draft.add(text('one more', 'more.txt'))
    expect(await draft.log()).toMatchObject({ version: 1, isNew: true })
    expect((await ledger.content('data:v1')).manifest).toHaveLength(99_001)

    const shards = { name: 'data', type: 'dataset', distributedId: 'night' }
    for (const half of [content.slice(0, 50_000), content.slice(50_000)]) {
      await ledger.upsertDistributed({ ...shards, content: half })
    }
    expect(await ledger.commitDistributed(shards)).toMatchObject({ version: 0, isNew: false })
    expect(count.put).toBe(1)
    for await (const page of events.readAll(toPosition(0)))
      for (const { data } of page) expect(data.length).toBeLessThan(1000)

    const { written, references } = await ledger.download({ version: 'data:v1', to: join(folder, 'large') })
    expect([written, references.length]).toEqual([1, 99_000])
    await ledger.close()
  })

  it('or a directory of 200 is logged, found to be the same, and downloaded whole', async () => {
    const source = join(folder, 'source')
    for (let d = 0; d < 20; d++) {
      mkdirSync(join(source, String(d)), { recursive: true })
      for (let n = 0; n < 10; n++) writeFileSync(join(source, `${d}/${n}.txt`), `${d} ${n}`)
    }
    const ledger = await openLedger({
      directory: join(folder, 'disk'),
      actor: 'anna',
      entity: 'acme',
      project: 'animals',
    })
    const done: number[] = []
    const given = { name: 'data', type: 'dataset', content: [source] }
    const first = await ledger.logArtifact({ ...given, onProgress: ({ filesDone }) => done.push(filesDone) })
    expect(done.at(-1)).toBe(200)
    expect(await ledger.logArtifact(given)).toMatchObject({ path: first.path, isNew: false })
    const target = join(folder, 'target')
    expect(await ledger.download({ version: 'data', to: target })).toMatchObject({
      written: 200,
      kept: 0,
      version: first.path,
    })
    expect(await ledger.download({ version: 'data', to: target })).toMatchObject({ written: 0, kept: 200 })
    writeFileSync(join(target, '3/4.txt'), 'mine')
    expect(await rejection(ledger.download({ version: 'data', to: target }))).toMatchObject({ code: 'target-differs' })
    await ledger.close()
  })
})

describe('a function of the caller that hears of the progress', () => {
  it.each(['memory', 'disk'])('and throws ends the storing, and its error is what comes back (%s)', async (where) => {
    const ledger =
      where === 'memory'
        ? (await memoryLedger()).ledger
        : await openLedger({ ...options, directory: join(folder, 'throwing') })
    const mine = new Error('mine')
    let heard = 0
    const onProgress = () => {
      heard += 1
      throw mine
    }
    const content = several(...Array.from({ length: 100 }, (_, n) => `${n}`))
    const given = { name: 'data', type: 'dataset', content, onProgress }
    await expect(ledger.logArtifact(given)).rejects.toBe(mine)
    expect(heard).toBeLessThan(20)
    await expect(ledger.upsertDistributed({ ...given, distributedId: 'd' })).rejects.toBe(mine)
    expect((await ledger.artifacts()).items).toEqual([])
    await ledger.close()
  })
})

describe('a commit whose version would be too large', () => {
  const fill = (bytes: number) => ({ metadata: { long: 'm'.repeat(bytes) } })
  const aliases = Array.from({ length: 100 }, (_, n) => `alias-${n}`)
  const sizes = Array.from({ length: 12 }, (_, n) => 262_144 - 1_500 + n * 100)
  it.each([
    ...sizes.map(fill),
    { aliases, reason: 'r'.repeat(4096), onBehalfOf: '\u{1f408}'.repeat(128), ...fill(200_000) },
    { aliases, reason: '\u{1f408}'.repeat(2048), ...fill(150_000) },
  ])('is refused before it is sealed, and otherwise done (%#)', async (given) => {
    const { ledger } = await memoryLedger()
    const draft = { name: 'data', type: 'dataset', distributedId: '\u00e4'.repeat(128) }
    await ledger.upsertDistributed({ ...draft, content: text('part') })
    const done = await ledger.commitDistributed({ ...draft, commandId: 'c', ...given }).catch(rejected)
    const [open, versions] = [await ledger.openDrafts(), await ledger.versions('data')]
    expect([open.length, versions.items.length]).toEqual(done === 'event-too-large' ? [1, 0] : [0, 1])
    await ledger.close()
  })
  const rejected = (error: unknown): string => (error instanceof LedgerError ? error.code : String(error))
})

/** The same store, over a line that is cut whenever a version is to be logged. */
const sealingOnly = (events: EventStore): EventStore => ({
  ...events,
  append: (stream, expected, batch) =>
    batch.some(({ type }) => type === 'ArtifactVersionLogged')
      ? async () => E.left({ _tag: 'unavailable', reason: 'the line was cut' })
      : events.append(stream, expected, batch),
})

const options = { actor: 'anna', entity: 'acme', project: 'animals' }

describe('a seal that was left without its version', () => {
  const draft = { name: 'data', type: 'dataset', distributedId: 'night' }
  const ref = { entity: 'acme', project: 'animals', name: 'data' }
  /** A ledger that nobody has asked anything, so that only what it is told can finish what was left. */
  const left = async () => {
    const { ledger, events, files } = await memoryLedger()
    const torn = await openLedger({ ...options, events: sealingOnly(events), files })
    const commit = torn.commitDistributed({ ...draft, commandId: 'torn', content: text('part'), actor: 'carla' })
    expect(await rejection(commit)).toMatchObject({ code: 'unavailable' })
    const logged = async () => {
      const types: string[] = []
      for await (const page of events.readAll(toPosition(0))) types.push(...page.map(({ type }) => type))
      return types.filter((type) => type === 'ArtifactVersionLogged').length
    }
    expect(await logged()).toBe(0)
    return { ledger, logged, events, files }
  }
  const command = (type: string, more: object) => ({
    commandId: type,
    actor: 'olaf',
    command: { type, artifact: ref, distributedId: 'night', ...more },
  })

  it('is finished by another commit, which is refused as it would be', async () => {
    const { ledger, logged } = await left()
    expect(await rejection(ledger.commitDistributed(draft))).toMatchObject({
      code: 'draft-empty',
      error: { generation: 1, before: { how: 'sealed', by: 'carla' } },
    })
    expect(await logged()).toBe(1)
    expect(await ledger.resolve('data')).toMatchObject({ version: 0, actor: 'carla' })
    await ledger.close()
  })

  it('is finished by another commit, whose own version comes after it', async () => {
    const { ledger } = await left()
    const next = await ledger.commitDistributed({ ...draft, content: text('another') })
    expect(next).toMatchObject({ version: 1, isNew: true, generation: 1 })
    await ledger.close()
  })

  it('is finished by the next part, also where that is refused', async () => {
    const one = await left()
    expect(await one.ledger.upsertDistributed({ ...draft, content: text('next') })).toMatchObject({ generation: 1 })
    expect(await one.logged()).toBe(1)
    await one.ledger.close()

    const other = await left()
    const late = other.ledger.upsertDistributed({ ...draft, generation: 0, content: text('next') })
    expect(await rejection(late)).toMatchObject({ code: 'draft-ended' })
    expect(await other.logged()).toBe(1)
    await other.ledger.close()
  })

  it('is finished by a command that comes as it stands, and what that one seals is logged too', async () => {
    const { ledger, logged } = await left()
    const empty = command('CommitDistributed', { artifactType: 'dataset', writer: 'w' })
    expect(await rejection(ledger.execute(empty))).toMatchObject({ code: 'draft-empty' })
    expect(await logged()).toBe(1)

    await ledger.upsertDistributed({ ...draft, content: text('next') })
    const receipt = await ledger.execute(empty)
    expect(receipt.events).toMatchObject([{ type: 'DistributedCommitted', generation: 1 }])
    expect(await logged()).toBe(2)
    expect(await ledger.execute(empty)).toEqual(receipt)
    expect(await logged()).toBe(2)
    await ledger.close()
  })

  it('is finished by a ledger that is open, half a minute later, without being asked anything', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
    try {
      const { ledger, logged } = await left()
      await vi.advanceTimersByTimeAsync(29_000)
      expect(await logged()).toBe(0)
      await vi.advanceTimersByTimeAsync(61_000)
      await vi.waitFor(async () => expect(await logged()).toBe(1), 60_000)
      await ledger.close()
    } finally {
      vi.useRealTimers()
    }
  })

  it('that cannot be finished now keeps nobody from a part of their own', async () => {
    const { ledger, events, files } = await left()
    const still = await openLedger({ ...options, events: sealingOnly(events), files })
    expect(await still.upsertDistributed({ ...draft, content: text('next') })).toMatchObject({ generation: 1 })
    await still.close()
    await ledger.close()
  })
})

describe('a sealed draft whose version cannot be logged now', () => {
  it('keeps nobody from an answer, and is finished later', async () => {
    const { events, files } = await memoryLedger()
    const shards = {
      name: 'data',
      type: 'dataset',
      distributedId: 'night',
      commandId: 'the commit',
      content: text('part'),
    }
    const sealing = sealingOnly(events)
    const torn = await openLedger({ ...options, events: sealing, files })
    expect(await rejection(torn.commitDistributed(shards))).toMatchObject({ code: 'unavailable' })

    const still = await openLedger({ ...options, events: sealing, files })
    expect(await still.artifact('data')).toMatchObject({ versionCount: 0 })
    expect(await still.commitDistributed(shards).catch(() => 'still cut')).toBe('still cut')

    const ledger = await openLedger({ ...options, events, files })
    expect(await ledger.artifact('data')).toMatchObject({ versionCount: 1 })
    expect(await ledger.commitDistributed(shards)).toMatchObject({ path: 'acme/animals/data:v0', isNew: true })
    await ledger.close()
  })
})
