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

  it('is said to be missing then, where the question was about the past', async () => {
    const { ledger } = await memoryLedger({ clock })
    await ledger.logArtifact({ name: 'cats', type: 'model', content: text('1') })
    await ledger.logArtifact({ name: 'dogs', type: 'model', content: text('2'), aliases: ['best'] })
    const told = async (question: Promise<unknown>) => (await rejection(question)).message
    const then = 'as of 2026-05-03T14:00:00.500Z (position 3)'
    expect(await told(ledger.at(3).resolve('dogs'))).toBe(`there is no name "dogs" ${then}`)
    expect(await told(ledger.at(3).resolve('cats:best'))).toContain(`cats:best does not exist ${then}; its newest`)
    expect(await told(ledger.at('2020-01-01').resolve('cats'))).toBe(
      'there is no name "cats" as of 2020-01-01T23:59:59.999Z (before the first event)',
    )
    const { position } = await ledger.moment()
    for (const now of [ledger, ledger.at(position), ledger.at('2026-05-03')]) {
      expect(await told(now.resolve('birds'))).toBe('there is no name "birds"')
    }
    await ledger.close()
  })
})
