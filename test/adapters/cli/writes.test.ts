import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sqliteEventStore } from '../../../adapters/sqlite/index.js'
import { sha256 } from '../../../domain/values/digest.js'
import { commandLine } from '../../support/command-line.js'
import { right } from '../../support/domain-ledger.js'

const folders = mkdtempSync(join(tmpdir(), 'model-ledger-cli-writes-'))
afterAll(() => rmSync(folders, { recursive: true, force: true }))

/** As they were when the cases began. */
const stored = join(folders, 'begun/ledger/files')
let cwd = folders
const ledger = (...args: ReadonlyArray<string>) =>
  ledgerWith({ MODEL_LEDGER: join(cwd, 'ledger'), MODEL_LEDGER_ENTITY: 'acme', MODEL_LEDGER_PROJECT: 'churn' }, ...args)
const ledgerWith = (env: Readonly<Record<string, string>>, ...args: ReadonlyArray<string>) =>
  commandLine(cwd, { env })(...args)
const file = (name: string, text = name): string => {
  const path = join(cwd, name)
  writeFileSync(path, text)
  return path
}
const said = async (...args: ReadonlyArray<string>) => (await ledger(...args)).out

beforeAll(async () => {
  cwd = join(folders, 'begun')
  mkdirSync(cwd)
  await ledger('init', 'ledger')
  await ledger('log', 'model', file('a.json'), '--type', 'model', '--alias', 'best')
  await ledger('log', 'model', file('b.json'), '--type', 'model')
  await ledger('link', 'model:best', 'churn', '--alias', 'production')
  cpSync(stored, join(folders, 'shared'), { recursive: true, preserveTimestamps: true })
})

/**
 * Each case has a ledger of its own, and all have the stored files of one: what is stored under its digest does not meet
 * what others store, and making and removing the 514 folders of a file store takes longer than all else in a case.
 */
beforeEach(() => {
  cwd = mkdtempSync(join(folders, 'case-'))
  cpSync(join(folders, 'begun'), cwd, { recursive: true, preserveTimestamps: true, filter: (path) => path !== stored })
  symlinkSync(join(folders, 'shared'), join(cwd, 'ledger/files'), 'junction')
})

/** For a case that looks at what lies there, or takes it away. */
const haveOwnFiles = (): void => {
  const files = join(cwd, 'ledger/files')
  rmSync(files)
  cpSync(stored, files, { recursive: true, preserveTimestamps: true })
}

describe('what a command says it did', () => {
  it('names the version by its number, and the source of a link', async () => {
    expect(await said('link', 'model:best', 'risk')).toBe('acme/model-registry/risk:v0 links to acme/churn/model:v0\n')
    expect(await said('alias', 'set', 'churn', 'staging')).toBe(
      'staging points to acme/model-registry/churn:v0 (acme/churn/model:v0)\n',
    )
    expect(await said('alias', 'set', 'churn', 'staging')).toMatch(/^nothing changed: staging points to .*:v0 /)
    expect(await said('alias', 'set', 'model', 'best')).toBe('best points to acme/churn/model:v1\n')
    expect(await said('alias', 'remove', 'model', 'best')).toBe('best is removed from acme/churn/model:v1\n')
  })

  it('moves several aliases in one step, each from its own holder', async () => {
    const both = ['alias', 'set', 'model:v1', 'best', 'second', '--expect', 'best=v0']
    expect(await ledger(...both, '--expect', 'second=v1')).toMatchObject({ code: 4, out: '' })
    expect(await said(...both, '--expect', 'second=absent')).toBe('best, second point to acme/churn/model:v1\n')
    const mixed = await ledger('alias', 'set', 'model:v0', 'best', 'second', '--expect', 'v1', '--expect', 'best=v0')
    expect(mixed).toMatchObject({ code: 2, err: expect.stringContaining('alias=version of each') })
    expect(await said('alias', 'set', 'model:v0', 'best', 'second', '--expect', 'v1')).toMatch(/^best, second point/)
  })

  it('names the source that was tagged or described through a link', async () => {
    expect(await said('tag', 'churn:latest', 'foo', 'bar')).toBe('acme/churn/model:v0 is tagged: foo, bar\n')
    expect(await said('tag', 'churn:v0', 'foo')).toBe('nothing changed: acme/churn/model:v0 is tagged: foo\n')
    expect(await said('untag', 'churn:v0', 'foo')).toBe('acme/churn/model:v0 is untagged: foo\n')
    expect(await said('describe', 'churn:latest', '--description', 'good')).toBe('acme/churn/model:v0 is described\n')
  })

  it('names the artifact or the registered model that a name alone stands for', async () => {
    expect(await said('tag', 'churn', 'tabular', 'old')).toBe('acme/model-registry/churn is tagged: tabular, old\n')
    expect(await said('tag', 'churn', 'old')).toBe('nothing changed: acme/model-registry/churn is tagged: old\n')
    expect(await said('untag', 'churn', 'old')).toBe('acme/model-registry/churn is untagged: old\n')
    const words = ['--description', 'who leaves', '--metadata', 'owner=anna', '--metadata', 'f1:=0.9']
    expect(await said('describe', 'churn', ...words)).toBe('acme/model-registry/churn is described\n')
    expect(await said('tag', 'model', 'net')).toBe('acme/churn/model is tagged: net\n')
    expect(await said('describe', 'acme/churn/model', '--description', 'nets')).toBe('acme/churn/model is described\n')
    const shown = (await said('show', 'churn')).replace(/ +/g, ' ')
    for (const line of [' tags tabular\n', ' description who leaves\n', ' metadata f1=0.9 owner="anna"\n'])
      expect(shown).toContain(line)
    const artifact = (await said('show', 'model')).replace(/ +/g, ' ')
    for (const line of [' tags net\n', ' description nets\n']) expect(artifact).toContain(line)
    expect(JSON.parse(await said('--json', 'show', 'churn'))).toMatchObject({
      tags: ['tabular'],
      metadata: { owner: 'anna', f1: 0.9 },
    })
    expect(await said('show', 'model:v0')).not.toContain('net')
    await ledger('describe', 'churn', '--no-description', '--metadata', 'f1:=0.8')
    await ledger('describe', 'model', '--no-description')
    expect(JSON.parse(await said('--json', 'show', 'churn'))).toMatchObject({
      description: null,
      metadata: { f1: 0.8 },
    })
    expect(JSON.parse(await said('--json', 'show', 'model'))).toMatchObject({ description: null })
    expect(await said('describe', 'churn', '--merge-metadata', 'owner=ben', '--merge-metadata', 'f1:=null')).toBe(
      'acme/model-registry/churn is described\n',
    )
    expect(JSON.parse(await said('--json', 'show', 'churn'))).toMatchObject({ metadata: { owner: 'ben' } })
    await ledger('describe', 'model:v0', '--metadata', 'lr:=1', '--metadata', 'opt:={"name":"adam"}')
    await ledger('describe', 'model:v0', '--merge-metadata', 'python=3.10', '--merge-metadata', 'opt:={"beta":0.9}')
    expect(JSON.parse(await said('--json', 'show', 'model:v0')).metadata).toEqual({
      lr: 1,
      python: '3.10',
      opt: { name: 'adam', beta: 0.9 },
    })
    const both = await ledger('describe', 'model:v0', '--merge-metadata', 'lr:=null', '--no-description')
    expect(both).toMatchObject({ code: 0, err: '' })
    expect(await ledger('describe', 'model', '--merge-metadata', 'a=b')).toMatchObject({ code: 2, out: '' })
    await ledger('describe', 'churn', '--no-metadata')
    expect(JSON.parse(await said('--json', 'show', 'churn'))).toMatchObject({ metadata: null })
    expect((await said('show', 'churn', '--as-of', '8')).replace(/ +/g, ' ')).not.toContain(' tags ')
  })

  it('archives and takes out of the archive what a name alone stands for, and lists it where it is asked for', async () => {
    expect(await said('archive', 'churn', '--reason', 'no longer served')).toBe(
      'acme/model-registry/churn is archived\n',
    )
    expect(await said('archive', 'churn')).toBe('nothing changed: acme/model-registry/churn is archived\n')
    expect(await said('list', 'models')).toBe('There are no registered models.\n')
    expect(await said('list', 'models', '--with-archived')).toContain('acme/model-registry/churn')
    expect((await said('show', 'churn')).replace(/ +/g, ' ')).toMatch(/ archived .* by .*: no longer served\n/)
    const refused = await ledger('link', 'model:v1', 'churn')
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('was archived by ') })
    expect(await said('unarchive', 'churn')).toBe('acme/model-registry/churn is no longer archived\n')
    expect(await said('archive', 'model')).toBe('acme/churn/model is archived\n')
    expect((await ledger('archive', 'model:v0')).err).toContain('is archived as a whole')
  })

  it('deletes as a whole only where that is said, and says what went with it, by whom and why', async () => {
    expect(await ledger('delete', 'model')).toMatchObject({ code: 2, out: '' })
    expect(await ledger('delete', 'model', '--whole')).toMatchObject({
      code: 1,
      err: expect.stringContaining(
        'say --delete-aliases. acme/churn/model holds the source of acme/model-registry/churn:v0',
      ),
    })
    expect(await ledger('delete', 'model', '--whole', '--expect', 'best=v0')).toMatchObject({ code: 2, out: '' })
    const all = ['delete', 'model', '--whole', '--delete-aliases', '--leave-links']
    expect(await said(...all, '--reason', 'wrong data')).toBe(
      'acme/churn/model is deleted, with 2 versions and 2 aliases\n',
    )
    expect(await said(...all)).toBe('nothing changed: acme/churn/model is deleted\n')
    expect(await said('list', 'artifacts')).toBe('There are no artifacts.\n')
    expect(await said('list', 'artifacts', '--with-deleted')).toContain('acme/churn/model')
    expect((await said('show', 'model')).replace(/ +/g, ' ')).toMatch(/ deleted .* by .*: wrong data\n/)
    expect((await said('show', 'model:v0')).replace(/ +/g, ' ')).toMatch(/ deleted .* by .*: wrong data\n/)
    expect((await ledger('resolve', 'acme/churn/model:best')).err).toMatch(
      /it was deleted by .* \(position \d+\), because "wrong data"/,
    )
    expect(await said('delete', 'churn', '--whole', '--delete-aliases')).toBe(
      'acme/model-registry/churn is deleted, with 1 link and 2 aliases\n',
    )
    expect(await said('log', 'model', file('a.json'), '--type', 'dataset')).toContain('acme/churn/model:v2')
  })

  it('refuses what a name alone cannot have, or what it does not tell', async () => {
    const metadata = await ledger('describe', 'model', '--metadata', 'lr:=1')
    expect(metadata).toMatchObject({ code: 2, err: expect.stringContaining('its versions have metadata') })
    for (const name of ['model', 'churn', 'model:v0'])
      expect(await ledger('describe', name)).toMatchObject({ code: 2, err: expect.stringContaining('--metadata') })
    expect(await ledger('tag', 'nobody', 'x')).toMatchObject({ code: 3 })
    await ledger('link', 'model:v0', 'model')
    for (const change of [
      ['tag', 'model', 'x'],
      ['untag', 'model', 'x'],
      ['describe', 'model', '--description', 'x'],
    ])
      expect(await ledger(...change)).toMatchObject({ err: expect.stringContaining('acme/churn/model or acme/model-') })
  })

  it('names the aliases that went with a link or a version', async () => {
    expect(await said('unlink', 'churn:production')).toBe(
      'acme/model-registry/churn:v0 is unlinked, with its aliases production, latest\n',
    )
    expect(await said('delete', 'model:best', '--delete-aliases')).toBe(
      'acme/churn/model:v0 is deleted, with its alias best\n',
    )
  })

  it('names the links that lead to a version, and those that are left', async () => {
    await ledger('log', 'doomed', file('c.json'), '--type', 'model')
    await ledger('link', 'doomed', 'acme/model-registry/left', '--alias', 'production')
    expect(await ledger('delete', 'doomed:latest', '--delete-aliases')).toMatchObject({
      code: 1,
      err: 'model-ledger: v0 is the source of acme/model-registry/left:v0 (the aliases "production", "latest"); unlink it first, or say --leave-links\n',
    })
    expect(await said('delete', 'doomed:latest', '--delete-aliases', '--leave-links')).toBe(
      'acme/churn/doomed:v0 is deleted, with its alias latest; acme/model-registry/left:v0 links to it still\n',
    )
    expect(await said('list', 'models')).toContain('production=v0 (source deleted)')
    expect(await said('show', 'acme/model-registry/left')).toMatch(/production +v0 \(source deleted\)/)
  })
})

describe('values on the command line', () => {
  const metadataOf = async (version: string) => JSON.parse(await said('show', version, '--json')).metadata

  it('are the text that is written, and JSON only behind :=', async () => {
    const given = ['python=3.10', 'commit=12e3', 'big=12345678901234567890', 'stage=true', 'nothing=null', 'url=a:=b']
    const read = ['epochs:=3', 'nested:={"lr":[0.1]}', 'is final:=true', 'note:="3.10"', 'a:b=c']
    const words = [...given, ...read].flatMap((pair) => ['--metadata', pair])
    await ledger('log', 'm', file('m.json'), '--type', 'model', ...words)
    expect(await metadataOf('m:v0')).toEqual({
      python: '3.10',
      commit: '12e3',
      big: '12345678901234567890',
      stage: 'true',
      nothing: 'null',
      url: 'a:=b',
      epochs: 3,
      nested: { lr: [0.1] },
      'is final': true,
      note: '3.10',
      'a:b': 'c',
    })
    await ledger('run', 'start', 'r', '--config', 'python=3.10', '--config', 'lr:=0.1')
    expect(JSON.parse(await said('show', 'r', '--run', '--json')).config).toEqual({ python: '3.10', lr: 0.1 })
  })

  it('of metrics are numbers where they can be', async () => {
    await ledger('run', 'start', 'r')
    await ledger('run', 'metrics', 'r', '--set', 'loss=0.10', '--set', 'name="0.10"', '--set', 'word:="1"')
    const { metrics } = JSON.parse(await said('show', 'r', '--run', '--json'))
    expect(metrics).toEqual({ loss: 0.1, name: '0.10', word: '1' })
  })

  it('are found as they are written', async () => {
    await ledger('log', 'm', file('m.json'), '--type', 'model', '--metadata', 'python=3.10', '--metadata', 'epochs:=3')
    const found = async (condition: string) => (await said('search', '--metadata', condition, '--json')).length > 0
    for (const condition of [
      'python=3.10',
      'python!=3.1',
      'epochs:=3',
      'epochs != 4',
      'epochs>=2.5',
      'python>3',
      'python := "3.10"',
    ]) {
      expect(await found(condition), condition).toBe(condition !== 'python>3')
    }
    for (const condition of ['python=3.1', 'epochs=3']) expect(await found(condition), condition).toBe(false)
    expect((await ledger('search', '--metadata', 'epochs=3')).err).toContain('epochs:=3')
    expect((await ledger('search', '--metadata', 'python=3.10')).err).toBe('')
  })

  it.each(['a:=', 'a:={', 'a:=3.10.1'])('are refused where they are no JSON: %s', async (pair) => {
    const refused = await ledger('log', 'm', file('m.json'), '--type', 'model', '--metadata', pair)
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('key=text') })
  })
})

describe('create', () => {
  it('makes an artifact or a registered model that is empty', async () => {
    expect(await said('create', 'artifact', 'hollow', '--type', 'model')).toBe('acme/churn/hollow is there\n')
    const model = ['create', 'model', 'hollows', '--type', 'model', '--description']
    expect(await said(...model, 'none yet')).toBe('acme/model-registry/hollows is there\n')
    expect(await said(...model, 'none yet')).toBe('nothing changed: acme/model-registry/hollows is there\n')
    expect(await said(...model, 'soon')).toBe('acme/model-registry/hollows is there\n')
    expect(await said('show', 'hollows')).toMatch(/description +soon\n[\s\S]*versions +0\n/)
    expect(await ledger('create', 'artifact', 'hollow', '--type', 'dataset')).toMatchObject({ code: 1 })
  })
})

describe('what takes something away', () => {
  it('is fine where it is taken away already, as in the library; an alias that went with it names nothing any more', async () => {
    await ledger('delete', 'model:v0', '--delete-aliases', '--leave-links')
    const again = await ledger('delete', 'model:v0', '--delete-aliases')
    expect(again).toMatchObject({ code: 0, out: 'nothing changed: acme/churn/model:v0 is deleted\n' })
    expect((await ledger('delete', 'model:best', '--delete-aliases')).code).toBe(3)
    await ledger('unlink', 'churn:v0')
    expect(await said('unlink', 'churn:v0')).toBe('nothing changed: acme/model-registry/churn:v0 is unlinked\n')
    expect((await ledger('unlink', 'churn:production')).code).toBe(3)
  })

  it.each([
    ['delete', 'model', '--delete-aliases'],
    ['unlink', 'churn'],
  ])('%s wants its version named', async (command, name, ...options) => {
    const bare = await ledger(command, name, ...options)
    expect(bare).toMatchObject({ code: 2, out: '' })
    expect(bare.err).toContain(`name the version: ${name}:v3 or ${name}:alias`)
    expect((await ledger('resolve', name)).code).toBe(0)
  })

  it('is refused where somebody else holds the alias', async () => {
    expect((await ledger('unlink', 'churn:v0', '--expect', 'production=absent')).code).toBe(4)
    expect((await ledger('delete', 'model:v1', '--delete-aliases', '--expect', 'latest=v0')).code).toBe(4)
    expect((await ledger('link', 'model:v1', 'churn', '--expect', 'production=v7')).code).toBe(4)
    const again = ['log', 'model', file('c.json'), '--type', 'model', '--alias', 'best']
    expect((await ledger(...again, '--expect', 'best=v1')).code).toBe(4)
    expect((await ledger(...again, '--expect', 'best')).code).toBe(2)
    expect(await said(...again, '--expect', 'best=v0', '--expect', 'latest=v1')).toBe('acme/churn/model:v2\n')
    expect(await said('unlink', 'churn:v0', '--expect', 'production=v0')).toContain('is unlinked')
  })
})

describe('a command that is given again with its id', () => {
  const full = (...args: ReadonlyArray<string>) => ledgerWith({ MODEL_LEDGER: join(cwd, 'ledger') }, ...args)

  it('answers as at first where no entity is set, and the alias that it names is gone', async () => {
    const link = ['--json', 'link', 'acme/churn/model:best', 'risk', '--command-id', 'once']
    const linked = await full(...link)
    expect(linked).toMatchObject({ code: 0, out: expect.stringContaining('acme/model-registry/risk:v0') })
    expect((await full('alias', 'remove', 'acme/churn/model', 'best')).code).toBe(0)
    expect(await full(...link)).toEqual(linked)
    const reused = await full('link', 'acme/churn/model:v1', 'risk', '--command-id', 'once')
    expect(reused).toMatchObject({ code: 4, err: expect.stringContaining('once') })
  })

  it('means what its bare name meant at first', async () => {
    const set = ['alias', 'set', 'churn:v0', 'staging', '--command-id', 'once']
    const moved = await ledger(...set)
    expect(moved).toMatchObject({ code: 0 })
    await ledger('log', 'churn', file('c.json'), '--type', 'model')
    expect(await ledger(...set)).toEqual(moved)
    expect((await ledger('alias', 'set', 'churn:v0', 'staging')).code).toBe(2)
  })

  it('and changes a version names that by its number: an alias would be another the next time', async () => {
    const again = ['--add', file('c.json'), '--command-id', 'once']
    for (const version of ['model', 'model:best']) {
      const refused = await ledger('draft', version, ...again)
      expect(refused).toMatchObject({ code: 2, out: '', err: expect.stringContaining('model:v3') })
    }
    const drafted = await ledger('draft', 'model:v0', ...again)
    expect(drafted).toMatchObject({ code: 0, out: expect.stringMatching(/^acme\/churn\/model:v2 from v0\n/) })
    expect(await ledger('draft', 'model:v0', ...again)).toEqual(drafted)
  })
})

describe('a copy on the command line', () => {
  it('tells what it was copied from and what it took over, and so does its version', async () => {
    const words = ['--description', 'of May', '--metadata', 'rows:=3']
    await ledger('log', 'notes', file('n.txt'), '--type', 'dataset', ...words)
    expect(await ledger('copy', 'notes:v0', 'letters', '--no-metadata')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^acme\/churn\/letters:v0 from acme\/churn\/notes:v0, with its description\n/),
    })
    expect((await ledger('show', 'letters:v0')).out).toMatch(
      /copied from +acme\/churn\/notes:v0, with its description\n/,
    )
    expect((await ledger('lineage', 'letters:v0', '--format', 'mermaid')).out).toContain('|copied|')
    expect((await ledger('lineage', 'letters:v0', '--format', 'svg')).out).toContain('copied')
    expect((await ledger('copy', 'notes:v0', 'letters')).out).toContain('(content that was there already)')
    const refused = await ledger('copy', 'notes', 'songs', '--command-id', 'once')
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('a copy that can be given again') })
  })
})

describe('a draft on the command line', () => {
  it('says what its version said, unless it is given or declined', async () => {
    const words = ['--description', 'of May', '--metadata', 'rows:=3']
    await ledger('log', 'notes', file('n.txt'), '--type', 'dataset', ...words)
    const draft = async (word: string, ...more: ReadonlyArray<string>) =>
      (await said('draft', 'notes:v0', '--add', file(word), ...more)).trimEnd()
    expect(await draft('n1.txt')).toBe('acme/churn/notes:v1 from v0, with its description and metadata')
    expect(await draft('n2.txt', '--no-metadata')).toBe(
      [
        'acme/churn/notes:v2 from v0, with its description',
        'v0 was no longer the newest version, v1 was; what it had changed and v2 does not hold:',
        '  added: n1.txt',
      ].join('\n'),
    )
    expect(await draft('n3.txt', '--no-description', '--metadata', 'rows:=4')).toMatch(
      /^acme\/churn\/notes:v3 from v0\n/,
    )
    expect(await draft('n2.txt', '--tag', 'x')).toBe(
      [
        'acme/churn/notes:v2 from v0 (content that was there already)',
        'not applied: tags; v2 has this content already and stays as it is ("describe" and "tag" change it)',
        'v0 was no longer the newest version, v3 was; what it had changed and v2 does not hold:',
        '  added: n3.txt',
      ].join('\n'),
    )
    expect(await said('show', 'notes:v1')).toMatch(
      /drafted from +acme\/churn\/notes:v0, with its description and metadata/,
    )
    expect(JSON.parse(await said('--json', 'show', 'notes:v3'))).toMatchObject({
      description: null,
      metadata: { rows: 4 },
      takenOver: [],
    })
  })
})

describe('content on the command line', () => {
  const paths = async (version: string): Promise<ReadonlyArray<string>> =>
    (await said('--json', 'files', version))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).path)

  it('may have "=" in its name', async () => {
    file('epoch=3-step=100.ckpt')
    mkdirSync(join(cwd, 'run=1'))
    file('run=1/weights')
    const logged = await ledger('log', 'ckpt', './epoch=3-step=100.ckpt', './run=1', '--type', 'model')
    expect(logged.out).toBe('acme/churn/ckpt:v0\n')
    expect(await paths('ckpt')).toEqual(['epoch=3-step=100.ckpt', 'weights'])
    await ledger('draft', 'ckpt', '--add', 'epoch=3-step=100.ckpt=last.ckpt')
    expect(await paths('ckpt')).toContain('last.ckpt')
  })

  it('may be a directory below a prefix', async () => {
    mkdirSync(join(cwd, 'out'))
    file('out/weights')
    expect(await said('log', 'model', './out=best', '--type', 'model')).toBe('acme/churn/model:v2\n')
    expect(await paths('model')).toEqual(['best/weights'])
    await ledger('draft', 'model', '--add', 'out=last')
    expect(await paths('model')).toEqual(['best/weights', 'last/weights'])
  })
})

describe('a version that is used', () => {
  it('is printed as a path, and recorded as an input of the run that is named', async () => {
    const path = join(cwd, 'cache')
    const printed = await said('use', 'churn:production', '--cache', 'cache')
    expect(printed).toMatch(new RegExp(`^${path}/sha256-[0-9a-f]{64}/a.json\\n$`))
    expect(readFileSync(printed.trim(), 'utf8')).toBe('a.json')
    expect(await said('run', 'start', 'r')).toBe('acme/churn/r\n')
    expect(await said('use', 'model:v1', '--run', 'r', '--to', 'mine')).toBe(`${join(cwd, 'mine', 'b.json')}\n`)
    expect(await said('show', 'r', '--run')).toMatch(/used +acme\/churn\/model:v1\n/)
    expect(JSON.parse(await said('use', 'churn', '--cache', 'cache', '--json'))).toEqual({
      version: 'acme/churn/model:v0',
      path: printed.trim(),
      others: [],
      removed: [],
    })
  })
})

describe('an export into a file', () => {
  it('that is not whole is taken away again, and one that is there is left alone', async () => {
    const path = join(cwd, 'events.ndjson')
    const store = right(await sqliteEventStore({ path: join(cwd, 'ledger', 'events.db') })())
    const broken = { id: '00000000-0000-4000-8000-000000000000', type: 'ArtifactCreated', data: '{}', metadata: '{}' }
    right(await store.append('artifact-acme/churn/broken', 'none', [broken])())
    await store.close()
    for (let again = 0; again < 2; again++) {
      expect(await ledger('export', path)).toMatchObject({ code: 5, err: expect.stringContaining('broken') })
      expect(existsSync(path)).toBe(false)
    }
    writeFileSync(path, 'mine')
    const refused = await ledger('export', path)
    expect(refused).toMatchObject({ code: 6, err: expect.stringContaining('EEXIST') })
    expect(readFileSync(path, 'utf8')).toBe('mine')
    expect(await ledger('export', cwd)).toMatchObject({ code: 6, err: expect.stringContaining('EEXIST') })
    expect(await ledger('export', join(cwd, 'nowhere', 'x'))).toMatchObject({ code: 6 })
  })
})

describe('what goes wrong', () => {
  it('is told in JSON where JSON is asked for, also what is wrong with the options', async () => {
    for (const words of [['log', 'model', 'a.json'], ['show', 'model', '--colour'], ['nonsense']]) {
      const wrong = await ledger('--json', ...words)
      expect(wrong.code).toBe(2)
      expect(JSON.parse(wrong.err)).toMatchObject({
        code: 'usage',
        category: 'invalid',
        message: expect.not.stringContaining('error:'),
      })
    }
  })

  it('is told by the names of the options', async () => {
    expect((await ledger('delete', 'model:best')).err).toMatch(/say --delete-aliases\. .*say --leave-links\n$/)
    expect((await ledgerWith({ MODEL_LEDGER: join(cwd, 'ledger') }, 'resolve', 'model')).err).toContain('--entity')
  })

  it('is a failure, and no rule, where the machine or the disk fails', async () => {
    const longerThanAnyName = join(cwd, 'x'.repeat(300))
    expect((await ledger('download', 'model', longerThanAnyName)).code).toBe(6)
    rmSync(join(cwd, 'ledger', 'files'), { recursive: true })
    writeFileSync(join(cwd, 'ledger', 'files'), '')
    expect((await ledger('files', 'model')).code).toBe(5)
  })

  it('is not found where the alias is not there', async () => {
    expect((await ledger('alias', 'remove', 'model', 'nobody')).code).toBe(3)
  })
})

describe('an export', () => {
  it('is verified where there is no ledger, and says of which it is', async () => {
    const file = join(cwd, 'verified.ndjson')
    await ledger('export', file)
    const elsewhere = ['--ledger', join(cwd, 'nowhere'), 'verify', '--export', file]
    const { code, out } = await ledger(...elsewhere)
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^All is well: \d+ events of the ledger [0-9a-f-]{36}, sha256:/),
    ])
    const { ledger: id } = JSON.parse((await ledger('--json', ...elsewhere)).out)
    expect(readFileSync(file, 'utf8')).toContain(`"ledger":"${id}"`)
    writeFileSync(file, readFileSync(file, 'utf8').replace('"actor":"', '"actor":"x'))
    const forged = await ledger(...elsewhere)
    expect([forged.code, forged.err]).toEqual([5, expect.stringContaining('line 2 cannot have been recorded')])
    expect((await ledger('--ledger', join(cwd, 'nowhere'), 'verify', '--export', join(cwd, 'none'))).code).not.toBe(0)
  })

  it('makes the ledger another only if it is told to keep its id', async () => {
    const file = join(cwd, 'moved.ndjson')
    await ledger('export', file)
    const idOf = async (name: string): Promise<string | undefined> => {
      const path = join(cwd, `${name}.ndjson`)
      await ledger('--ledger', join(cwd, name), 'export', path)
      return /"ledger":"([0-9a-f-]+)"/.exec(readFileSync(path, 'utf8'))?.[1]
    }
    for (const name of ['moved', 'forked']) await ledger('--ledger', join(cwd, name), 'init')
    await ledger('--ledger', join(cwd, 'moved'), 'import', file)
    await ledger('--ledger', join(cwd, 'forked'), 'import', '--own-id', file)
    const id = /"ledger":"([0-9a-f-]+)"/.exec(readFileSync(file, 'utf8'))?.[1]
    expect(await idOf('moved')).toBe(id)
    expect(await idOf('forked')).not.toBe(id)
  })
})

describe('a second import of an export', () => {
  it('says that nothing was new', async () => {
    await ledger('export', join(cwd, 'events.ndjson'))
    await ledger('--ledger', join(cwd, 'copy'), 'init')
    const again = ['--ledger', join(cwd, 'copy'), 'import', join(cwd, 'events.ndjson')]
    expect(await said(...again)).toMatch(/^(\d+) events, \1 of them new\n$/)
    expect(await said(...again)).toMatch(/^\d+ events, 0 of them new\n$/)
  })
})

describe('the help of a command', () => {
  it.each('export verify gc log draft upsert commit abandon link unlink tag untag describe delete'.split(' '))(
    'has an example of %s',
    async (command) => {
      expect(await said(command, '--help')).toContain(`$ model-ledger ${command}`)
    },
  )
})

describe('care for a ledger', () => {
  it('says in one line what the system refused', async () => {
    const path = file('taken.ndjson')
    const { code, err } = await ledger('export', path)
    expect([code, err]).toEqual([6, expect.stringMatching(/^model-ledger: EEXIST: .*taken\.ndjson'\n$/)])
    expect(JSON.parse((await ledger('--json', 'export', path)).err)).toMatchObject({ code: 'EEXIST' })
    expect(readFileSync(path, 'utf8')).toBe('taken.ndjson')
  })

  it('verifies the events too: one that no codec lets pass is damaged, one from the future is counted', async () => {
    const store = await sqliteEventStore({ path: join(cwd, 'ledger/events.db') })()
    if (E.isLeft(store)) throw new Error(store.left.reason)
    const metadata =
      '{"actor":"b","commandDigest":"x","commandId":"c","recordedAt":"2026-05-03T14:00:00.000Z","schema":1}'
    const add = (type: string, stream: string, data: string) =>
      store.right.append(stream, 'none', [{ id: `00000000-0000-5000-8000-${type.length}`, type, data, metadata }])()
    await add('ArtifactCherished', 'artifact-acme/churn/dear', '{}')
    expect((await ledger('verify')).out).toMatch(
      /^Not verified: 1 event of the type ArtifactCherished, .*\n {2}.*\nAll is well: 11 events, 2 versions/,
    )
    await add('ArtifactCreated', 'artifact-acme/churn/bent', '{"artifactType":"model"}')
    await store.right.close()
    const { code, out, err } = await ledger('verify')
    expect(code).toBe(5)
    expect(out.replaceAll(/\n {2,}/g, ' ')).toMatch(
      /position 12, revision 0 of artifact-acme\/churn\/bent: .*commandDigest/,
    )
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(err).toContain('1 event is damaged')
  })

  it('says what nothing names and gc leaves, and when it can go', async () => {
    haveOwnFiles()
    const own = async (name: string, bytes: string) => {
      await ledger('log', name, file(`${name}.bin`, bytes), '--type', 'model')
      await ledger('delete', `${name}:v0`, '--delete-aliases')
    }
    await own('a', 'aaaa')
    await own('b', 'bbbbbb')
    const left = join(cwd, 'ledger/files/tmp/left-by-the-dead')
    writeFileSync(left, 'half of it')
    const time = '\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z'
    const leftover = [
      `2 files, 10 B, that no version names, stored within the last day: something may be about to name them; gc can delete them (the first )?from ${time} on(, all from ${time} on)?`,
      `1 file, 10 B, unfinished: being stored now, or left by a process that died; the next command that writes deletes it from ${time} on`,
    ]
    expect((await ledger('gc')).out).toMatch(RegExp(`^Nothing can be deleted now\\.\\n${leftover.join('\\n')}\\n$`))
    const told = {
      recent: { files: 2, bytes: 10, firstGoes: expect.any(String), lastGoes: expect.any(String) },
      unfinished: {
        files: 1,
        bytes: 10,
        lastGoes: new Date(statSync(left).ctime.getTime() + 24 * 3600 * 1000).toISOString(),
      },
    }
    expect(JSON.parse((await ledger('gc', '--json')).out)).toMatchObject({ files: [], bytes: 0, ...told })
    expect(JSON.parse((await ledger('gc', '--delete', '--json')).out)).toMatchObject({ deleted: 0, kept: 0, ...told })
    expect((await ledger('gc', '--delete')).out).toMatch(RegExp(`^0 files deleted, 0 B; 0 kept\\n${leftover[0]}\\n`))
  })

  it('tells what damage is in a few lines each, however many versions have the file', async () => {
    haveOwnFiles()
    const shared = file('shared.bin', 'in all of them')
    for (let n = 0; n < 10; n++) await ledger('log', `m${n}`, shared, '--type', 'model')
    const hex = sha256('in all of them').slice('sha256:'.length)
    const stored = readdirSync(join(cwd, 'ledger/files'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.replaceAll('/', '').endsWith(hex),
    )
    expect(stored).toHaveLength(1)
    rmSync(join(cwd, 'ledger/files', stored[0] ?? ''))
    const { code, out } = await ledger('verify')
    expect(code).toBe(5)
    const where = out.split('\n').filter((line) => /^ {2}(acme|and)/.test(line))
    expect(where).toHaveLength(9)
    expect(where[0]).toMatch(/^ {2}acme\/churn\/m\d:v0 shared\.bin$/)
    expect(where[8]).toBe('  and 2 more (all with --json)')
    expect(Math.max(...where.map((line) => line.length))).toBeLessThan(80)
    expect(JSON.parse((await ledger('verify', '--json')).out).damaged[0].namedBy).toHaveLength(10)
  })

  it('tells damage in lines that fit a narrow terminal, also of a file whose name is long', async () => {
    haveOwnFiles()
    const name = `${'weights-of-the-layer-'.repeat(3)}7.bin`
    await ledger('log', 'model-that-classifies', file(name, 'long'), '--type', 'model')
    const hex = sha256('long').slice('sha256:'.length)
    for (const path of readdirSync(join(cwd, 'ledger/files'), { recursive: true, encoding: 'utf8' }))
      if (path.replaceAll('/', '').endsWith(hex)) rmSync(join(cwd, 'ledger/files', path))
    const { out } = await ledger('verify')
    expect(out).toContain(`  acme/churn/model-that-classifies:v0\n    ${name}\n`)
    const lengths = out.split('\n').map((line) => line.length)
    expect(Math.max(...lengths)).toBeLessThanOrEqual(80)
  })
})
