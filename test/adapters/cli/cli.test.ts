import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildProgram } from '../../../adapters/cli/program.js'
import { sqliteRuntime } from '../../../adapters/sqlite/index.js'
import manifest from '../../../package.json' with { type: 'json' }
import { commandLine, terminalIn } from '../../support/command-line.js'

const folder = mkdtempSync(join(tmpdir(), 'model-ledger-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ledger = commandLine(folder)
const json = async (...args: ReadonlyArray<string>) =>
  (await ledger('--json', ...args)).out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('the command line', () => {
  beforeAll(async () => {
    for (const [name, text] of [
      ['model.json', '{"w":1}'],
      ['better.json', '{"w":2}'],
    ] as const) {
      writeFileSync(join(folder, name), text)
    }
    expect(await ledger('init')).toMatchObject({ code: 0 })
    expect((await ledger('run', 'start', 'train-1', '--group', 'g', '--config', 'lr:=0.1')).out).toBe(
      'acme/churn/train-1\n',
    )
    await ledger('log', 'model', join(folder, 'model.json'), '--type', 'model', '--alias', 'best', '--run', 'train-1')
    await ledger('run', 'metrics', 'train-1', '--set', 'accuracy=0.93')
    await ledger('run', 'finish', 'train-1')
    await ledger('link', 'model:best', 'churn')
    await ledger('alias', 'set', 'churn:v0', 'production', '--reason', 'best so far')
  })

  it('shows what was recorded, for people', async () => {
    expect((await ledger('show', 'churn:production')).out).toMatch(
      /^acme\/model-registry\/churn:v0\n {2}type +model\n {2}aliases +latest, production\n[\s\S]* {2}source +acme\/churn\/model:v0\n/,
    )
    expect((await ledger('list', 'runs')).out).toMatch(/acme\/churn\/train-1 .* finished +accuracy=0.93\n/)
    expect((await ledger('show', 'train-1', '--run')).out).toMatch(/logged +acme\/churn\/model:v0/)
    expect((await ledger('aliases', 'churn', '--alias', 'production')).out).toMatch(
      /production +v0 .* anna +- +best so far\n/,
    )
    expect((await ledger('history', 'churn', '--alias', 'production')).out).toContain('best so far')
    expect((await ledger('lineage', 'churn:production')).out).toMatch(
      /acme\/churn\/train-1 +logged +acme\/churn\/model:v0/,
    )
    expect((await ledger('paths', 'model:v0', 'churn:v0')).out).toContain('-linked->')
    expect((await ledger('files', 'model:best')).out).toContain('model.json')
  })

  it('suggests names as the library does, whatever it reads for a command', async () => {
    for (const command of [
      ['resolve', 'modle:v0'],
      ['show', 'modle:v0'],
      ['history', 'modle'],
      ['tag', 'modle:v0', 'x'],
      ['tag', 'modle', 'x'],
      ['alias', 'remove', 'modle', 'best'],
      ['files', 'modle:best'],
      ['draft', 'modle:v0'],
    ]) {
      const { code, err } = await ledger(...command)
      expect({ code, err }, command.join(' ')).toMatchObject({
        code: 3,
        err: expect.stringContaining('did you mean acme/churn/model?'),
      })
    }
    expect((await ledger('run', 'finish', 'train-l')).err).toContain('did you mean acme/churn/train-1?')
    for (const command of ['resolve', 'show', 'files'])
      expect((await ledger(command, 'churn:producton')).err).toMatch(
        /acme\/model-registry\/churn has no alias "producton"; there are latest, production; .* did you mean production\?/,
      )
    const inJson = await ledger('--json', 'tag', 'modle:v0', 'x')
    expect(JSON.parse(inJson.err).details).toMatchObject({ similar: ['acme/churn/model'] })
  })

  it('takes and shows numbers that JSON does not have', async () => {
    await ledger('run', 'start', 'diverged')
    const set = ['loss=nan', 'grad=-inf', 'offset=-0', 'note="nan"'].flatMap((metric) => ['--set', metric])
    expect(await ledger('run', 'metrics', 'diverged', ...set)).toMatchObject({ code: 0 })
    expect((await ledger('show', 'diverged', '--run')).out).toContain('grad=-Infinity loss=NaN note="nan" offset=-0\n')
    expect(JSON.parse((await ledger('--json', 'show', 'diverged', '--run')).out).metrics).toEqual({
      loss: { $numberDouble: 'NaN' },
      grad: { $numberDouble: '-Infinity' },
      offset: { $numberDouble: '-0.0' },
      note: 'nan',
    })
    await ledger('log', 'broken', join(folder, 'model.json'), '--type', 'model', '--run', 'diverged')
    expect((await ledger('search', '--metric', 'loss=nan')).out).toContain('acme/churn/broken:v0')
    expect((await ledger('diff', 'model:v0', 'broken:v0')).out).toMatch(/metric +- -> NaN +loss\n/)
    expect((await ledger('history')).out).toContain('loss = NaN')
  })

  it('answers as of a past moment', async () => {
    expect((await ledger('list', 'models', '--as-of', '1')).out).toBe('There are no registered models.\n')
    expect((await ledger('resolve', 'churn:production', '--as-of', '1')).code).toBe(3)
    expect((await ledger('resolve', 'churn:production', '--as-of', new Date().toISOString())).out).toBe(
      'acme/model-registry/churn:v0\n',
    )
  })

  it('answers in JSON, a list as one line each', async () => {
    expect(await json('list', 'models')).toMatchObject([
      { path: 'acme/model-registry/churn', aliases: { production: 0 } },
    ])
    expect(await json('resolve', 'churn:production')).toMatchObject([{ version: 0, source: 'acme/churn/model:v0' }])
    expect(await json('history', '--run', 'train-1', '--ascending')).toMatchObject([
      { type: 'RunStarted', actor: 'anna' },
      { type: 'ArtifactVersionLogged' },
      { type: 'RunSummarised' },
      { type: 'RunFinished' },
    ])
    const refused = await ledger('--json', 'resolve', 'nobody:best')
    expect(JSON.parse(refused.err)).toMatchObject({ code: 'not-found' })
  })

  it('lists a page at a time, and says how to go on', async () => {
    for (const name of ['a', 'b', 'c']) await ledger('run', 'start', `lists/${name}`)
    const runs = ['list', 'runs', '--name', '*/lists/?', '--limit', '2']
    const first = await ledger(...runs)
    expect(first.out).toMatch(/^RUN .*\nacme\/lists\/a .*\nacme\/lists\/b .*\n$/)
    const [, cursor = ''] = /^There is more: --cursor (\S+)\n$/.exec(first.err) ?? []
    expect(await ledger(...runs, '--cursor', cursor)).toEqual({
      code: 0,
      out: expect.stringMatching(/^RUN .*\nacme\/lists\/c .*\n$/),
      err: '',
    })
    expect(await json(...runs, '--cursor', cursor)).toMatchObject([{ path: 'acme/lists/c' }])
    expect(await ledger('list', 'artifacts', '--cursor', cursor)).toMatchObject({ code: 2, out: '' })
    expect(await ledger('list', 'models', '--limit', '0')).toMatchObject({ code: 2, out: '' })
    expect((await ledger('list', 'models', '--name', 'acme/*/nothing')).out).toBe('There are no registered models.\n')
    expect(await json('list', 'versions', 'model', '--limit', '1')).toMatchObject([{ version: 0 }])
  })

  it('changes some files of a version, makes versions together, and writes files', async () => {
    writeFileSync(join(folder, 'notes.txt'), 'hi')
    const drafted = await ledger(
      'draft',
      'model:v0',
      '--add',
      `${join(folder, 'notes.txt')}=docs/notes.txt`,
      '--expect-newest',
    )
    expect(drafted.out).toBe('acme/churn/model:v1 from v0\n')
    await ledger('upsert', 'eval', join(folder, 'notes.txt'), '--type', 'eval', '--id', 'e1', '--writer', 'w1')
    expect((await ledger('list', 'drafts')).out).toMatch(/acme\/churn\/eval +e1 +0 .* 1 +w1\n/)
    const commit = ['commit', 'eval', '--type', 'eval', '--id', 'e1']
    expect(await ledger(...commit, '--writers', '2')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/2 writers, and it has 1: w1/),
    })
    expect(await ledger(...commit, '--writers', 'w1,w2', '--writers', 'w3')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/is without w2, w3/),
    })
    expect(await ledger(...commit, '--writers', '1', '--writers', 'w1')).toMatchObject({ code: 2 })
    expect((await ledger(...commit, '--writers', 'w1')).out).toBe('acme/churn/eval:v0 (generation 0, of w1)\n')
    expect((await ledger('show', 'eval:v0')).out).toMatch(/\n {2}writers +w1\n/)
    const more = ['upsert', 'eval', '--type', 'eval', '--id', 'e2']
    expect(await ledger(...more)).toMatchObject({ code: 2, err: expect.stringMatching(/content, or paths to remove/) })
    const all = join(folder, 'notes.txt')
    await ledger(...more, `${all}=more.txt`, '--base', 'eval:v0', '--writer', 'w1')
    expect((await ledger('list', 'drafts')).out).toMatch(/acme\/churn\/eval +e2 +0 .* v0 +1 +w1\n/)
    expect(await ledger(...more, '--base', 'eval:v7', '--remove', 'notes.txt')).toMatchObject({ code: 3 })
    expect(await ledger(...more, '--remove', 'nothing')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/nothing \(not there for /),
    })
    await ledger(...more, '--remove', 'notes.txt', '--writer', 'w2')
    expect(
      (await ledger('commit', 'eval', '--type', 'eval', '--id', 'e2', '--writers', '2', '--expect-newest')).out,
    ).toBe('acme/churn/eval:v1 from v0 (generation 0, of w1, w2)\n')
    expect((await ledger('files', 'eval:v1')).out).toMatch(/ more\.txt\n/)
    expect((await ledger('files', 'eval:v1')).out).not.toMatch(/ notes\.txt\n/)
    expect((await ledger('show', 'eval:v1')).out).toMatch(/\n {2}drafted from +acme\/churn\/eval:v0\n/)
    const late = ['upsert', 'eval', join(folder, 'notes.txt'), '--type', 'eval', '--id', 'e1', '--generation', '0']
    expect(await ledger(...late)).toMatchObject({ code: 1, err: expect.stringMatching(/generation 0 was sealed by /) })
    expect((await ledger(...late, '--open-next')).out).toBe('generation 1 of eval has the part\n')
    expect(await ledger('abandon', 'eval', '--id', 'e1', '--generation', '0')).toMatchObject({ code: 1 })
    expect((await ledger('abandon', 'eval', '--id', 'e1', '--generation', '1')).out).toContain('is abandoned')
    expect((await ledger('download', 'model:v1', join(folder, 'out'))).out).toContain('2 files written')
    expect((await ledger('verify')).out).toMatch(
      /^All is well: .*\nRead by Node \d+\.\d+\.\d+, SQLite 3\.\d+\.\d+ \((node:sqlite|better-sqlite3 \d+\.\d+\.\d+)\)\n$/,
    )
    expect((await ledger('gc')).out).toBe('Every file is needed.\n')
  })

  it('tells its version in one line, and what it runs on to a program', async () => {
    const { version } = manifest
    expect(await ledger('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' })
    expect(await ledger('-V')).toMatchObject({ out: `${version}\n` })
    const runtime = await sqliteRuntime()
    expect(runtime.sqlite).not.toBeNull()
    for (const args of [
      ['--version', '--json'],
      ['--json', '--version'],
    ])
      expect(JSON.parse((await ledger(...args)).out)).toEqual({ version, ...runtime })
    expect(await json('verify')).toMatchObject([{ runtime }])
  })

  it('moves a whole ledger', async () => {
    const file = join(folder, 'events.ndjson')
    expect((await ledger('export', file)).code).toBe(0)
    await ledger('--ledger', join(folder, 'copy'), 'init')
    expect((await ledger('--ledger', join(folder, 'copy'), 'import', file)).out).toMatch(
      /^(\d+) events, \1 of them new\n$/,
    )
    expect(await json('--ledger', join(folder, 'copy'), 'list', 'versions', 'model')).toEqual(
      (await json('list', 'versions', 'model')).map((version) => expect.objectContaining({ path: version.path })),
    )
  })

  it.each([
    ['a rule', 1, ['commit', 'eval', '--type', 'eval', '--id', 'empty']],
    ['wrong usage', 2, ['log', 'model']],
    ['an unknown option', 2, ['show', 'model:best', '--colour']],
    ['a moment that is none', 2, ['resolve', 'model:best', '--as-of', 'soon']],
    ['a missing name', 3, ['show', 'nobody:best']],
    ['a missing ledger', 3, ['--ledger', '/nowhere/at/all', 'list', 'models']],
    ['a missing file', 3, ['log', 'model', 'not-there.bin', '--type', 'model']],
    ['another holder', 4, ['alias', 'set', 'churn:v0', 'production', '--expect', 'absent']],
    ['a damaged export', 5, ['--ledger', join(folder, 'damaged'), 'import', join(folder, 'model.json')]],
  ] as ReadonlyArray<[string, number, ReadonlyArray<string>]>)(
    'answers %s with exit code %i',
    async (_, code, args) => {
      await ledger('--ledger', join(folder, 'damaged'), 'init')
      const answer = await ledger(...args)
      expect(answer.code, answer.err).toBe(code)
      expect(answer.err).not.toBe('')
    },
  )

  it('helps with every command, and with an example of each that asks for more than a name', async () => {
    const help = await ledger('--help')
    expect(help.code).toBe(0)
    const names = buildProgram(terminalIn(folder).terminal).commands.map((command) => command.name())
    for (const name of names) expect(help.out).toContain(`  ${name}`)
    for (const name of [
      'log',
      'draft',
      'link',
      'resolve',
      'show',
      'download',
      'history',
      'aliases',
      'lineage',
      'import',
    ]) {
      expect((await ledger(name, '--help')).out).toContain('$ model-ledger')
    }
  })

  it('is built with the commands alone that are asked for, as they are among all', () => {
    const { terminal } = terminalIn(folder)
    const all = buildProgram(terminal).commands
    for (const command of all) {
      const some = buildProgram(terminal, false, command.name()).commands
      if (command.name() !== 'completion') expect(some.length, command.name()).toBeLessThan(8)
      expect(some.find((each) => each.name() === command.name())?.helpInformation()).toBe(command.helpInformation())
    }
  })

  it('shows relative times and colour to people alone', async () => {
    const person = await commandLine(folder, { isPerson: true, showsProgress: true })('list', 'versions', 'model')
    expect(person.out).toContain('\u001b[2m')
    expect(person.out).toMatch(/\(\d+ years ago\)/)
    expect((await ledger('list', 'versions', 'model')).out).not.toContain('\u001b')
  })

  it('draws pictures', async () => {
    for (const args of [
      ['lineage', 'churn:production', '--format', 'svg'],
      ['aliases', 'churn', '--svg'],
    ]) {
      expect((await ledger(...args)).out).toMatch(/^<svg [\s\S]*<\/svg>\s*$/)
    }
    expect((await ledger('lineage', 'churn:production', '--format', 'mermaid')).out).toContain('flowchart')
    expect((await ledger('lineage', 'churn:production', '--format', 'dot')).out).toContain('digraph')
    expect((await ledger('lineage', 'churn:production', '--format', 'png')).code).toBe(2)
  })

  it('completes words in bash', async () => {
    const { out: script } = await ledger('completion', 'bash')
    const complete = (...words: ReadonlyArray<string>): ReadonlyArray<string> =>
      execFileSync('bash', [
        '--norc',
        '-c',
        `${script}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _model_ledger; printf '%s\\n' "\${COMPREPLY[@]}"`,
      ])
        .toString()
        .trimEnd()
        .split('\n')
    expect(complete('model-ledger', 'line')).toEqual(['lineage'])
    expect(complete('model-ledger', 'alias', 's')).toEqual(['set'])
    expect(complete('model-ledger', 'lineage', 'x', '--up')).toEqual(['--upstream'])
    expect(complete('model-ledger', 'lineage', 'x', '--format', 's')).toEqual(['svg'])
    expect(complete('model-ledger', 'run', 'finish', 'r', '--outcome', 'f')).toEqual(['finished', 'failed'])
    expect((await ledger('completion', 'fish')).out).toContain("-l kind -x -a 'artifact registered'")
    for (const shell of ['zsh', 'fish']) expect((await ledger('completion', shell)).out).toContain('lineage')
    expect((await ledger('completion', 'cmd')).code).toBe(2)
  })
})

describe('the command line on a history', () => {
  it('replays it, and says what is different between two moments', async () => {
    const replayed = await json('replay', 'churn')
    expect(replayed.map(({ type }) => type)).toContain('AliasMoved')
    expect((await ledger('replay', 'churn', '--until', '1')).out).toBe('')
    expect((await ledger('replay', 'churn')).out).toContain('best so far')
    expect((await ledger('diff-moments', '0', '1')).out).toMatch(/started +run=acme\/churn\/train-1/)
    expect((await ledger('diff-moments', '0')).out).toMatch(/created +collection=acme\/model-registry\/churn/)
    expect((await ledger('diff-moments', '1', '1')).out).toBe('Nothing changed.\n')
  })
})

describe('the command line on many versions', () => {
  it('finds versions, and says what differs between two', async () => {
    expect(await json('search', '--metric', 'accuracy>=0.9', '--kind', 'artifact')).toMatchObject([
      { path: 'acme/churn/model:v0' },
    ])
    const sorted = ['search', '--name', 'acme/churn/model', '--order-by', 'created', '--with-deleted']
    expect(await json(...sorted, '--ascending')).toEqual((await json(...sorted, '--descending')).reverse())
    expect((await ledger('search', '--order-by', 'size')).code).toBe(2)
    expect((await ledger('search', '--name', 'nobody/*')).out).toBe('There are no such versions.\n')
    const page = await ledger('search', '--limit', '1')
    expect(page.err).toMatch(/in all: go on with --cursor \S+\n/)
    expect((await ledger('search', '--metric', 'accuracy')).code).toBe(2)
    expect((await ledger('search', '--cursor', 'made-up')).code).toBe(2)
    expect((await ledger('diff', 'model:v0', 'model:v1')).out).toMatch(/\+ +- -> 2 B +docs\/notes\.txt\n/)
    expect((await ledger('diff', 'model:v0', 'model:v0')).out).toContain('Nothing differs.')
  })
})
