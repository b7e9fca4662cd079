/** What hangs on a version that is to be deleted: it is said first, and named, and a link that stays says that its source is gone. */
import { describe, expect, it } from 'vitest'
import { oneStreamOf } from '../../ledger/looking-back/one-stream.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'

const linked = async () => {
  const opened = await memoryLedger()
  const { ledger } = opened
  await ledger.logArtifact({ name: 'cats', type: 'model', content: text('1') })
  await ledger.logArtifact({ name: 'cats', type: 'model', content: text('2') })
  await ledger.link({ version: 'cats:v0', to: 'pets', aliases: ['production'] })
  await ledger.link({ version: 'cats:v1', to: 'pets' })
  await ledger.link({ version: 'cats:v0', to: 'strays' })
  await ledger.unlink({ version: 'strays:v0' })
  await ledger.link({ version: 'pets:production', to: 'wandb-registry-zoo/pets' })
  return opened
}

const model = (name: string, project = 'model-registry') => ({ entity: 'acme', project, name })

describe('deleting a version that is linked', () => {
  it('is refused with its links and their aliases, until that is named', async () => {
    const { ledger } = await linked()
    const { position } = await ledger.moment()
    const refused = await rejection(ledger.deleteVersion({ version: 'cats:v0' }))
    expect(refused).toMatchObject({
      code: 'version-has-links',
      error: {
        version: 0,
        links: [
          { model: model('pets'), version: 0, source: 0, aliases: ['production'] },
          { model: model('pets', 'wandb-registry-zoo'), version: 0, source: 0, aliases: ['latest'] },
        ],
      },
    })
    expect(refused.message).toBe(
      'v0 is the source of acme/model-registry/pets:v0 (the alias "production"), acme/wandb-registry-zoo/pets:v0 (the alias "latest"); unlink them first, or say leaveLinks',
    )
    expect(await ledger.moment()).toMatchObject({ position })
    await ledger.deleteVersion({ version: 'cats:v0', leaveLinks: true })
    await ledger.close()
  })

  it('says all that hangs on it at once', async () => {
    const { ledger } = await linked()
    const refused = await rejection(ledger.deleteVersion({ version: 'cats:v1' }))
    expect(refused).toMatchObject({
      code: 'version-has-aliases',
      error: { aliases: ['latest'], links: [{ model: model('pets'), version: 1, aliases: ['latest'] }] },
    })
    expect(refused.message).toBe(
      'v1 holds the alias "latest"; move them first, or say deleteAliases. v1 is the source of acme/model-registry/pets:v1 (the alias "latest"); unlink it first, or say leaveLinks',
    )
    const rest = await rejection(ledger.deleteVersion({ version: 'cats:v1', deleteAliases: true }))
    expect(rest).toMatchObject({ code: 'version-has-links' })
    await ledger.deleteVersion({ version: 'cats:v1', deleteAliases: true, leaveLinks: true })
    // Deleting again changes nothing, whatever hangs on it.
    expect(await ledger.deleteVersion({ version: 'cats:v1' })).toMatchObject({ events: [] })
    await ledger.close()
  })

  it('names the links that it leaves, for whoever reads the history', async () => {
    const { ledger } = await linked()
    const { events } = await ledger.deleteVersion({ version: 'cats:v0', leaveLinks: true })
    const linksLeft = [
      { model: model('pets'), version: 0 },
      { model: model('pets', 'wandb-registry-zoo'), version: 0 },
    ]
    expect(events).toMatchObject([{ type: 'ArtifactVersionDeleted', version: 0, linksLeft }])
    const [line] = (await ledger.history({ of: 'acme/animals/cats' })).items
    expect(line?.what).toBe(
      'deleted acme/animals/cats:v0, which held 1 file (1 B), and left acme/model-registry/pets:v0, acme/wandb-registry-zoo/pets:v0, which link to it',
    )
    // Nothing hangs on what was unlinked.
    await ledger.logArtifact({ name: 'dogs', type: 'model', content: text('3') })
    await ledger.link({ version: 'dogs', to: 'pets' })
    await ledger.unlink({ version: 'pets:v2' })
    const [, removed] = (await ledger.deleteVersion({ version: 'dogs:v0', deleteAliases: true })).events
    expect(removed).toMatchObject({ type: 'AliasRemoved', alias: 'latest' })
    await ledger.close()
  })

  it('finds a link that another process made just before', async () => {
    const { ledger, events, files } = await linked()
    const other = await memoryLedger({ events, files })
    await ledger.logArtifact({ name: 'dogs', type: 'model', content: text('3') })
    await other.ledger.link({ version: 'dogs', to: 'kennel' })
    expect(await rejection(ledger.deleteVersion({ version: 'dogs:v0', deleteAliases: true }))).toMatchObject({
      code: 'version-has-links',
      error: { links: [{ model: model('kennel') }] },
    })
    await other.ledger.close()
  })

  it('is refused as a command, too, and repeated as it was given', async () => {
    const { ledger } = await linked()
    const artifact = { entity: 'acme', project: 'animals', name: 'cats' }
    const command = { type: 'DeleteArtifactVersion', artifact, version: 0 }
    const envelope = { commandId: 'c', actor: 'bo' }
    expect(await rejection(ledger.execute({ ...envelope, command }))).toMatchObject({ code: 'version-has-links' })
    const leaving = { ...envelope, command: { ...command, leaveLinks: true } }
    const first = await ledger.execute(leaving)
    expect(await ledger.execute(leaving)).toEqual(first)
    await ledger.close()
  })
})

describe('what is gone', () => {
  it('says by whom and why, in answers and in refusals, of questions as of commands', async () => {
    const { ledger } = await linked()
    await ledger.unlink({ version: 'pets:v1', actor: 'cleo', reason: 'not good enough' })
    await ledger.deleteVersion({ version: 'cats:v0', leaveLinks: true, actor: 'bo', reason: 'wrong data' })
    const { position } = await ledger.moment()
    await ledger.tag({ version: 'cats:v1', tags: ['x'] })
    for (const now of [ledger, ledger.at(position)]) {
      const deleted = { position, by: 'bo', reason: 'wrong data' }
      expect(await now.version('cats:v0')).toMatchObject({ deleted })
      expect(await now.version('pets:production')).toMatchObject({ deleted, unlinked: null })
      expect(await now.version('pets:v1')).toMatchObject({ unlinked: { by: 'cleo', reason: 'not good enough' } })
      for (const asked of [() => now.resolve('cats:v0'), () => now.resolve('pets:production')]) {
        const refused = await rejection(asked())
        expect(refused).toMatchObject({ code: 'version-deleted', error: { deleted } })
        expect(refused.message).toMatch(/was deleted by bo at .* \(position \d+\), because "wrong data"$/)
      }
      const unlinked = await rejection(now.resolve('pets:v1'))
      expect(unlinked.message).toMatch(/was unlinked by cleo at .*, because "not good enough"$/)
    }
    expect(await ledger.registeredModel('pets')).toMatchObject({
      aliases: { production: 0 },
      sourceDeleted: ['production'],
      versionCount: 0,
      newest: null,
    })
    const held = { version: 0, source: 'acme/animals/cats:v0' }
    const tenures = async (now: Pick<typeof ledger, 'aliasHistory'>) =>
      (await now.aliasHistory({ of: 'pets', alias: 'production' })).items
    for (const now of [ledger, ledger.at(position), oneStreamOf(ledger), oneStreamOf(ledger, position)])
      expect(await tenures(now)).toMatchObject([{ ...held, until: null, sourceDeleted: true }])
    for (const then of [ledger.at(position - 1), oneStreamOf(ledger, position - 1)])
      expect(await tenures(then)).toMatchObject([{ ...held, sourceDeleted: false }])
    const gone = { sourceDeleted: true }
    const { aliases, linked: links } = await ledger.diffMoments(0, position)
    expect(aliases).toContainEqual({
      collection: 'acme/model-registry/pets',
      alias: 'production',
      from: null,
      to: 0,
      ...gone,
    })
    expect(links).toContainEqual({ version: 'acme/model-registry/pets:v0', source: held.source, ...gone })
    const before = await ledger.diffMoments(0, position - 1)
    for (const change of [...before.aliases, ...before.linked]) expect(change).not.toHaveProperty('sourceDeleted')
    // The next command on it says so, too.
    const commands: ReadonlyArray<() => Promise<unknown>> = [
      () => ledger.moveAlias({ version: 'pets:production', alias: 'staging' }),
      () => ledger.link({ version: 'pets:production', to: 'more' }),
      () => ledger.content('pets:production'),
    ]
    for (const command of commands)
      expect(await rejection(command())).toMatchObject({
        code: 'version-deleted',
        message: expect.stringMatching(/pets:v0 links to acme\/animals\/cats:v0, which was deleted by bo/),
      })
    await ledger.close()
  })
})
