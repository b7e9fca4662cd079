/** The rows of tables on the command line. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandLine } from '../../support/command-line.js'

const folder = mkdtempSync(join(tmpdir(), 'model-ledger-cli-tables-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const ledger = commandLine(folder)

beforeAll(async () => {
  await ledger('init')
  for (const version of [0, 1]) {
    const file = fileURLToPath(
      new URL(`../../vectors/wandb-tables/predictions-${version}.table.json.txt`, import.meta.url),
    )
    cpSync(file, join(folder, 'predictions.table.json'))
    expect(await ledger('log', 'eval', 'predictions.table.json', '--type', 'eval')).toMatchObject({ code: 0 })
  }
})

describe('diff', () => {
  it('shows the rows of a table that differ, by its key columns', async () => {
    const { out } = await ledger('diff', 'eval:v0', 'eval:v1', '--key', 'predictions.table.json=id')
    expect(out.split('\n').slice(2)).toEqual([
      '',
      'predictions.table.json: 1 row changed, 1 row removed, 1 row added',
      '+  the column "split"',
      '~  id 1: label "cat" -> "dog", score 0.5 -> 0.25',
      '-  id 2, label "dög", score null, right false',
      '+  id 4, label "cow", score 1e-7, right false, split "b"',
      '',
    ])
  })

  it('shows as many as are wanted, and says how many there are', async () => {
    const { out } = await ledger('diff', 'eval:v0', 'eval:v1', '--limit', '1')
    expect(out).toMatch(/: 2 rows removed, 2 rows added\n.*\n- {2}id 1, .*\nand 3 rows more: say --limit\n$/)
  })

  it.each([
    ['a key that is none', 2, ['--key', 'id']],
    ['a column that is not there', 2, ['--key', 'predictions.table.json=uid']],
    ['a table that is not there', 3, ['--key', 'prediction.table.json=id']],
  ] as ReadonlyArray<[string, number, ReadonlyArray<string>]>)('refuses %s', async (_, code, options) => {
    const answer = await ledger('diff', 'eval:v0', 'eval:v1', ...options)
    expect(answer.code, answer.err).toBe(code)
    expect(answer.err).not.toBe('')
  })
})
