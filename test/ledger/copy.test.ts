/** A version is copied to another name: its content is shared, and where it came from is known for ever. */
import { describe, expect, it } from 'vitest'
import { memoryFileStore } from '../../adapters/memory/index.js'
import type { FileStore } from '../../domain/ports/file-store.js'
import type { Copy } from '../../ledger/calling/arguments.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'

/** A file store that counts what is put, and which files are opened. */
const counting = () => {
  const files = memoryFileStore()
  const count = { put: 0, opened: 0 }
  const store: FileStore = {
    ...files,
    put: (...given) => {
      count.put += 1
      return files.put(...given)
    },
    open: (kind, digest) => {
      if (kind === 'file') count.opened += 1
      return files.open(kind, digest)
    },
  }
  return { store, count }
}

const said = { description: 'the first', metadata: { lr: 0.1 } }

/** `cats`, whose v0 is `best`, and v1; and a link to v0. */
const furnished = async (files?: FileStore) => {
  const opened = await memoryLedger(files === undefined ? {} : { files })
  const { ledger } = opened
  await ledger.logArtifact({
    name: 'cats',
    type: 'model',
    content: [...text('zero'), ...text('more', 'more.txt')],
    ...said,
    aliases: ['best'],
    tags: ['small'],
  })
  await ledger.logArtifact({ name: 'cats', type: 'model', content: text('one') })
  await ledger.link({ version: 'cats:v0', to: 'pets' })
  return opened
}

describe('a copy', () => {
  it('is the next version of another name, with the content and what is said of it, and stores and reads nothing', async () => {
    const { store, count } = counting()
    const { ledger } = await furnished(store)
    const before = await ledger.content('cats:v0')
    count.put = 0

    const receipt = await ledger.copy({ version: 'cats:best', to: 'acme/zoo/lions', aliases: ['first'] })
    expect(receipt).toMatchObject({
      path: 'acme/zoo/lions:v0',
      version: 0,
      isNew: true,
      takenOver: ['description', 'metadata'],
    })
    expect(count).toEqual({ put: 0, opened: 0 })

    expect(await ledger.resolve('acme/zoo/lions:first')).toMatchObject({
      type: 'model',
      ...said,
      aliases: ['first', 'latest'],
      tags: [],
      run: null,
      base: null,
      copiedFrom: 'acme/animals/cats:v0',
      takenOver: ['description', 'metadata'],
      manifest: (await ledger.resolve('cats:v0')).manifest,
    })
    expect((await ledger.content('acme/zoo/lions')).manifest).toEqual(before.manifest)
    expect((await ledger.resolve('cats:v0')).copiedFrom).toBeNull()
    await ledger.close()
  })

  it.each<readonly [string, Partial<Copy>, object]>([
    ['its own words', { description: 'mine', metadata: { n: 1 } }, { description: 'mine', metadata: { n: 1 } }],
    ['no words at all', { description: null, metadata: null }, { description: null, metadata: null }],
    ['tags', { tags: ['copied'] }, { tags: ['copied'], ...said }],
    ['another type', { type: 'pet' }, { type: 'pet' }],
  ])('has %s where it is told', async (_what, given, expected) => {
    const { ledger } = await furnished()
    await ledger.copy({ version: 'cats:v0', to: 'lions', ...given })
    expect(await ledger.resolve('lions')).toMatchObject(expected)
    await ledger.close()
  })

  it('of a link is one of its source', async () => {
    const { ledger } = await furnished()
    await ledger.copy({ version: 'pets:v0', to: 'lions' })
    expect(await ledger.resolve('lions')).toMatchObject({ copiedFrom: 'acme/animals/cats:v0' })
    await ledger.close()
  })

  it('of content that its name has already makes no new version, and says what was not applied', async () => {
    const { ledger } = await furnished()
    await ledger.logArtifact({ name: 'lions', type: 'model', content: text('one') })
    await ledger.logArtifact({ name: 'lions', type: 'model', content: text('two') })
    const receipt = await ledger.copy({ version: 'cats:v1', to: 'lions', description: 'mine' })
    expect(receipt).toMatchObject({ path: 'acme/animals/lions:v0', isNew: false, notApplied: ['description'] })
    expect(receipt.events.map(({ type }) => type)).toEqual(['ArtifactVersionRelogged', 'AliasMoved'])
    expect(await ledger.resolve('lions')).toMatchObject({ version: 0, copiedFrom: null, description: null })
    expect((await ledger.copy({ version: 'cats:v1', to: 'lions' })).events).toEqual([])
    await ledger.close()
  })

  it('shows its source in lineage, both ways, and in words', async () => {
    const { ledger } = await furnished()
    await ledger.copy({ version: 'cats:v0', to: 'lions' })
    for (const [of, direction] of [
      ['lions:v0', 'upstream'],
      ['cats:v0', 'downstream'],
    ] as const) {
      const { edges } = await ledger.lineage({ of, direction })
      expect(edges).toContainEqual(
        expect.objectContaining({
          from: 'version:acme/animals/cats:v0',
          to: 'version:acme/animals/lions:v0',
          kind: 'copied',
        }),
      )
    }
    const { items } = await ledger.history({ of: 'lions' })
    expect(items.map(({ what }) => what)).toContain(
      'logged acme/animals/lions:v0 with 2 files (8 B), copied from acme/animals/cats:v0 with its description and metadata',
    )
    await ledger.close()
  })

  it('stays, with its content, when its source is deleted, and is told again under its id', async () => {
    const { ledger } = await furnished()
    const copy = { version: 'cats:v0', to: 'lions', commandId: 'move cats' }
    const receipt = await ledger.copy(copy)
    await ledger.deleteVersion({ version: 'cats:v0', deleteAliases: true, leaveLinks: true })
    expect(await ledger.copy(copy)).toEqual(receipt)
    expect(await ledger.resolve('lions')).toMatchObject({ copiedFrom: 'acme/animals/cats:v0', deleted: null })
    expect((await ledger.content('lions')).manifest).toHaveLength(2)
    expect((await ledger.lineage({ of: 'lions:v0' })).nodes).toContainEqual(
      expect.objectContaining({ name: 'acme/animals/cats:v0', end: expect.objectContaining({ how: 'deleted' }) }),
    )
    await ledger.close()
  })

  it('stays when the artifact is deleted from which it came, and is told again under its id', async () => {
    const { ledger } = await furnished()
    const copy = { version: 'cats:v1', to: 'lions', commandId: 'move cats' }
    const receipt = await ledger.copy(copy)
    await ledger.deleteArtifact({ name: 'cats', deleteAliases: true, leaveLinks: true })
    expect(await ledger.copy(copy)).toEqual(receipt)
    expect(await ledger.resolve('lions')).toMatchObject({ type: 'model', copiedFrom: 'acme/animals/cats:v1' })
    const never = await rejection(ledger.copy({ version: 'cats:v1', to: 'tigers', commandId: 'another' }))
    expect([never.code, never.message]).toEqual(['version-deleted', expect.stringContaining('cats:v1')])
    await ledger.close()
  })

  it('is refused, and records nothing', async () => {
    const { ledger } = await furnished()
    await ledger.createArtifact({ name: 'texts', type: 'text' })
    await ledger.createArtifact({ name: 'attic', type: 'model' })
    await ledger.archiveArtifact({ name: 'attic' })
    await ledger.deleteVersion({ version: 'cats:v0', deleteAliases: true, leaveLinks: true })
    const { position } = await ledger.moment()
    const refused = async (given: Copy) => {
      const { code, message } = await rejection(ledger.copy(given))
      return [code, message]
    }
    expect(await refused({ version: 'cats:v0', to: 'lions' })).toEqual([
      'version-deleted',
      expect.stringContaining('cats:v0'),
    ])
    expect(await refused({ version: 'cats:v0', to: 'lions', commandId: 'one' })).toEqual([
      'version-deleted',
      expect.stringContaining('cats:v0'),
    ])
    expect(await refused({ version: 'pets:v0', to: 'lions' })).toEqual([
      'version-deleted',
      expect.stringContaining('pets:v0'),
    ])
    expect(await refused({ version: 'cats:v7', to: 'lions' })).toEqual(['version-not-found', expect.any(String)])
    expect(await refused({ version: 'cats:v1', to: 'texts' })).toEqual(['type-mismatch', expect.any(String)])
    expect(await refused({ version: 'cats:v1', to: 'attic' })).toEqual(['archived', expect.any(String)])
    expect(await refused({ version: 'cats:v1', to: 'cats' })).toEqual([
      'invalid-input',
      expect.stringContaining('another artifact than acme/animals/cats'),
    ])
    expect(await refused({ version: 'cats:v1', to: 'acme/model-registry/lions' })).toEqual([
      'invalid-input',
      expect.any(String),
    ])
    expect((await ledger.moment()).position).toBe(position)
    await ledger.close()
  })

  it('is of what it says that it is, whoever gives the command', async () => {
    const { ledger } = await furnished()
    const { manifest } = await ledger.resolve('cats:v1')
    const copied = (version: number) => ({
      type: 'LogArtifactVersion',
      artifact: { entity: 'acme', project: 'animals', name: 'lions' },
      artifactType: 'model',
      manifest,
      copiedFrom: { entity: 'acme', project: 'animals', name: 'cats', version },
    })
    const envelope = (commandId: string) => ({ commandId, actor: 'anna' })
    const wrong = await rejection(ledger.execute({ command: copied(0), ...envelope('a') }))
    expect([wrong.code, wrong.message]).toEqual([
      'invalid-command',
      expect.stringContaining('that of acme/animals/cats:v0'),
    ])
    await ledger.execute({ command: copied(1), ...envelope('b') })
    expect(await ledger.resolve('lions')).toMatchObject({ copiedFrom: 'acme/animals/cats:v1' })
    await ledger.close()
  })
})
