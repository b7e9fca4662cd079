import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'
import { call } from '../support/ledger-methods.js'
import { withPublicTypes, wordsOf } from '../support/public-types.js'

const root = fileURLToPath(new URL('../../', import.meta.url))

describe('what a caller may write, and the compiler takes', () => {
  it('is a Date for a moment', async () => {
    const { ledger } = await memoryLedger()
    const occurredAt = new Date('2026-05-03T14:00:00Z')
    await ledger.logArtifact({ name: 'cats', type: 'model', content: text('1'), occurredAt })
    const { items: lines } = await ledger.history({ of: 'cats:v0' })
    expect(lines[0]).toMatchObject({ occurredAt: '2026-05-03T14:00:00.000Z' })
    expect(await ledger.search({ from: new Date(0), until: new Date() })).toMatchObject({ total: 1 })
    expect(await ledger.search({ from: new Date(Date.now() + 60_000) })).toMatchObject({ total: 0 })
    await ledger.close()
  })

  it('is undefined for what is absent', async () => {
    const { ledger } = await memoryLedger({ actor: 'anna', deadline: undefined, snapshots: undefined })
    const content = [...text('1'), { reference: 's3://bucket/key', as: 'key', size: undefined }]
    const given = { name: 'cats', type: 'model', content, aliases: undefined, run: undefined, actor: undefined }
    const { path } = await ledger.logArtifact({ ...given, commandId: undefined, occurredAt: undefined })
    const draft = await ledger.newDraft(path)
    await draft.add(text('2', '2.txt'), { overwrite: undefined })
    expect(await draft.log({ expectNewest: undefined })).toMatchObject({ version: 1 })
    expect(await ledger.history({ of: undefined, limit: undefined })).toMatchObject({ items: [{}, {}, {}, {}, {}] })
    expect(await ledger.artifacts({ name: undefined, cursor: undefined })).toMatchObject({
      items: [{ versionCount: 2 }],
    })
    await ledger.close()
  })

  it('is no option of a question that its check does not know', async () => {
    const names = withPublicTypes(`${root}tsconfig.json`, `${root}index.ts`, (types) => [
      ...wordsOf(types, 'Ledger').keys(),
    ])
    const questions = ['lineage', 'paths', 'history', 'aliasHistory', 'exportHistory', 'replay', 'download', 'openFile']
    const { ledger } = await memoryLedger()
    for (const question of questions) {
      const options = names.flatMap((name) => name.split(`Ledger.${question}.`)[1] ?? [])
      expect(options.length, question).toBeGreaterThan(1)
      for (const option of options) {
        const answer = call(ledger, question, { [option]: { wrong: true } }).then(firstOf)
        const { message } = await rejection(answer)
        expect(message, question).toMatch(
          new RegExp(`(^|; )${option}(\\.wrong: expected no such member|[^;]*: expected (?!no such member))`),
        )
      }
    }
    await ledger.close()
  })
})

/** The first of what is iterated; what is not is given as it is. */
const firstOf = async (answer: unknown): Promise<unknown> => {
  const iterable = typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer
  return iterable ? call(answer, 'next') : answer
}
