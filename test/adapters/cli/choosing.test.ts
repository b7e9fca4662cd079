/** The way to a version by what there is to choose from: entities, their projects, the types there, the artifacts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLedger } from '../../../index.js'
import { commandLine } from '../../support/command-line.js'

const folder = mkdtempSync(join(tmpdir(), 'model-ledger-cli-choosing-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ledger = commandLine(folder)
const json = async (...args: ReadonlyArray<string>) =>
  (await printed('--json', ...args)).map((line) => JSON.parse(line))
const printed = async (...args: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const { code, out, err } = await ledger(...args)
  expect(code, err).toBe(0)
  return out.trimEnd().split('\n')
}

beforeAll(async () => {
  await ledger('init')
  const file = join(folder, 'a.txt')
  for (const [name, type, words] of [
    ['acme/churn/model', 'model', ['1', '2']],
    ['acme/churn/data', 'dataset', ['3']],
    ['acme/eval/data', 'dataset', ['4', '5', '6']],
    ['other/churn/model', 'model', ['7']],
  ] as const) {
    for (const word of words) {
      writeFileSync(file, word)
      await ledger('log', name, file, '--type', type)
    }
  }
  await ledger('run', 'start', 'acme/runs-only/r')
  await ledger('link', 'acme/churn/model:v0', 'churn')
  await ledger('link', 'acme/churn/model:v1', 'churn')
  await ledger('unlink', 'model-registry/churn:v0')
  await ledger('delete', 'acme/eval/data:v0')
})

describe('the lists to choose from', () => {
  it('say whose projects there are, which, and of what types', async () => {
    expect(await printed('list', 'entities')).toEqual([
      'ENTITY  PROJECTS  REGISTRIES  ARTIFACTS  VERSIONS  REGISTERED MODELS  LINKS  RUNS',
      'acme    3         1           3          5         1                  1      1',
      'other   1         0           1          1         0                  0      0',
    ])
    expect(await printed('list', 'projects', '--entity', 'acme')).toEqual([
      'PROJECT              KIND      ARTIFACTS  VERSIONS  REGISTERED MODELS  LINKS  RUNS',
      'acme/churn           project   2          3         0                  0      0',
      'acme/eval            project   1          2         0                  0      0',
      'acme/runs-only       project   0          0         0                  0      1',
      'acme/model-registry  registry  0          0         1                  1      0',
    ])
    expect(await printed('list', 'types', '--project', 'acme/churn')).toEqual([
      'TYPE     ARTIFACTS  VERSIONS  REGISTERED MODELS  LINKS',
      'model    1          2         0                  0',
      'dataset  1          1         0                  0',
    ])
    expect(await json('list', 'types', '--project', 'model-registry')).toMatchObject([
      { type: 'model', registeredModels: 1, links: 1, artifacts: 0 },
    ])
  })

  it('lead to what stands in one of them', async () => {
    const paths = async (...args: ReadonlyArray<string>) => (await json('list', ...args)).map(({ path }) => path)
    expect(await paths('artifacts', '--project', 'acme/churn', '--type', 'dataset')).toEqual(['acme/churn/data'])
    expect(await paths('artifacts', '--entity', 'other')).toEqual(['other/churn/model'])
    expect(await paths('artifacts', '--type', 'dataset')).toEqual(['acme/churn/data', 'acme/eval/data'])
    expect(await paths('artifacts')).toHaveLength(4)
    expect(await paths('runs', '--project', 'runs-only')).toEqual(['acme/runs-only/r'])
    expect(await paths('models', '--registry', 'model-registry')).toEqual(['acme/model-registry/churn'])
  })

  it('answer as of a past moment, and a page at a time', async () => {
    const [, , third] = await json('history', '--ascending')
    expect(await printed('list', 'entities', '--as-of', String(third.position))).toEqual([
      'ENTITY  PROJECTS  REGISTRIES  ARTIFACTS  VERSIONS  REGISTERED MODELS  LINKS  RUNS',
      'acme    1         0           1          1         0                  0      0',
    ])
    expect(await ledger('list', 'projects', '--as-of', '0')).toMatchObject({ out: 'There are no projects.\n' })
    const first = await ledger('list', 'projects', '--limit', '4')
    const [, cursor = ''] = /--cursor (\S+)/.exec(first.err) ?? []
    expect((await printed('list', 'projects', '--cursor', cursor)).map((line) => line.split(' ')[0])).toEqual([
      'PROJECT',
      'acme/model-registry',
    ])
  })

  it('refuse a place that cannot be one', async () => {
    for (const [args, words] of [
      [['artifacts', '--project', 'a/b/c'], 'project: expected the name of a project'],
      [['artifacts', '--project', 'model-registry'], 'hold registered models'],
      [['models', '--registry', 'churn'], 'the name of a registry'],
      [['artifacts', '--entity', 'acme', '--project', 'other/churn'], 'project: expected the name of a project'],
      [['projects', '--entity', 'a/b'], 'entity: expected the name of an entity'],
    ] as const) {
      const { code, err } = await ledger('list', ...args)
      expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(words) })
    }
  })
})

describe('lists by tag and by words', () => {
  beforeAll(async () => {
    const library = await openLedger({
      directory: join(folder, '.model-ledger'),
      entity: 'acme',
      project: 'churn',
      actor: 'anna',
    })
    for (const [name, description, tags] of [
      ['cats', 'Finds cats in pictures', ['vision', 'small']],
      ['dogs', 'Finds dogs', ['vision']],
    ] as const) {
      await library.createRegisteredModel({ name, type: 'model', description })
      await library.tagRegisteredModel({ name, tags })
    }
    await library.close()
  })

  it('hold what carries a tag, or is found by all words', async () => {
    const names = async (...args: ReadonlyArray<string>) =>
      (await json('list', ...args)).map(({ path }) => path.split('/').at(-1))
    expect(await names('models', '--tag', 'vision')).toEqual(['cats', 'dogs'])
    expect(await names('models', '--tag', 'small')).toEqual(['cats'])
    expect(await names('models', '--text', 'VISION finds')).toEqual(['cats', 'dogs'])
    expect(await names('models', '--text', 'vision pict')).toEqual(['cats'])
    expect(await names('artifacts', '--text', 'eval DATA')).toEqual(['data'])
    expect((await ledger('list', 'models', '--text', 'nobody')).out).toBe('There are no registered models.\n')
    expect(await ledger('list', 'models', '--text', ' ')).toMatchObject({
      code: 2,
      err: expect.stringContaining('not blank'),
    })
    expect((await json('search', '--text', 'latest CHURN', '--kind', 'registered')).map(({ path }) => path)).toEqual([
      'acme/model-registry/churn:v1',
    ])
    expect(await json('search', '--project', 'acme/eval')).toHaveLength(2)
  })

  it('come under a heading for each tag, those without any last', async () => {
    expect(await printed('list', 'models', '--group-by', 'tag')).toEqual([
      'REGISTERED MODEL             TYPE   VERSIONS  TAGS           ALIASES',
      'small',
      '  acme/model-registry/cats   model  0         vision, small  -',
      'vision',
      '  acme/model-registry/cats   model  0         vision, small  -',
      '  acme/model-registry/dogs   model  0         vision         -',
      '(without a tag)',
      '  acme/model-registry/churn  model  1         -              latest=v1',
    ])
    expect(await json('list', 'models', '--group-by', 'tag', '--limit', '2')).toMatchObject([
      { tag: 'small', items: [{ path: 'acme/model-registry/cats' }] },
      { tag: 'vision', items: [{ path: 'acme/model-registry/cats' }] },
    ])
    const { err } = await ledger('--json', 'list', 'models', '--group-by', 'tag', '--limit', '2')
    expect(await json('list', 'models', '--group-by', 'tag', '--cursor', JSON.parse(err).cursor)).toMatchObject([
      { tag: 'vision', items: [{ path: 'acme/model-registry/dogs' }] },
      { tag: null, items: [{ path: 'acme/model-registry/churn' }] },
    ])
    expect(await ledger('list', 'models', '--group-by', 'type')).toMatchObject({ code: 2 })
  })
})

describe('a condition', () => {
  it('may have blanks around what it compares', async () => {
    const file = join(folder, 'a.txt')
    writeFileSync(file, '8')
    await ledger(
      'log',
      'acme/scores/model',
      file,
      '--type',
      'model',
      '--metadata',
      'accuracy:=0.93',
      '--metadata',
      'stage=final run',
    )
    const found = async (condition: string) =>
      (await json('search', '--project', 'acme/scores', '--metadata', condition)).length
    for (const condition of ['accuracy>0.91', 'accuracy > 0.91', ' accuracy>= 0.93 ', 'stage = final run'])
      expect(await found(condition)).toBe(1)
  })
})

describe('a pattern', () => {
  it.each([
    ['list artifacts', 'model', '**/model'],
    ['list artifacts --group-by tag', 'churn/model', '**/model'],
    ['list models', '*/churn', '**/churn'],
    ['list runs', 'r', '**/r'],
    ['search', 'churn', '**/churn'],
  ])('of %s may be of the end of the path: %s', async (line, pattern, whole) => {
    const some = await ledger(...line.split(' '), '--name', pattern)
    expect(some).toMatchObject({ code: 0, err: '' })
    expect(some.out).not.toMatch(/^There are no /)
    if (!/[*?/]/.test(pattern)) expect(some).toEqual(await ledger(...line.split(' '), '--name', whole))
    for (const nothing of ['acme/*/nothing', `acme/${pattern.split('/').at(-1)}`])
      expect((await ledger(...line.split(' '), '--name', nothing)).out).toMatch(/^There are no /)
  })
})
