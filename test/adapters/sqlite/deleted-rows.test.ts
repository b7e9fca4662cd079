/** Rows that were deleted under a snapshot: the library, the command line and `verify` say the same. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeHistoryDamage } from '../../../domain/ports/history-damage.js'
import { type Ledger, openLedger } from '../../../index.js'
import { commandLine } from '../../support/command-line.js'
import { rejection, text } from '../../support/ledger-memory.js'
import { editByHand } from '../../support/sqlite-store.js'

const folder = mkdtempSync(join(tmpdir(), 'sqlite-deleted-'))
afterAll(() => rmSync(folder, { recursive: true }))

const original = join(folder, 'original')
const setting = { actor: 'anna', entity: 'acme', project: 'churn' }
const MOVES = 1100

/** So long that a snapshot of the read model is kept, and one of the artifact: 1 to 1106 are of `cats`, and those behind of `dogs`. */
beforeAll(async () => {
  const ledger = await openLedger({ directory: original, ...setting })
  for (const content of ['one', 'two'])
    await ledger.logArtifact({ name: 'cats', type: 'model', content: text(content) })
  await Promise.all(
    Array.from({ length: MOVES }, (_, move) => ledger.moveAlias({ version: `cats:v${move % 2}`, alias: 'best' })),
  )
  await ledger.logArtifact({ name: 'dogs', type: 'model', content: text('dog') })
  await ledger.moveAlias({ version: 'dogs:v0', alias: 'best' })
  await ledger.close()
})

const QUESTIONS: Readonly<
  Record<string, { readonly ask: (ledger: Ledger) => Promise<unknown>; readonly args: ReadonlyArray<string> }>
> = {
  'which version an alias is of': { ask: (ledger) => ledger.resolve('cats:best'), args: ['resolve', 'cats:best'] },
  'what is told of a version': { ask: (ledger) => ledger.resolve('cats:best'), args: ['show', 'cats:best'] },
  'which versions there are': { ask: (ledger) => ledger.versions('cats'), args: ['list', 'versions', 'cats'] },
  'what was done': { ask: (ledger) => ledger.history({ of: 'cats' }), args: ['history', 'cats'] },
  'what became of an alias': { ask: (ledger) => ledger.aliasHistory({ of: 'cats' }), args: ['aliases', 'cats'] },
}

const deletedIn = (where: string): string => {
  const directory = join(folder, `${copies++}`)
  cpSync(original, directory, { recursive: true })
  editByHand(join(directory, 'events.db'), `DELETE FROM events WHERE ${where}`)
  return directory
}
let copies = 0

/** What is said of it: by each question to the library and to the command line, by both `verify`, and by who commands. */
const saidOf = async (directory: string, words: string) => {
  const line = commandLine(directory)
  /** What is wrong, in the same words: a gap, or what is lost. */
  const said = (message: string): string => (message.includes(words) ? words : message)
  const answers: Record<string, { readonly library: string; readonly line: string; readonly code: number }> = {}
  for (const [question, { ask, args }] of Object.entries(QUESTIONS)) {
    const ledger = await openLedger({ directory, ...setting, readOnly: true })
    const library = await ask(ledger).then(
      () => (ledger.damage === undefined ? 'nothing' : describeHistoryDamage(ledger.damage)),
      async (error: unknown) => (await rejection(Promise.reject(error))).message,
    )
    await ledger.close()
    const { code, err } = await line('--ledger', directory, ...args)
    answers[question] = { library: said(library), line: said(err), code }
  }
  const ledger = await openLedger({ directory, ...setting })
  const { damagedEvents, damagedStore } = await ledger.verify(undefined, { contents: false })
  const verified = [...damagedStore, ...damagedEvents].map(({ reason }) => said(reason))
  const command = said((await rejection(ledger.moveAlias({ version: 'cats:v0', alias: 'other' }))).message)
  await ledger.close()
  const { code, out } = await line('--ledger', directory, 'verify', '--no-contents')
  return { answers, verified, command, line: { code, said: said(out.replaceAll(/\s+/g, ' ')) } }
}

const everywhere = (words: string) => ({
  answers: Object.fromEntries(
    Object.keys(QUESTIONS).map((question) => [question, { library: words, line: words, code: 5 }]),
  ),
  verified: expect.arrayContaining([words]),
  command: words,
  line: { code: 5, said: words },
})

describe('of rows that were deleted under a snapshot the library, the command line and verify say the same', () => {
  it.each([
    ['in the midst of a stream', 'position = 500', 'between the positions 499 and 501 events are gone'],
    [
      'at the end of a stream, with others behind them',
      `position BETWEEN 1100 AND ${MOVES + 5}`,
      'between the positions 1099 and 1106 events are gone',
    ],
    [
      'of another stream than what is asked for',
      `position = ${MOVES + 7}`,
      'between the positions 1106 and 1108 events are gone',
    ],
    ['at the end of all', 'position > 1000', 'the events at the positions 1001 to 1109'],
  ])('%s', async (_, where, words) => {
    expect(await saidOf(deletedIn(where), words)).toEqual(everywhere(words))
  })
})
