/** A part of a version: files by path, by directory, by pattern. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Ledger } from '../../index.js'
import { commandLine } from '../support/command-line.js'
import { memoryLedger, rejection } from '../support/ledger-memory.js'

const folder = mkdtempSync(join(tmpdir(), 'ledger-part-'))
let ledger: Ledger
const FILES = ['a*b', 'axb', 'config.json', 'test/one.csv', 'train/deep/two.csv', 'train/one.csv', 'train.txt']

beforeAll(async () => {
  ;({ ledger } = await memoryLedger())
  const content = [...FILES.map((as) => ({ bytes: as, as })), { reference: 's3://bucket/raw.csv', as: 'train/raw.csv' }]
  await ledger.logArtifact({ name: 'data', type: 'dataset', content })
  await ledger.link({ version: 'data:v0', to: 'linked' })
})
afterAll(async () => {
  await ledger.close()
  rmSync(folder, { recursive: true })
})

const parts: ReadonlyArray<readonly [paths: ReadonlyArray<string>, found: ReadonlyArray<string>]> = [
  [['config.json'], ['config.json']],
  [['train'], ['train/deep/two.csv', 'train/one.csv', 'train/raw.csv']],
  [['train/'], ['train/deep/two.csv', 'train/one.csv', 'train/raw.csv']],
  [['train/*.csv'], ['train/one.csv', 'train/raw.csv']],
  [['**/*.csv'], ['test/one.csv', 'train/deep/two.csv', 'train/one.csv', 'train/raw.csv']],
  [['t???/one.csv'], ['test/one.csv']],
  [
    ['train/**', 'train/one.csv', 'test'],
    ['test/one.csv', 'train/deep/two.csv', 'train/one.csv', 'train/raw.csv'],
  ],
  [['a*b'], ['a*b']],
  [['a?b'], ['a*b', 'axb']],
  [['**'], [...FILES, 'train/raw.csv'].sort()],
]

describe('a part of a version', () => {
  it.each(parts)('is what fits %j', async (paths, found) => {
    for (const version of ['data', 'model-registry/linked:v0']) {
      const { manifest } = await ledger.content(version, { paths })
      expect(manifest.map(({ path }) => path).sort()).toEqual([...found].sort())
    }
  })

  it('is all that is downloaded', async () => {
    const to = join(folder, 'part')
    const downloaded = await ledger.download({ version: 'data', to, paths: ['train', 'a?b'] })
    expect(downloaded).toMatchObject({ written: 4, references: [{ path: 'train/raw.csv' }] })
    const there = readdirSync(to, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    expect(there.map(({ name }) => name).sort()).toEqual(['a*b', 'axb', 'one.csv', 'two.csv'])
    expect(await ledger.download({ version: 'data', to, paths: ['config.json'] })).toMatchObject({ others: [] })
    const exact = ledger.download({ version: 'data', to, paths: ['train'], exact: true })
    expect(await rejection(exact)).toMatchObject({ code: 'invalid-input', message: expect.stringContaining('exact') })
    // The rest comes to it, and what is there is kept.
    expect(await ledger.download({ version: 'data', to })).toMatchObject({ written: 2, kept: 5 })
  })

  it.each(['nothing', 'trai', '*.csv', 'train/one.csv/x', 'TRAIN'])(
    'is refused where nothing fits: %s',
    async (path) => {
      const to = join(folder, 'never')
      for (const asked of [
        ledger.content('data', { paths: ['train', path] }),
        ledger.download({ version: 'data', to, paths: ['train', path] }),
      ])
        expect(await rejection(asked)).toMatchObject({ code: 'path-not-found', error: { path } })
      expect(readdirSync(folder)).not.toContain('never')
    },
  )

  it('says what is like it, and wants a path', async () => {
    expect((await rejection(ledger.content('data', { paths: ['config.jsno'] }))).message).toBe(
      'there is no file "config.jsno"; did you mean "config.json"?',
    )
    for (const paths of [[], ['']])
      expect((await rejection(ledger.content('data', { paths }))).code).toBe('invalid-input')
  })

  it('is named on the command line', async () => {
    const cli = commandLine(folder)
    await cli('init')
    await ledger.download({ version: 'data', to: join(folder, 'in'), paths: ['train', 'config.json'] })
    await cli('log', 'data', 'in', '--type', 'dataset')
    const listed = await cli('files', 'data', 'train/*', 'config.json', '--json')
    expect(
      listed.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).path),
    ).toEqual(['config.json', 'train/one.csv'])
    const args = ['download', 'data', 'out', '--path', 'config.json', '--path', '**/two.*']
    expect((await cli(...args)).out).toContain('(2 files written)')
    expect(readdirSync(join(folder, 'out'), { recursive: true }).map(String).sort()).toEqual([
      'config.json',
      'train',
      join('train', 'deep'),
      join('train', 'deep', 'two.csv'),
    ])
    expect(await cli('files', 'data', 'nothing')).toMatchObject({ code: 3, out: '' })
    expect(await cli('download', 'data', 'out', '--path', 'nothing')).toMatchObject({ code: 3, out: '' })
  })
})
