/** A distributed version that builds on another one: parts add, replace and remove, and what nobody touched stays. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryFileStore } from '../../adapters/memory/index.js'
import { ORIGIN } from '../../domain/ports/event-store.js'
import type { FileStore } from '../../domain/ports/file-store.js'
import { type CommitReceipt, type Ledger, openLedger } from '../../index.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'

const shards = { name: 'shards', type: 'dataset', distributedId: 'd' }

/** A ledger with `shards:v0`, which holds `a.txt`, `d/b.txt` and `d/c.txt`. */
const withBase = async (options: Parameters<typeof memoryLedger>[0] = {}) => {
  const stores = await memoryLedger(options)
  await stores.ledger.logArtifact({
    ...{ name: shards.name, type: shards.type },
    content: [...text('a', 'a.txt'), ...text('b', 'd/b.txt'), ...text('c', 'd/c.txt')],
    aliases: ['best'],
  })
  return stores
}
const upsert = (ledger: Ledger, writer: string, more: Partial<Parameters<Ledger['upsertDistributed']>[0]> = {}) =>
  ledger.upsertDistributed({ ...shards, writer, ...more })
const commit = (ledger: Ledger, more: Partial<Parameters<Ledger['commitDistributed']>[0]> = {}) =>
  ledger.commitDistributed({ ...shards, ...more })
const holds = async (ledger: Ledger, version: string) =>
  (await ledger.content(version)).manifest.map(({ path }) => path)

describe('a distributed version on a base', () => {
  it('adds, replaces and removes, keeps the rest, and names its base as a draft does', async () => {
    const { ledger } = await withBase()
    await upsert(ledger, 'w1', { base: 'shards:best', content: text('new', 'new.txt') })
    await upsert(ledger, 'w2', { content: text('a2', 'a.txt'), overwrite: true })
    await upsert(ledger, 'w3', { remove: ['d/b.txt'] })
    expect(await ledger.openDrafts()).toMatchObject([{ base: 'acme/animals/shards:v0', writers: ['w1', 'w2', 'w3'] }])
    const receipt = await commit(ledger, { writers: 3 })
    expect(receipt).toMatchObject({ version: 1, isNew: true, base: 0, writers: ['w1', 'w2', 'w3'] })
    expect(await holds(ledger, 'shards:v1')).toEqual(['a.txt', 'd/c.txt', 'new.txt'])
    expect(await ledger.version('shards:v1')).toMatchObject({ base: 'acme/animals/shards:v0' })
    const { files } = await ledger.diff('shards:v0', 'shards:v1')
    expect(files).toMatchObject({
      added: [{ path: 'new.txt' }],
      removed: [{ path: 'd/b.txt' }],
      changed: [{ to: { path: 'a.txt' } }],
    })
    const { edges } = await ledger.lineage({ of: 'shards:v1', direction: 'upstream' })
    expect(edges.map(({ kind }) => kind)).toContain('derived-from')
    const said = (await ledger.history({ of: { draft: 'shards', distributedId: 'd', generation: 0 } })).items
    expect(said.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^brought 1 file .* as the writer w1, to build on v0$/),
        expect.stringMatching(/^brought 0 files .* as the writer w3, removing d\/b\.txt$/),
        expect.stringMatching(/^sealed .* of 3 writers \(w1, w2, w3\), built on v0$/),
      ]),
    )
    await ledger.close()
  })

  it('is the same whether its base is told first, last, by all, or at the commit alone', async () => {
    const made: CommitReceipt[] = []
    for (const tells of [[0], [2], [0, 1, 2], [3]]) {
      const { ledger } = await withBase()
      const base = (at: number) => (tells.includes(at) ? { base: 'shards:v0' } : {})
      await upsert(ledger, 'w1', { content: text('new', 'new.txt'), ...base(0) })
      await upsert(ledger, 'w2', { remove: ['d/'], ...base(1) })
      await upsert(ledger, 'w3', { content: text('a2', 'a.txt'), overwrite: true, ...base(2) })
      made.push(await commit(ledger, base(3)))
      expect(await holds(ledger, 'shards:v1')).toEqual(['a.txt', 'new.txt'])
      expect(await ledger.version('shards:v1')).toMatchObject({ base: 'acme/animals/shards:v0' })
      await ledger.close()
    }
    expect(made.map(({ base }) => base)).toEqual([0, 0, 0, 0])
  })

  it('reads no content of what nobody touched', async () => {
    const memory = memoryFileStore()
    let opened = 0
    const files: FileStore = {
      ...memory,
      open: (kind, digest, ...rest) => {
        if (kind === 'file') opened += 1
        return memory.open(kind, digest, ...rest)
      },
    }
    const { ledger } = await withBase({ files })
    await upsert(ledger, 'w1', { base: 'shards', content: text('new', 'new.txt') })
    await commit(ledger)
    expect(opened).toBe(0)
    await ledger.close()
  })

  it('without an effective change is its base again, or whichever version holds the same', async () => {
    const { ledger } = await withBase()
    await upsert(ledger, 'w1', { base: 'shards', content: text('a', 'a.txt') })
    expect(await commit(ledger)).toMatchObject({ version: 0, isNew: false, base: 0 })
    await ledger.logArtifact({ name: 'shards', type: 'dataset', content: text('a', 'a.txt') })
    await upsert(ledger, 'w1', { base: 'shards:v0', remove: ['d'] })
    expect(await commit(ledger)).toMatchObject({ version: 1, isNew: false, base: 0 })
    await ledger.close()
  })

  it('is logged without a base as it ever was', async () => {
    const { ledger, events } = await withBase()
    await upsert(ledger, 'w1', { content: text('x', 'x.txt') })
    expect(await commit(ledger)).toMatchObject({ version: 1, base: null })
    expect(await holds(ledger, 'shards')).toEqual(['x.txt'])
    expect(await ledger.version('shards')).toMatchObject({ base: null })
    for await (const page of events.readAll(ORIGIN)) {
      for (const { data } of page) expect(data).not.toMatch(/"(base|removed|overwrite)"/)
    }
    await ledger.close()
  })
})

describe('the base of a generation', () => {
  it('is a version of the artifact itself where its number stands alone', async () => {
    const { ledger } = await withBase()
    const part = { base: 'v0', content: text('new', 'new.txt'), commandId: 'part' }
    const receipt = await upsert(ledger, 'w1', part)
    expect(await ledger.openDrafts()).toMatchObject([{ base: 'acme/animals/shards:v0' }])
    expect(await upsert(ledger, 'w1', part)).toEqual(receipt)
    expect(await rejection(upsert(ledger, 'w2', { base: 'v7', remove: ['a.txt'] }))).toMatchObject({
      code: 'version-not-found',
    })
    await ledger.close()
  })

  it('is the version that was meant when it was named, wherever the alias points by now', async () => {
    const { ledger } = await withBase()
    const part = { base: 'shards:best', content: text('new', 'new.txt'), commandId: 'part' }
    const first = await upsert(ledger, 'w1', part)
    await ledger.logArtifact({ name: 'shards', type: 'dataset', content: text('z'), aliases: ['best'] })
    expect(await upsert(ledger, 'w1', part)).toEqual(first)
    const sealed = { base: 'shards:v0', commandId: 'commit' }
    const receipt = await commit(ledger, sealed)
    expect(receipt).toMatchObject({ version: 2, base: 0 })
    await ledger.deleteVersion({ version: 'shards:v0' })
    expect(await upsert(ledger, 'w1', part)).toEqual(first)
    expect(await commit(ledger, sealed)).toEqual(receipt)
    await ledger.close()
  })

  it('is settled by the first part that names one', async () => {
    const { ledger } = await withBase()
    await ledger.logArtifact({ name: 'shards', type: 'dataset', content: text('z') })
    await upsert(ledger, 'w1', { content: text('1', '1.txt') })
    await upsert(ledger, 'w2', { base: 'shards:v0', content: text('2', '2.txt'), actor: 'ben' })
    await upsert(ledger, 'w3', { base: 'shards:best', content: text('3', '3.txt') })
    const another = { base: 'shards:v1', content: text('4', '4.txt') }
    const refused = {
      code: 'base-settled',
      message: expect.stringMatching(
        /^generation 0 builds on v0, which w2 named first \(by ben, recorded at .*\), not on v1$/,
      ),
    }
    expect(await rejection(upsert(ledger, 'w4', another))).toMatchObject(refused)
    expect(await rejection(commit(ledger, { base: 'shards' }))).toMatchObject(refused)
    expect(await commit(ledger)).toMatchObject({ version: 2, base: 0, writers: ['w1', 'w2', 'w3'] })
    // The next generation is free.
    await upsert(ledger, 'w4', another)
    expect(await commit(ledger)).toMatchObject({ version: 3, base: 1 })
    await ledger.close()
  })

  it('is of the artifact itself: a link stands for its source, and a bare name for the artifact', async () => {
    const { ledger } = await withBase()
    await ledger.link({ version: 'shards:v0', to: 'shards' })
    await ledger.logArtifact({ name: 'other', type: 'dataset', content: text('o') })
    await upsert(ledger, 'w1', { base: 'model-registry/shards:v0', content: text('1', '1.txt') })
    await upsert(ledger, 'w2', { base: 'shards', content: text('2', '2.txt') })
    expect(await rejection(upsert(ledger, 'w3', { base: 'other:v0', content: text('3', '3.txt') }))).toMatchObject({
      code: 'base-of-another-artifact',
      message: 'a distributed version of acme/animals/shards builds on a version of it, not on acme/animals/other:v0',
    })
    expect(await commit(ledger)).toMatchObject({ base: 0 })
    await ledger.close()
  })

  it('is named by many at once, who all agree', async () => {
    const { ledger, events, files } = await withBase()
    const other = await openLedger({ events, files, actor: 'ben', entity: 'acme', project: 'animals' })
    const ranks = Array.from({ length: 16 }, (_, rank) => `rank-${rank}`)
    await Promise.all(
      ranks.map((writer, rank) =>
        upsert(rank % 2 === 0 ? ledger : other, writer, { base: 'shards', content: text(writer, `${writer}.bin`) }),
      ),
    )
    expect(await commit(other, { base: 'shards:v0', writers: ranks })).toMatchObject({ version: 1, base: 0 })
    expect(await holds(ledger, 'shards:v1')).toHaveLength(19)
    await other.close()
    await ledger.close()
  })

  it('is there, and is not deleted', async () => {
    const { ledger } = await withBase()
    const part = { content: text('1', '1.txt') }
    expect(await rejection(upsert(ledger, 'w1', { base: 'shards:v7', ...part }))).toMatchObject({
      code: 'version-not-found',
    })
    expect(await ledger.openDrafts()).toEqual([])
    await ledger.logArtifact({ name: 'shards', type: 'dataset', content: text('z'), aliases: ['best'] })
    await upsert(ledger, 'w1', { base: 'shards:v0', ...part })
    await ledger.deleteVersion({ version: 'shards:v0' })
    expect(await rejection(commit(ledger))).toMatchObject({ code: 'version-deleted' })
    await ledger.abandonDistributed({ name: 'shards', distributedId: 'd' })
    await upsert(ledger, 'w1', { base: 'shards:v1', ...part })
    expect(await commit(ledger)).toMatchObject({ base: 1 })
    await ledger.close()
  })

  it('that is no longer the newest is told with what the version does not hold of that', async () => {
    const { ledger } = await withBase()
    const changed = [...text('theirs', 'a.txt'), ...text('theirs', 'new.txt'), ...text('c', 'd/c.txt')]
    await ledger.logArtifact({ name: 'shards', type: 'dataset', content: changed })
    await upsert(ledger, 'w1', { base: 'shards:v0', content: text('mine', 'mine.txt') })
    const sealed = { commandId: 'commit' }
    const receipt = await commit(ledger, sealed)
    expect(receipt).toMatchObject({
      version: 2,
      outdated: { base: 0, newest: 1, notHeld: { added: ['new.txt'], changed: ['a.txt'], removed: ['d/b.txt'] } },
    })
    expect(await commit(ledger, sealed)).toEqual(receipt)
    await upsert(ledger, 'w1', { base: 'shards', content: text('more', 'more.txt') })
    expect(await commit(ledger)).not.toHaveProperty('outdated')
    await ledger.close()
  })

  it('may be expected to be the newest version', async () => {
    const { ledger } = await withBase()
    await upsert(ledger, 'w1', { content: text('1', '1.txt') })
    expect(await rejection(commit(ledger, { expectNewest: true }))).toMatchObject({ code: 'no-base' })
    await ledger.logArtifact({ name: 'shards', type: 'dataset', content: text('z') })
    const older = { base: 'shards:v0', expectNewest: true }
    expect(await rejection(commit(ledger, older))).toMatchObject({
      code: 'base-outdated',
      error: { expectedBase: 0, newest: 1 },
    })
    expect(await commit(ledger, { ...older, base: 'shards:v1' })).toMatchObject({ version: 2, base: 1 })
    await ledger.close()
  })
})

describe('parts that do not fit', () => {
  it('are refused at once where the base is known, before anything is recorded', async () => {
    const { ledger } = await withBase()
    await upsert(ledger, 'w1', { base: 'shards', content: text('1', '1.txt') })
    expect(await rejection(upsert(ledger, 'w2', { content: text('a2', 'a.txt') }))).toMatchObject({
      code: 'base-conflict',
      message: expect.stringMatching(
        /^what v0 holds, on which it builds, is in the way: a\.txt \(there: sha256:\w+, w2: sha256:\w+\); say overwrite/,
      ),
      error: { base: 0, conflicts: [{ path: 'a.txt', writer: 'w2', why: 'taken' }] },
    })
    expect(await rejection(upsert(ledger, 'w2', { remove: ['nothing.txt'] }))).toMatchObject({
      code: 'base-conflict',
      error: { conflicts: [{ path: 'nothing.txt', writer: 'w2', why: 'not-there' }] },
    })
    expect(await ledger.openDrafts()).toMatchObject([{ writers: ['w1'] }])
    // What the writer took out, or may replace, before, it may bring.
    await upsert(ledger, 'w2', { remove: ['a.txt'] })
    await upsert(ledger, 'w2', { content: text('a2', 'a.txt') })
    expect(await commit(ledger)).toMatchObject({ version: 1 })
    expect(await holds(ledger, 'shards')).toEqual(['1.txt', 'a.txt', 'd/b.txt', 'd/c.txt'])
    await ledger.close()
  })

  it('are refused by a commit that alone names the base, with path and writer, and can be mended', async () => {
    const { ledger } = await withBase()
    await upsert(ledger, 'w1', { content: text('a1', 'a.txt') })
    await upsert(ledger, 'w2', { content: text('b2', 'd/b.txt'), overwrite: true })
    expect(await rejection(commit(ledger, { base: 'shards', lastWriterWins: true }))).toMatchObject({
      code: 'base-conflict',
      error: { base: 0, conflicts: [{ path: 'a.txt', writer: 'w1', why: 'taken' }] },
    })
    await upsert(ledger, 'w1', { content: text('a1', 'a.txt'), overwrite: true })
    expect(await commit(ledger, { base: 'shards' })).toMatchObject({ version: 1 })
    await ledger.close()
  })

  it('are refused where one removes what another brings, unless the later one wins', async () => {
    const { ledger } = await withBase()
    await upsert(ledger, 'w1', { base: 'shards', remove: ['d'] })
    await upsert(ledger, 'w2', { content: text('b2', 'd/b.txt'), overwrite: true })
    expect(await rejection(commit(ledger))).toMatchObject({
      code: 'path-conflict',
      message: expect.stringMatching(
        /^the parts disagree: d\/b\.txt \(w1: removed, w2: sha256:\w+\); commit with last/,
      ),
    })
    expect(await commit(ledger, { lastWriterWins: true })).toMatchObject({ version: 1 })
    expect(await holds(ledger, 'shards')).toEqual(['a.txt', 'd/b.txt'])
    await ledger.close()
  })

  it('remove nothing where there is no base', async () => {
    const { ledger } = await withBase()
    await upsert(ledger, 'w1', { remove: ['a.txt'] })
    expect(await rejection(commit(ledger))).toMatchObject({
      code: 'base-conflict',
      message: expect.stringMatching(/^there is no version to build on, .*; name it with base$/),
    })
    expect(await commit(ledger, { base: 'shards' })).toMatchObject({ version: 1 })
    await ledger.close()
  })

  it('bring or remove something, at legal paths', async () => {
    const { ledger } = await withBase()
    for (const nothing of [{}, { remove: [] }]) {
      expect(await rejection(upsert(ledger, 'w1', nothing))).toMatchObject({
        code: 'invalid-input',
        message: expect.stringMatching(/content, or paths to remove/),
      })
    }
    expect(await rejection(upsert(ledger, 'w1', { remove: ['../a'] }))).toMatchObject({ code: 'illegal-path' })
    await ledger.close()
  })
})

describe('a distributed version on a base, in an export', () => {
  it('is imported as it was, and is found sound', async () => {
    const { ledger, files } = await withBase({ sharedFiles: true })
    await upsert(ledger, 'w1', { base: 'shards', content: text('a1', 'a.txt'), overwrite: true })
    await upsert(ledger, 'w2', { remove: ['d'] })
    const before = await ledger.moment()
    await commit(ledger)
    await upsert(ledger, 'w3', { base: 'shards:v1', content: text('3', '3.txt') })
    const lines: string[] = []
    for await (const line of ledger.exportEvents()) lines.push(line)
    const copy = (await memoryLedger({ files, sharedFiles: true })).ledger
    await copy.importEvents(lines)
    expect(await copy.version('shards:v1')).toEqual(await ledger.version('shards:v1'))
    expect(await copy.openDrafts()).toEqual(await ledger.openDrafts())
    expect(await copy.at(before.position).openDrafts()).toMatchObject([{ base: 'acme/animals/shards:v0' }])
    expect(await copy.verify()).toMatchObject({ damagedEvents: [], damaged: [] })
    expect(await copy.diffMoments(before.position)).toMatchObject({
      drafts: [
        { generation: 0, from: 'open' },
        { generation: 1, to: 'open' },
      ],
    })
    await copy.close()
    await ledger.close()
  })
})

describe('random parts on a base', () => {
  const path = fc.constantFrom('a.txt', 'd/b.txt', 'd/c.txt', 'e.txt', 'd/f.txt')
  const content = fc.uniqueArray(fc.tuple(path, fc.constantFrom('1', '2')), { maxLength: 2, selector: ([at]) => at })
  const parts = fc.array(
    fc.record({
      writer: fc.constantFrom('w1', 'w2', 'w3'),
      content,
      remove: fc.uniqueArray(fc.constantFrom('a.txt', 'd', 'd/b.txt'), { maxLength: 1 }),
      names: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  )

  it('come to the version that one draft with the same edits comes to, whoever commits', async () => {
    let compared = 0
    const property = fc.asyncProperty(parts, fc.boolean(), fc.nat(), async (some, atCommit, committer) => {
      const { ledger } = await withBase()
      const given = some.map(({ writer, content: brought, remove, names }) => ({
        writer,
        remove,
        overwrite: true,
        content: brought.flatMap(([at, bytes]) => text(bytes, at)),
        ...(names ? { base: 'shards:v0' } : {}),
      }))
      // One of them brings its part with the commit, or none does.
      const last = given[committer % (given.length + 1)]
      const others = given.filter((each) => each !== last)
      const base = atCommit || !some.some(({ names }) => names) ? { base: 'shards:v0' } : {}
      const outcome = await (async () => {
        for (const { writer, ...part } of others) await upsert(ledger, writer, part)
        return commit(ledger, { ...last, ...base })
      })().catch((error: unknown) => error)
      if (!(outcome instanceof Error)) {
        const draft = await ledger.newDraft('shards:v0')
        for (const { remove, content: brought } of [...others, ...(last === undefined ? [] : [last])]) {
          // What two remove is gone the second time.
          for (const each of remove) await draft.remove(each).catch(() => undefined)
          await draft.add(brought, { overwrite: true })
        }
        const { version } = await draft.log()
        expect(outcome).toMatchObject({ version })
        compared += 1
      }
      await ledger.close()
    })
    await fc.assert(property, { numRuns: 60 })
    expect(compared).toBeGreaterThan(5)
  })
})
