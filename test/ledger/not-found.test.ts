import { describe, expect, it } from 'vitest'
import { systemClock } from '../../adapters/system/index.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'

const clock = { ...systemClock, now: () => new Date('2026-05-03T14:00:00.500Z') }

describe('a name that is not found', () => {
  it('brings up those that differ from it by little', async () => {
    const { ledger } = await memoryLedger({ clock })
    await ledger.startRun({ run: 'train-weekly' })
    for (const name of ['model', 'features', 'm', 'eval-1']) {
      await ledger.logArtifact({ name, type: 'any', content: text(name) })
    }
    const hint = async (question: Promise<unknown>) =>
      /did you mean (.*)\?/.exec((await rejection(question)).message)?.[1]
    for (const name of ['modle', 'modl', 'modell', 'nodel', 'Model2', 'acme/other/mode:best']) {
      expect(await hint(ledger.resolve(name)), name).toBe('acme/animals/model')
    }
    expect(await hint(ledger.resolve('faetures'))).toBe('acme/animals/features')
    expect(await hint(ledger.artifact('featrs'))).toBe('acme/animals/features')
    expect(await hint(ledger.runDetails('train-wekly'))).toBe('acme/animals/train-weekly')
    // Too far away, or too short to be meant.
    for (const name of ['mdoel-2-final', 'cat', 'x']) {
      expect(await hint(ledger.resolve(name)), name).toBeUndefined()
    }
    for (const name of ['near-1', 'near-2', 'near-3', 'near-4']) {
      await ledger.logArtifact({ name, type: 'any', content: text(name) })
    }
    expect((await hint(ledger.resolve('near-5')))?.split(' or ')).toHaveLength(3)
    await ledger.close()
  })

  it('of an alias is told with who removed it, which there are, and those that are called alike', async () => {
    const { ledger } = await memoryLedger({ clock })
    await ledger.logArtifact({ name: 'cats', type: 'model', content: text('1'), aliases: ['production', 'best'] })
    await ledger.logArtifact({ name: 'cats', type: 'model', content: text('2') })
    await ledger.link({ version: 'cats:v0', to: 'Pets', aliases: ['production'] })
    const before = (await ledger.moment()).position
    await ledger.removeAlias({ name: 'acme/animals/cats', alias: 'production', actor: 'bo' })
    await ledger.unlink({ version: 'Pets:production', actor: 'cleo' })
    await ledger.tag({ version: 'cats:v1', tags: ['x'] })
    const { position } = await ledger.moment()

    const at = '2026-05-03T14:00:00.500Z'
    const missing = { removed: { version: 0, by: 'bo', at }, present: ['best', 'latest'], count: 2, similar: [] }
    const words =
      /^acme\/animals\/cats has no alias "production".*; it pointed to v0 and was removed by bo(?:, recorded)? at .*; there are best, latest; its newest version is v1$/
    const questions = [ledger, ledger.at(position - 1)].flatMap((now) => [
      () => now.resolve('cats:production'),
      () => now.version('cats:production'),
      () => now.diff('cats:v0', 'cats:production'),
      () => now.lineage({ of: 'cats:production' }),
      () => now.history({ of: 'cats:production' }),
    ])
    const commands = [
      () => ledger.tag({ version: 'cats:production', tags: ['x'] }),
      () => ledger.link({ version: 'cats:production', to: 'Pets' }),
      () => ledger.moveAlias({ version: 'cats:production', alias: 'x' }),
      () => ledger.deleteVersion({ version: 'cats:production' }),
      () => ledger.newDraft('cats:production'),
      () => ledger.content('cats:production'),
    ]
    for (const asked of [...questions, ...commands]) {
      const { code, error, message } = await rejection(asked())
      expect({ code, error, message }, String(asked)).toMatchObject({
        code: 'version-not-found',
        error: { missingAlias: missing },
        message: expect.stringMatching(words),
      })
    }
    expect((await ledger.at(before).resolve('cats:production')).version).toBe(0)
    const removing = await rejection(ledger.removeAlias({ name: 'acme/animals/cats', alias: 'production' }))
    expect(removing).toMatchObject({ code: 'alias-not-found', error: { missingAlias: missing } })
    expect(removing.message).toMatch(/removed by bo, recorded at .*; there are best, latest$/)

    // With a link its aliases go; there is none left, and never was another.
    for (const asked of [() => ledger.resolve('Pets:production'), () => ledger.unlink({ version: 'Pets:production' })])
      expect(await rejection(asked())).toMatchObject({
        error: { missingAlias: { removed: { version: 0, by: 'cleo' }, present: [], count: 0 } },
        message: expect.stringContaining('there are none; it has no version'),
      })
    const never = await rejection(ledger.resolve('cats:besst'))
    expect(never).toMatchObject({ error: { missingAlias: { removed: null, similar: ['best'] } } })
    expect(never.message).toBe(
      'acme/animals/cats has no alias "besst"; there are best, latest; its newest version is v1; did you mean best?',
    )
    // A number is none of an alias.
    expect((await rejection(ledger.resolve('cats:v7'))).error).not.toHaveProperty('missingAlias')
    await ledger.close()
  })

  it('is said to be missing then, where the question was about the past', async () => {
    const { ledger } = await memoryLedger({ clock })
    await ledger.logArtifact({ name: 'cats', type: 'model', content: text('1') })
    await ledger.logArtifact({ name: 'dogs', type: 'model', content: text('2'), aliases: ['best'] })
    const told = async (question: Promise<unknown>) => (await rejection(question)).message
    const then = 'as of 2026-05-03T14:00:00.500Z (position 3)'
    expect(await told(ledger.at(3).resolve('dogs'))).toBe(`there is no name "dogs" ${then}`)
    expect(await told(ledger.at(3).resolve('cats:best'))).toBe(
      `acme/animals/cats has no alias "best" ${then}; there is latest; its newest version is v0`,
    )
    expect(await told(ledger.at('2020-01-01').resolve('cats'))).toBe(
      'there is no name "cats" as of 2020-01-01T23:59:59.999Z (before the first event)',
    )
    const before = ledger.at('2020-01-01')
    for (const question of [
      () => before.versions('cats'),
      () => before.history({ of: 'cats' }),
      () => before.aliasHistory({ of: 'cats' }),
      () => before.lineage({ of: 'cats' }),
      () => before.diff('cats', 'dogs'),
    ])
      expect(await told(question())).toContain('"cats" as of 2020-01-01T23:59:59.999Z (before the first event)')
    const { position } = await ledger.moment()
    for (const now of [ledger, ledger.at(position), ledger.at('2026-05-03')]) {
      expect(await told(now.resolve('birds'))).toBe('there is no name "birds"')
    }
    await ledger.close()
  })
})
