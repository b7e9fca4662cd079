/** Artifacts and registered models that are archived: out of the lists, closed for what is new, and all there by name. */
import { describe, expect, it } from 'vitest'
import type { Ledger } from '../../index.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'

const cats = { name: 'cats', type: 'model' }
const churn = 'acme/model-registry/churn'

/** `cats` with two versions of which the first is linked to `churn`; and a dog. */
const begun = async (): Promise<Ledger> => {
  const { ledger } = await memoryLedger()
  await ledger.startRun({ run: 'r' })
  await ledger.logArtifact({ ...cats, content: text('A'), aliases: ['best'] })
  await ledger.logArtifact({ ...cats, content: text('B') })
  await ledger.link({ version: 'cats:v0', to: 'churn', aliases: ['production'] })
  await ledger.logArtifact({ name: 'dogs', type: 'model', content: text('D') })
  return ledger
}

const paths = ({ items }: { readonly items: ReadonlyArray<{ readonly path: string }> }) => items.map(({ path }) => path)

describe('an archived artifact', () => {
  it('is left out of lists, search and counts, unless it is asked for, and back there when it is taken out', async () => {
    const ledger = await begun()
    const lists = async () => ({
      artifacts: paths(await ledger.artifacts()),
      tagged: (await ledger.artifactsByTag()).items.flatMap(paths),
      found: paths(await ledger.search({ kind: 'artifact', order: 'ascending' })),
      total: (await ledger.search({ kind: 'artifact' })).total,
      counts: (await ledger.projects()).items.map(({ artifacts, versions }) => [artifacts, versions]),
      types: (await ledger.artifactTypes({ project: 'animals' })).items.map(({ artifacts, versions }) => [
        artifacts,
        versions,
      ]),
    })
    const before = await lists()
    const { position } = await ledger.archiveArtifact({ name: 'cats', reason: 'no longer fed' })
    const dogs = ['acme/animals/dogs']
    expect(await lists()).toEqual({
      artifacts: dogs,
      tagged: dogs,
      found: ['acme/animals/dogs:v0'],
      total: 1,
      counts: [
        [1, 1],
        [0, 0],
      ],
      types: [[1, 1]],
    })
    const all = { withArchived: true } as const
    expect(paths(await ledger.artifacts(all))).toEqual(['acme/animals/cats', ...dogs])
    expect((await ledger.artifactsByTag(all)).items.flatMap(paths)).toEqual(['acme/animals/cats', ...dogs])
    expect((await ledger.search({ kind: 'artifact', ...all })).total).toBe(3)
    expect(paths(await ledger.at(position - 1).artifacts())).toEqual(['acme/animals/cats', ...dogs])

    const since = await ledger.moment()
    expect(since.position).toBe(position)
    expect(await ledger.artifact('cats')).toMatchObject({ archived: since, versionCount: 2 })
    expect(await ledger.at(position - 1).artifact('cats')).toMatchObject({ archived: null })
    await ledger.unarchiveArtifact({ name: 'cats' })
    expect(await lists()).toEqual(before)
    expect(await ledger.artifact('cats')).toMatchObject({ archived: null })
    expect(paths(await ledger.at(position).artifacts())).toEqual(dogs)
    await ledger.close()
  })

  it('takes nothing new, and says who archived it', async () => {
    const ledger = await begun()
    await ledger.archiveArtifact({ name: 'cats', actor: 'ben' })
    const refused: ReadonlyArray<readonly [what: string, given: () => Promise<unknown>]> = [
      ['a version', () => ledger.logArtifact({ ...cats, content: text('C') })],
      ['a version again', () => ledger.logArtifact({ ...cats, content: text('A') })],
      ['a draft', async () => (await ledger.newDraft('cats:v0')).log()],
      ['a link', () => ledger.link({ version: 'cats:v1', to: 'churn' })],
      ['a link of its link', () => ledger.link({ version: `${churn}:production`, to: 'others' })],
      ['an alias', () => ledger.moveAlias({ version: 'cats:v1', alias: 'best' })],
      ['a part', () => ledger.upsertDistributed({ ...cats, distributedId: 'd', content: text('P', 'p') })],
      ['a commit', () => ledger.commitDistributed({ ...cats, distributedId: 'd', content: text('P', 'p') })],
      ['to be created', () => ledger.createArtifact(cats)],
    ]
    for (const [what, given] of refused) {
      const error = await rejection(given())
      expect([what, error.code, error.message]).toEqual([
        what,
        'archived',
        expect.stringMatching(/^acme\/animals\/cats was archived by ben, recorded at .*; unarchive it first$/),
      ])
    }
    await ledger.unarchiveArtifact({ name: 'cats' })
    for (const [, given] of refused) await given()
    await ledger.close()
  })

  it('stays as it is by name: its versions are resolved, used and read, and what is said of it can change', async () => {
    const ledger = await begun()
    await ledger.archiveArtifact({ name: 'cats' })
    expect(await ledger.resolve('cats:best')).toMatchObject({ path: 'acme/animals/cats:v0' })
    expect((await ledger.versions('cats')).items).toHaveLength(2)
    expect(await ledger.content('cats:v1')).toMatchObject({ manifest: [{ path: 'weights.txt' }] })
    expect(await ledger.resolve(`${churn}:production`)).toMatchObject({ source: 'acme/animals/cats:v0' })
    await ledger.useArtifact({ run: 'r', version: 'cats:v0' })
    await ledger.describeArtifact({ name: 'cats', description: 'kept for the audit' })
    await ledger.tag({ version: 'cats:v0', tags: ['kept'] })
    await ledger.removeAlias({ name: 'cats', alias: 'best' })
    await ledger.deleteVersion({ version: 'cats:v1', deleteAliases: true })
    await ledger.unlink({ version: `${churn}:v0` })
    await ledger.close()
  })

  it('is archived once, and its history says who did it and why', async () => {
    const ledger = await begun()
    const receipts = [
      await ledger.archiveArtifact({ name: 'cats', reason: 'superseded' }),
      await ledger.archiveArtifact({ name: 'cats' }),
      await ledger.unarchiveArtifact({ name: 'cats', actor: 'ben', reason: 'asked for' }),
      await ledger.unarchiveArtifact({ name: 'cats' }),
    ]
    expect(receipts.map(({ events }) => events.map(({ type }) => type))).toEqual([
      ['ArtifactArchived'],
      [],
      ['ArtifactUnarchived'],
      [],
    ])
    const { items } = await ledger.history({ of: 'cats', types: ['ArtifactArchived', 'ArtifactUnarchived'] })
    expect(items.map(({ actor, what, reason }) => [actor, what, reason]).reverse()).toEqual([
      ['anna', 'archived acme/animals/cats', 'superseded'],
      ['ben', 'took acme/animals/cats out of the archive', 'asked for'],
    ])
    await ledger.close()
  })

  it('keeps its files', async () => {
    const ledger = await begun()
    await ledger.archiveArtifact({ name: 'cats' })
    expect((await ledger.collectable()).files).toEqual([])
    await ledger.close()
  })
})

describe('an archived registered model', () => {
  it('is left out of lists, search and counts, and takes no link and no alias', async () => {
    const ledger = await begun()
    const { position } = await ledger.archiveRegisteredModel({ name: 'churn', actor: 'ben' })
    expect(paths(await ledger.registeredModels())).toEqual([])
    expect((await ledger.registeredModelsByTag()).items).toEqual([])
    expect(paths(await ledger.registeredModels({ withArchived: true }))).toEqual([churn])
    expect((await ledger.search({ kind: 'registered' })).total).toBe(0)
    expect((await ledger.projects()).items[1]).toMatchObject({ registeredModels: 0, links: 0 })
    expect(await ledger.registeredModel('churn')).toMatchObject({ archived: { position }, versionCount: 1 })
    for (const given of [
      () => ledger.link({ version: 'cats:v1', to: 'churn' }),
      () => ledger.linkModel({ content: text('C'), to: 'churn' }),
      () => ledger.moveAlias({ version: `${churn}:v0`, alias: 'staging' }),
      () => ledger.createRegisteredModel({ name: 'churn', type: 'model' }),
    ])
      expect(await rejection(given())).toMatchObject({
        code: 'archived',
        error: { collection: { name: 'churn' }, archived: { by: 'ben' } },
      })
    expect(await ledger.resolve(`${churn}:production`)).toMatchObject({ source: 'acme/animals/cats:v0' })
    await ledger.unarchiveRegisteredModel({ name: 'churn' })
    await ledger.link({ version: 'cats:v1', to: 'churn' })
    expect(paths(await ledger.registeredModels())).toEqual([churn])
    expect(await ledger.diffMoments(position - 1, position)).toMatchObject({ archived: [{ collection: churn }] })
    await ledger.close()
  })

  it('is named as a whole: a version of it is refused in words', async () => {
    const ledger = await begun()
    for (const refused of [
      await rejection(ledger.archiveRegisteredModel({ name: `${churn}:v0` })),
      await rejection(ledger.archiveArtifact({ name: 'cats:v0' })),
    ])
      expect(refused).toMatchObject({
        code: 'invalid-input',
        message: expect.stringContaining('an artifact or a registered model is archived as a whole'),
      })
    await ledger.close()
  })
})
