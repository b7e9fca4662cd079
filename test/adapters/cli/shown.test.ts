import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import os, { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { commandLine } from '../../support/command-line.js'

const folder = mkdtempSync(join(tmpdir(), 'model-ledger-cli-shown-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ledger = commandLine(folder)

const weights = (text: string): string => {
  writeFileSync(join(folder, 'model.json'), text)
  return join(folder, 'model.json')
}

const MOVES = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/

describe('a table', () => {
  it('has its columns below each other, also behind letters that take the room of two', async () => {
    await ledger('init', '--ledger', 'wide')
    for (const run of ['学習一号', 'training', 'e\u0301tude']) {
      const { err } = await ledger('run', 'start', run.normalize(), '--ledger', 'wide')
      expect(err).toBe('')
    }
    const { out } = await ledger('list', 'runs', '--ledger', 'wide')
    // The names take 8, 8 and 5 columns of a terminal.
    expect(out).toMatch(/\/学習一号 {2}2/)
    expect(out).toMatch(/\/training {2}2/)
    expect(out).toMatch(/\/étude {5}2/)
  })
})

describe('numbers', () => {
  it('are shown as they were recorded', async () => {
    await ledger('init', '--ledger', 'exact')
    const said = ['--metadata', 'x:=333333333.33333329', '--metadata', 'total_flos:=5400000000000000000']
    const { err } = await ledger('log', 'exact', weights('exact'), '--type', 'model', ...said, '--ledger', 'exact')
    expect(err).toBe('')
    const { out } = await ledger('show', 'exact:v0', '--ledger', 'exact')
    expect(out).toContain('x=333333333.3333333')
    expect(out).toContain('total_flos=5400000000000000000')
  })
})

describe('what somebody recorded', () => {
  const forged = 'fine\n99        2026-05-01T00:00:00.000Z  ann  moved the alias production'
  const moving = `${forged}\r\u001b[2J\u009b8m\u007f\u2028\u202e\tend`

  beforeAll(async () => {
    await ledger('init')
    const said = ['--reason', moving, '--description', moving, '--metadata', `note=${moving}`]
    const done = async (...args: ReadonlyArray<string>) => expect((await ledger(...args)).err).toBe('')
    await done('run', 'start', 'train', '--config', `note=${moving}`, '--reason', moving)
    await done('log', 'model', weights('1'), '--type', 'model', '--run', 'train', ...said)
    await done('run', 'metrics', 'train', '--set', 'accuracy=1')
    await done('log', 'model', weights('2'), '--type', 'model', '--run', 'train')
    await done('alias', 'set', 'model:v0', 'best', '--reason', moving)
  })

  it.each([
    'history',
    'history model',
    'replay model',
    'aliases model',
    'diff-moments 0',
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
    const person = (await commandLine(folder, { isPerson: true })(...line.split(' '))).out
    // The colours are our own, and nothing else is.
    expect(person.replaceAll(/\u001b\[(?:1|2|22|32|31|33|39)m/g, '')).not.toMatch(MOVES)
  })

  it('can be read: what was written out stands for its character', async () => {
    expect((await ledger('history', 'model')).out).toContain('because: fine\\u{a}99 ')
    expect((await ledger('show', 'model:v0')).out).toContain('\\u{1b}[2J\\u{9b}8m\\u{7f}\\u{2028}\\u{202e}\\u{9}end')
  })

  it('does so in a refusal too', async () => {
    expect(await ledger('resolve', 'model:\u001b[2J')).toMatchObject({ err: expect.not.stringMatching(MOVES) })
  })

  it('is the same for programs as it was given', async () => {
    const { out } = await ledger('--json', 'show', 'model:v0')
    expect(JSON.parse(out)).toMatchObject({ description: moving })
  })
})

describe('what cannot be answered', () => {
  beforeAll(async () => {
    await ledger('log', 'plain', weights('3'), '--type', 'model')
  })

  it.each([
    ['a file that cannot be written', 6, 'lineage plain:v0 --output nowhere/at/all', 'all cannot be written: ENOENT'],
    ['a picture that cannot be written', 6, 'aliases plain --output nowhere/at/all', 'all cannot be written: ENOENT'],
    ['a format that is none', 2, 'lineage plain:v0 --format constructor', 'Allowed choices are text, svg'],
    ['a run that is not there', 3, 'history --run acme/churn/zz', 'acme/churn/zz'],
    ['a run that was not there then', 3, 'history --run train --as-of 0', 'train'],
    ['a version for a collection', 2, 'aliases plain:v7777', 'a name alone, without a version or alias: plain'],
    ['a version to list versions of', 2, 'list versions plain:v77', 'a name alone, without a version or alias: plain'],
  ] as const)('is one line and an exit code: %s', async (_, code, line, message) => {
    const refused = await ledger(...line.split(' '))
    expect({ ...refused, err: '' }).toEqual({ code, out: '', err: '' })
    expect(refused.err).toMatch(/^[^\n]+\n$/)
    expect(refused.err).toContain(message)
    const asJson = await ledger('--json', ...line.split(' '))
    expect(asJson.code).toBe(code)
    expect(JSON.parse(asJson.err).message).toContain(message)
  })

  it('is not the fault of a machine that has no name for its user', async () => {
    const userInfo = vi.spyOn(os, 'userInfo').mockImplementation(() => {
      throw new Error('uv_os_get_passwd returned ENOENT')
    })
    syncBuiltinESMExports()
    try {
      const nobody = commandLine(folder, { env: { MODEL_LEDGER_ENTITY: 'acme', MODEL_LEDGER_PROJECT: 'churn' } })
      expect(await nobody('resolve', 'plain')).toMatchObject({ code: 0 })
      await nobody('alias', 'set', 'plain:v0', 'best')
      expect((await nobody('history', 'plain', '--limit', '1')).out).toMatch(/ {2}uid-\d+ {2}set the alias best/)
    } finally {
      userInfo.mockRestore()
      syncBuiltinESMExports()
    }
  })
})

describe('a picture or a page', () => {
  it('is written where --output says, also without --svg', async () => {
    expect(await ledger('aliases', 'plain', '--output', 'aliases.svg')).toEqual({ code: 0, out: '', err: '' })
    expect(readFileSync(join(folder, 'aliases.svg'), 'utf8')).toMatch(/^<svg /)
  })

  it.each([
    ['svg', /^<svg /],
    ['dot', /^digraph /],
    ['mmd', /^flowchart /m],
    ['json', /^\{/],
    ['txt', /^FROM|^Nothing led to it/],
  ])('of a lineage is what the ending of the output says: %s', async (ending, begins) => {
    const file = `lineage.${ending}`
    expect(await ledger('lineage', 'plain:v0', '--output', file)).toEqual({ code: 0, out: '', err: '' })
    expect(readFileSync(join(folder, file), 'utf8')).toMatch(begins)
    expect(await ledger('lineage', 'plain:v0', '--format', 'text', '--output', file)).toMatchObject({ code: 0 })
    expect(readFileSync(join(folder, file), 'utf8')).toMatch(/^FROM|^Nothing led to it/)
  })

  it('goes on up to a time to come, whatever is recorded meanwhile', async () => {
    const query = ['--json', 'history', 'plain', '--until', '2099-01-01', '--limit', '1']
    const { cursor } = JSON.parse((await ledger(...query)).err)
    await ledger('alias', 'set', 'plain:v0', 'meanwhile')
    expect(await ledger(...query, '--cursor', cursor)).toMatchObject({ code: 0 })
  })

  it.each([
    ['history --limit 1', {}],
    ['list artifacts --limit 1', {}],
    ['lineage train --run --limit 1', {}],
    ['search --limit 1', { total: 3 }],
  ])('says to programs in JSON how to go on: %s', async (line, more) => {
    const { err } = await ledger('--json', ...line.split(' '))
    const { cursor, ...rest } = JSON.parse(err)
    expect(rest).toEqual(more)
    expect(await ledger('--json', ...line.split(' '), '--cursor', cursor)).toMatchObject({ code: 0 })
  })
})

describe('an audit line', () => {
  const claimed = ['--occurred-at', '2020-01-01T00:00:00Z', '--on-behalf-of', 'carol', '--command-id', 'CMD-1']

  beforeAll(async () => {
    await ledger('log', 'audited', weights('4'), '--type', 'model', '--metadata', 'a:=1')
    await ledger('describe', 'audited:v0', '--metadata', 'a:=2')
    await ledger('alias', 'set', 'audited:v0', 'staging', ...claimed)
    await ledger('alias', 'remove', 'audited', 'staging', '--on-behalf-of', 'dora', '--reason', 'too slow')
  })

  it('says for whom, and when it is claimed to have happened, where that is told', async () => {
    const { out } = await ledger('history', 'audited', '--limit', '2')
    expect(out.split('\n').slice(1)).toEqual([
      expect.stringMatching(/ anna for dora {3}removed the alias staging .* because: too slow$/),
      expect.stringMatching(/ anna for carol {2}set the alias staging of /),
      expect.stringMatching(/^ {2}claimed 2020-01-01T00:00:00(\.000)?Z$/),
      '',
    ])
  })

  it('has with --long the command, and what was there before and after', async () => {
    const { out } = await ledger('history', 'audited', '--long')
    expect(out).toMatch(/\n {2}claimed 2020-01-01T\S+, command CMD-1\n {2}after "v0"\n/)
    expect(out).toMatch(
      /changed the metadata \(a\).*\n.*\n {2}before \{"metadata":\{"a":1\}\}\n {2}after \{"metadata":\{"a":2\}\}\n/,
    )
  })

  it('of a tenure says for whom it began, and who ended it and why', async () => {
    const { out } = await ledger('aliases', 'audited', '--alias', 'staging')
    expect(out.split('\n').slice(1)).toEqual([
      expect.stringMatching(/^staging +v0 .* anna for carol +- +-$/),
      expect.stringMatching(/^ {2}claimed 2020-01-01T00:00:00(\.000)?Z$/),
      '  removed by anna for dora, because: too slow',
      '',
    ])
    expect((await ledger('aliases', 'audited', '--long')).out).toMatch(
      /, command CMD-1\n {2}removed by .*, command \S+, /,
    )
  })
})
