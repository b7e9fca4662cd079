/** Artifacts and registered models that are deleted as a whole, and what comes to their names later. */
import { describe, expect, it } from 'vitest'
import type { HistoryInput, Ledger } from '../../index.js'
import { oneStreamOf } from '../../ledger/looking-back/one-stream.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'

const cats = { name: 'cats', type: 'model' }
const CATS = 'acme/animals/cats'
const CHURN = 'acme/model-registry/churn'

/** `cats` with two versions, of which a run used the first, and `churn`, which links both. */
const begun = async (): Promise<Ledger> => {
  const { ledger } = await memoryLedger()
  await ledger.startRun({ run: 'r' })
  await ledger.logArtifact({ ...cats, content: text('A'), aliases: ['best'], tags: ['small'] })
  await ledger.logArtifact({ ...cats, content: text('B'), metadata: { lr: 0.1 } })
  await ledger.describeArtifact({ name: 'cats', description: 'all of them' })
  await ledger.tagArtifact({ name: 'cats', tags: ['animals'] })
  await ledger.useArtifact({ run: 'r', version: 'cats:v0' })
  await ledger.link({ version: 'cats:v0', to: 'churn', aliases: ['production'] })
  await ledger.link({ version: 'cats:v1', to: 'churn' })
  await ledger.describeRegisteredModel({ name: 'churn', description: 'who leaves', metadata: { f1: 0.9 } })
  return ledger
}
const whole = { name: 'cats', deleteAliases: true, leaveLinks: true, actor: 'ben', reason: 'wrong data' }

describe('an artifact that is deleted as a whole', () => {
  it('is refused as long as what hangs on it is not named', async () => {
    const ledger = await begun()
    const aliases = await rejection(ledger.deleteArtifact({ name: 'cats' }))
    expect(aliases).toMatchObject({
      code: 'collection-has-aliases',
      error: { aliases: ['best'], links: [{ source: 0, aliases: ['production'] }, { source: 1 }] },
      message: `${CATS} has the alias "best"; move or remove them first, or say deleteAliases. ${CATS} holds the sources of ${CHURN}:v0 (the alias "production"), ${CHURN}:v1 (the alias "latest"); unlink them first, or say leaveLinks`,
    })
    const links = await rejection(ledger.deleteArtifact({ name: 'cats', deleteAliases: true }))
    expect(links).toMatchObject({ code: 'artifact-has-links', error: { links: [{ version: 0 }, { version: 1 }] } })
    await ledger.deleteVersion({ version: 'cats:v1', deleteAliases: true, leaveLinks: true })
    await ledger.unlink({ version: `${CHURN}:v0` })
    // The link to the deleted version was left then.
    await ledger.deleteArtifact({ name: 'cats', deleteAliases: true })
    await ledger.close()
  })

  it('takes its versions, aliases, tags and description along, and everything that tells of them says so', async () => {
    const ledger = await begun()
    const { position, events } = await ledger.deleteArtifact(whole)
    const moment = await ledger.moment()
    const deleted = expect.objectContaining(moment)
    expect(await ledger.artifact('cats')).toMatchObject({ deleted: { ...moment, by: 'ben', reason: 'wrong data' } })
    expect(events).toMatchObject([{ type: 'ArtifactDeleted', artifactType: 'model', versions: 2, aliases: 2 }])
    expect(await ledger.artifact('cats')).toMatchObject({
      deleted,
      description: null,
      tags: [],
      aliases: {},
      versionCount: 0,
      newest: null,
    })
    expect((await ledger.artifacts()).items).toEqual([])
    expect((await ledger.artifacts({ withDeleted: true })).items).toMatchObject([{ path: CATS, deleted }])
    expect((await ledger.projects()).items[0]).toMatchObject({ artifacts: 0, versions: 0 })
    expect((await ledger.search({ kind: 'artifact' })).total).toBe(0)
    expect((await ledger.search({ kind: 'artifact', withDeleted: true })).total).toBe(2)
    expect((await ledger.versions('cats')).items).toMatchObject([{ deleted }, { deleted }])
    expect(await ledger.version(`${CHURN}:production`)).toMatchObject({ source: `${CATS}:v0`, deleted, unlinked: null })
    expect(await rejection(ledger.resolve('cats:v1'))).toMatchObject({
      code: 'version-deleted',
      message: expect.stringMatching(
        /^acme\/animals\/cats:v1 was deleted by ben at .* \(position \d+\), because "wrong data"$/,
      ),
    })
    expect(await rejection(ledger.resolve('cats'))).toMatchObject({
      code: 'not-found',
      message: expect.stringMatching(/^there is no artifact "acme\/animals\/cats": it was deleted by ben at /),
      error: { deleted: { position, by: 'ben', reason: 'wrong data' } },
    })
    expect(await rejection(ledger.describeArtifact({ name: 'cats', description: 'x' }))).toMatchObject({
      code: 'artifact-not-found',
      message: expect.stringMatching(
        /does not exist: it was deleted by ben, recorded at .*; log a version of it or create it$/,
      ),
    })
    expect(await rejection(ledger.newDraft('cats:best'))).toMatchObject({
      code: 'version-not-found',
      message: expect.stringMatching(
        /^there is no artifact acme\/animals\/cats: it was deleted by ben(?:, recorded)? at /,
      ),
    })
    const lineage = await ledger.lineage({ of: { run: 'r' } })
    expect(lineage.nodes.map(({ name, end }) => [name, end?.how ?? null])).toContainEqual([`${CATS}:v0`, 'deleted'])
    expect(await ledger.diffMoments(position - 1, position)).toMatchObject({
      removed: [{ collection: CATS, kind: 'artifact', type: 'model' }],
      deleted: [{ version: `${CATS}:v0` }, { version: `${CATS}:v1` }],
      sourcesDeleted: [
        { version: `${CHURN}:v0`, source: `${CATS}:v0` },
        { version: `${CHURN}:v1`, source: `${CATS}:v1` },
      ],
      aliases: [
        { alias: 'best', from: 0, to: null },
        { alias: 'latest', from: 1, to: null },
      ],
      descriptions: [{ of: CATS, to: null }],
    })
    const { items } = await ledger.history({ of: 'cats', limit: 1 })
    expect(items).toMatchObject([
      { actor: 'ben', reason: 'wrong data', what: `deleted the artifact ${CATS}, with 2 versions and 2 aliases` },
    ])
    const tenures = (await ledger.aliasHistory({ of: 'cats', alias: 'best' })).items
    expect(tenures).toMatchObject([{ version: 0, until: { position, actor: 'ben' }, replacedBy: null }])

    const before = ledger.at(position - 1)
    expect(await before.artifact('cats')).toMatchObject({ deleted: null, tags: ['animals'], versionCount: 2 })
    expect(await before.resolve('cats:best')).toMatchObject({ path: `${CATS}:v0`, deleted: null })
    expect((await before.artifacts()).items).toHaveLength(1)
    await ledger.close()
  })

  it('ends the histories of its versions and aliases, wherever they are asked for', async () => {
    const ledger = await begun()
    await ledger.logArtifact({ name: 'dogs', type: 'model', content: text('D'), aliases: ['best'] })
    const { position } = await ledger.deleteArtifact(whole)
    const { position: gone } = await ledger.deleteRegisteredModel({ name: 'churn', deleteAliases: true })
    await ledger.logArtifact({ ...cats, content: text('A'), aliases: ['best'] })
    const ends = async (input: HistoryInput) => {
      const pages = async (order: 'ascending' | 'descending') => {
        const found: number[] = []
        for (let page = await ledger.history({ ...input, order, limit: 2 }); ; ) {
          found.push(...page.items.filter(({ type }) => type.endsWith('Deleted')).map((line) => line.position))
          if (page.cursor === undefined) return found
          page = await ledger.history({ ...input, order, limit: 2, cursor: page.cursor })
        }
      }
      const found = await pages('ascending')
      expect(await pages('descending')).toEqual(found.toReversed())
      return found
    }
    expect(await ends({ alias: 'best' })).toEqual([position])
    expect(await ends({ of: 'cats', alias: 'best' })).toEqual([position])
    expect(await ends({ of: 'cats', alias: 'latest' })).toEqual([position])
    expect(await ends({ of: 'dogs', alias: 'best' })).toEqual([])
    expect(await ends({ alias: 'production' })).toEqual([gone])
    expect(await ends({ alias: 'none' })).toEqual([])
    expect(await ends({ alias: 'best', actor: 'anna' })).toEqual([])
    expect(await ends({ alias: 'best', types: ['AliasMoved'] })).toEqual([])
    expect(await ends({ alias: 'best', until: position - 1 })).toEqual([])
    expect(await ends({ of: 'cats:v0' })).toEqual([position])
    expect(await ends({ of: 'cats:v0', alias: 'best' })).toEqual([position])
    expect(await ends({ of: 'cats:v1', alias: 'best' })).toEqual([])
    expect(await ends({ of: 'cats:v2' })).toEqual([])
    // A registered version lost its source first.
    expect(await ends({ of: `${CHURN}:v0` })).toEqual([position, gone])
    const alone = oneStreamOf(ledger)
    const lines = (await alone.history({ of: 'cats', alias: 'best' })).items
    expect(lines).toEqual((await ledger.history({ of: 'cats', alias: 'best' })).items)
    const types: string[] = []
    for await (const { change } of ledger.replay({ of: 'cats:v0' })) types.push(change.type)
    expect(types.at(-1)).toBe('ArtifactDeleted')
    await ledger.close()
  })

  it('is deleted once', async () => {
    const ledger = await begun()
    await ledger.deleteArtifact(whole)
    expect((await ledger.deleteArtifact({ name: 'cats' })).events).toEqual([])
    expect((await ledger.deleteVersion({ version: 'cats:v0' })).events).toEqual([])
    expect(await rejection(ledger.deleteArtifact({ name: 'dogs' }))).toMatchObject({ code: 'artifact-not-found' })
    expect(await rejection(ledger.deleteArtifact({ name: 'cats:v0' }))).toMatchObject({ code: 'invalid-input' })
    await ledger.close()
  })

  it('leaves its name to another life, which inherits nothing but that the numbers go on', async () => {
    const ledger = await begun()
    await ledger.archiveArtifact({ name: 'cats' })
    const { position } = await ledger.deleteArtifact(whole)
    const again = await ledger.logArtifact({ name: 'cats', type: 'dataset', content: text('A') })
    expect(again).toMatchObject({ version: 2, isNew: true })
    expect(await ledger.artifact('cats')).toMatchObject({
      type: 'dataset',
      created: { position: position + 1 },
      description: null,
      tags: [],
      aliases: { latest: 2 },
      versionCount: 1,
      archived: null,
      deleted: null,
    })
    expect(await ledger.version('cats:v2')).toMatchObject({ type: 'dataset', tags: [], metadata: null, deleted: null })
    expect(await ledger.version('cats:v0')).toMatchObject({ type: 'model', tags: ['small'], deleted: { position } })
    expect(
      (await ledger.versions('cats', { order: 'ascending' })).items.map(({ version, type }) => [version, type]),
    ).toEqual([
      [0, 'model'],
      [1, 'model'],
      [2, 'dataset'],
    ])
    expect(await rejection(ledger.resolve('cats:best'))).toMatchObject({
      code: 'version-not-found',
      error: { missingAlias: { removed: null, present: ['latest'] } },
    })
    expect(await rejection(ledger.link({ version: 'cats:v0', to: 'churn' }))).toMatchObject({ code: 'version-deleted' })
    expect((await ledger.artifactTypes({ project: 'animals' })).items).toMatchObject([
      { type: 'model', artifacts: 0, versions: 0 },
      { type: 'dataset', artifacts: 1, versions: 1 },
    ])
    expect((await ledger.artifacts({ type: 'model' })).items).toEqual([])
    expect((await ledger.artifacts({ type: 'dataset' })).items).toHaveLength(1)
    expect((await ledger.search({ type: 'model', kind: 'artifact', withDeleted: true })).total).toBe(2)
    expect(await ledger.at(position - 1).artifact('cats')).toMatchObject({ type: 'model', archived: {}, deleted: null })
    expect(await ledger.at(position).artifact('cats')).toMatchObject({ type: 'model', deleted: { position } })
    expect((await ledger.history({ of: 'cats', types: ['ArtifactCreated'] })).items).toHaveLength(2)
    await ledger.close()
  })

  it('answers commands of its life for ever: under the same id they are the same, and under another they are new', async () => {
    const { ledger } = await memoryLedger()
    const first = await ledger.logArtifact({ ...cats, content: text('A'), commandId: 'log' })
    const deletion = await ledger.deleteArtifact({ name: 'cats', commandId: 'delete' })
    await ledger.logArtifact({ ...cats, content: text('B') })
    expect(await ledger.logArtifact({ ...cats, content: text('A'), commandId: 'log' })).toEqual(first)
    expect(await ledger.deleteArtifact({ name: 'cats', commandId: 'delete' })).toEqual(deletion)
    expect(await ledger.artifact('cats')).toMatchObject({ versionCount: 1, newest: 1 })
    await ledger.close()
  })

  it('gives its files free, and none that another needs', async () => {
    const { ledger } = await memoryLedger()
    await ledger.logArtifact({ ...cats, content: [...text('A', 'a'), ...text('shared', 's')] })
    await ledger.logArtifact({ name: 'dogs', type: 'model', content: text('shared', 's') })
    await ledger.deleteArtifact({ name: 'cats' })
    const { recent } = await ledger.collectable()
    expect(recent).toMatchObject({ files: 1 })
    expect(await ledger.verify()).toMatchObject({ damaged: [], versions: 1 })
    await ledger.close()
  })

  it('comes back from an export as it was', async () => {
    const ledger = await begun()
    await ledger.deleteArtifact(whole)
    await ledger.deleteRegisteredModel({ name: 'churn', deleteAliases: true })
    await ledger.logArtifact({ name: 'cats', type: 'dataset', content: text('A') })
    const lines: string[] = []
    for await (const line of ledger.exportEvents()) lines.push(line)
    const { ledger: other } = await memoryLedger()
    await other.importEvents(lines)
    expect(await other.artifact('cats')).toEqual(await ledger.artifact('cats'))
    expect((await other.versions('cats')).items).toEqual((await ledger.versions('cats')).items)
    expect((await other.registeredModels({ withDeleted: true })).items).toEqual(
      (await ledger.registeredModels({ withDeleted: true })).items,
    )
    await Promise.all([ledger.close(), other.close()])
  })
})

describe('a registered model that is deleted as a whole', () => {
  it('takes its links, aliases and words along; the sources stay', async () => {
    const ledger = await begun()
    expect(await rejection(ledger.deleteRegisteredModel({ name: 'churn' }))).toMatchObject({
      code: 'collection-has-aliases',
      error: { aliases: ['production'], links: [] },
    })
    const { position } = await ledger.deleteRegisteredModel({ name: 'churn', deleteAliases: true, actor: 'ben' })
    expect(await ledger.registeredModel('churn')).toMatchObject({
      deleted: { position },
      metadata: null,
      description: null,
      aliases: {},
      versionCount: 0,
    })
    expect((await ledger.registeredModels()).items).toEqual([])
    expect((await ledger.search({ kind: 'registered' })).total).toBe(0)
    expect(await rejection(ledger.resolve(`${CHURN}:v0`))).toMatchObject({
      code: 'version-deleted',
      message: expect.stringMatching(/^acme\/model-registry\/churn:v0 was deleted by ben at /),
    })
    expect(await rejection(ledger.resolve(`${CHURN}:production`))).toMatchObject({
      code: 'not-found',
      error: { what: 'registered model', deleted: { position, by: 'ben' } },
    })
    expect(await rejection(ledger.moveAlias({ version: `${CHURN}:v0`, alias: 'x' }))).toMatchObject({
      code: 'version-deleted',
      error: { deleted: { by: 'ben' } },
    })
    expect(await ledger.resolve('cats:best')).toMatchObject({ links: [] })
    // Nothing links to it any more.
    await ledger.deleteArtifact({ name: 'cats', deleteAliases: true })
    expect(await ledger.at(position - 1).resolve(`${CHURN}:production`)).toMatchObject({ source: `${CATS}:v0` })
    await ledger.close()
  })

  it('leaves its name to another life, of whatever type', async () => {
    const ledger = await begun()
    await ledger.deleteRegisteredModel({ name: 'churn', deleteAliases: true })
    await ledger.logArtifact({ name: 'rows', type: 'dataset', content: text('R') })
    expect(await ledger.link({ version: 'rows:v0', to: 'churn' })).toMatchObject({ path: `${CHURN}:v2` })
    expect(await ledger.registeredModel('churn')).toMatchObject({
      type: 'dataset',
      metadata: null,
      description: null,
      aliases: { latest: 2 },
      versionCount: 1,
    })
    expect(await rejection(ledger.link({ version: 'cats:v0', to: 'churn' }))).toMatchObject({ code: 'type-mismatch' })
    await ledger.close()
  })

  it('gives a bare name back to an artifact that is there', async () => {
    const { ledger } = await memoryLedger()
    await ledger.createRegisteredModel({ name: 'cats', type: 'model' })
    await ledger.logArtifact({ ...cats, content: text('A') })
    expect(await rejection(ledger.resolve('cats'))).toMatchObject({ code: 'ambiguous-name' })
    await ledger.deleteRegisteredModel({ name: 'cats' })
    expect(await ledger.resolve('cats')).toMatchObject({ path: `${CATS}:v0` })
    expect((await ledger.history({ of: 'cats' })).items[0]).toMatchObject({ subject: expect.stringContaining(CATS) })
    await ledger.close()
  })
})
