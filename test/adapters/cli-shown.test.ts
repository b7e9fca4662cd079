import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../../adapters/cli/program.js'

const folder = mkdtempSync(join(tmpdir(), 'model-ledger-cli-shown-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ledgerOf =
  (isPerson: boolean) =>
  async (...args: ReadonlyArray<string>) => {
    const written = { out: '', err: '' }
    const code = await run(args, {
      out: (text) => {
        written.out += text
      },
      err: (text) => {
        written.err += text
      },
      isPerson,
      showsProgress: false,
      env: { MODEL_LEDGER_ENTITY: 'acme', MODEL_LEDGER_PROJECT: 'churn', MODEL_LEDGER_ACTOR: 'anna' },
      cwd: folder,
      now: () => new Date('2100-01-01T00:00:00Z'),
    })
    return { code, ...written }
  }
const ledger = ledgerOf(false)

const weights = (text: string): string => {
  writeFileSync(join(folder, 'model.json'), text)
  return join(folder, 'model.json')
}

const MOVES = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/

describe('what somebody recorded', () => {
  const forged = 'fine\n99        2026-05-01T00:00:00.000Z  ann  moved the alias production'
  const moving = `${forged}\r\u001b[2J\u009b8m\u007f\u2028\u202e\tend`

  beforeAll(async () => {
    await ledger('init')
    const said = ['--reason', moving, '--description', moving, '--metadata', `note=${moving}`]
    const done = async (...args: ReadonlyArray<string>) => expect((await ledger(...args)).err).toBe('')
    await done('run', 'start', 'train', '--config', `note=${moving}`, '--reason', moving)
    await done('log', 'model', weights('1'), '--type', 'model', '--run', 'train', ...said)
    await done('log', 'model', weights('2'), '--type', 'model')
    await done('alias', 'set', 'model:v0', 'best', '--reason', moving)
  })

  it.each([
    'history',
    'history model',
    'replay model',
    'aliases model',
    'changes 0',
    'list versions model',
    'list runs',
    'search',
    'show model:v0',
    'show model',
    'show train --run',
    'diff model:v0 model:v1',
    'lineage model:v0',
  ])('neither begins a line nor moves the cursor, and is written out: %s', async (line) => {
    const { code, out, err } = await ledger(...line.split(' '))
    expect(code, err).toBe(0)
    expect(out).not.toMatch(MOVES)
    expect(out).not.toMatch(/^99 /m)
    const person = (await ledgerOf(true)(...line.split(' '))).out
    // The colours are our own, and nothing else is.
    expect(person.replaceAll(/\u001b\[(?:1|2|22|32|31|33|39)m/g, '')).not.toMatch(MOVES)
  })

  it('can be read: what was written out stands for its character', async () => {
    expect((await ledger('history', 'model')).out).toContain('because: fine\\u{a}99 ')
    expect((await ledger('show', 'model:v0')).out).toContain('\\u{1b}[2J\\u{9b}8m\\u{7f}\\u{2028}\\u{202e}\\u{9}end')
  })

  it('is the same for programs as it was given', async () => {
    const { out } = await ledger('--json', 'show', 'model:v0')
    expect(JSON.parse(out)).toMatchObject({ description: moving })
  })
})
