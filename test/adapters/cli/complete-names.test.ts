/** Names for the shell: what may stand where somebody is typing. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandLine, ENV } from '../../support/command-line.js'

const cwd = mkdtempSync(join(tmpdir(), 'model-ledger-names-'))
const ledger = commandLine(cwd)
const main = fileURLToPath(new URL('../../../lib/adapters/cli/main.js', import.meta.url))

const isInstalled = (shell: string): boolean => spawnSync(shell, ['--version']).error === undefined

/** A folder with the program, as it is installed. */
const bin = (): string => {
  const folder = join(cwd, 'bin')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'model-ledger'), `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`, { mode: 0o755 })
  return folder
}

/** The names for the last of these words; nothing else may be printed. */
const namesFor = async (...words: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const { code, out, err } = await ledger('complete', ...words)
  expect([code, err]).toEqual([0, ''])
  return out.split('\n').slice(0, -1)
}

beforeAll(async () => {
  writeFileSync(join(cwd, 'a.txt'), 'a')
  writeFileSync(join(cwd, 'b.txt'), 'b')
  await ledger('init')
  await ledger('run', 'start', 'train-7')
  await ledger('log', 'model', 'a.txt', '--type', 'model', '--alias', 'best')
  await ledger('log', 'model', 'b.txt', '--type', 'model')
  await ledger('log', 'metrics', 'a.txt', '--type', 'data')
  await ledger('log', 'mothballed', 'b.txt', '--type', 'data')
  await ledger('archive', 'acme/churn/mothballed')
  await ledger('log', 'acme/zoo/lions', 'a.txt', '--type', 'model')
  await ledger('link', 'model:v0', 'Fine Tuned', '--alias', 'production')
  await ledger('init', 'other')
  await ledger('--ledger', 'other', 'log', 'elsewhere', 'a.txt', '--type', 'model')
})
afterAll(() => rmSync(cwd, { recursive: true }))

describe('the names for the shell', () => {
  it.each<readonly [string, ReadonlyArray<string>, ReadonlyArray<string>]>([
    ['artifacts, without what is archived', ['log', 'm'], ['model', 'metrics']],
    ['as they are written in full', ['log', 'acme/churn/me'], ['acme/churn/metrics']],
    ['projects first', ['log', 'acme/'], ['acme/churn/', 'acme/zoo/']],
    ['in a project of the entity that is set', ['log', 'zoo/'], ['zoo/lions']],
    ['of registered models', ['create', 'model', 'Fi'], ['Fine Tuned']],
    ['of a registered model, as the shell writes it', ['link', 'model:v0', 'Fine\\ T'], ['Fine Tuned']],
    ['of a registered model in quotes', ['link', 'model:v0', '"Fine T'], ['Fine Tuned']],
    ['of both where either may stand', ['show', 'acme/m'], ['acme/model-registry/']],
    ['of aliases and numbers', ['show', 'model:'], ['model:best', 'model:latest', 'model:v1', 'model:v0']],
    ['of aliases that begin so', ['link', 'acme/churn/model:be'], ['acme/churn/model:best']],
    ['of the versions of a registered model', ['unlink', 'Fine Tuned:p'], ['Fine Tuned:production']],
    ['of what is archived, by its name', ['show', 'mothballed:'], ['mothballed:latest', 'mothballed:v0']],
    ['of runs', ['run', 'finish', 't'], ['train-7']],
    ['of a run behind an option', ['log', 'model', 'a.txt', '--run', 'tr'], ['train-7']],
    ['of a run in the word of its option', ['log', 'model', 'a.txt', '--run=tr'], ['--run=train-7']],
    ['of a run where an option says that it is one', ['show', '--run', 'tr'], ['train-7']],
    ['of a base', ['upsert', 'model', '--base', 'model:b'], ['model:best']],
    ['behind options', ['--actor', 'ben', 'copy', '--reason', 'why', 'model:v0', 'me'], ['metrics']],
    ['of the ledger that the line names', ['show', '--ledger', 'other', 'e'], ['elsewhere']],
    ['of the project that the line names', ['--project=acme/zoo', 'show', 'l'], ['lions']],
    ['of aliases, of what is named before', ['alias', 'set', 'model:v1', ''], ['best', 'latest']],
    ['of aliases that are not named yet', ['alias', 'set', 'model:v1', 'best', ''], ['latest']],
    ['of an alias that is to be removed', ['alias', 'remove', 'Fine Tuned', 'p'], ['production']],
    ['none of aliases where nothing is of that name', ['alias', 'remove', 'nothing', 'p'], []],
    ['none where there is no such name', ['show', 'nothing:'], []],
    ['none where no name may stand', ['export', 'm'], []],
    ['none of files', ['log', 'model', 'm'], []],
    ['none of moments', ['diff-moments', 'm'], []],
    ['none where a command is typed', ['sh'], []],
    ['none where there is no ledger', ['--ledger', 'nowhere', 'show', 'm'], []],
    ['none where the ledger is a file', ['--ledger', 'a.txt', 'show', 'm'], []],
  ])('are those %s', async (_what, words, expected) => {
    expect(await namesFor(...words)).toEqual(expected)
  })

  it('are told without a word where the environment is wrong, too', async () => {
    const wrong = commandLine(cwd, { env: { ...ENV, MODEL_LEDGER_ENTITY: 'a/b', MODEL_LEDGER_ZONE: 'Nowhere' } })
    expect(await wrong('complete', 'show', 'm')).toEqual({ code: 0, out: '', err: '' })
  })

  it('change nothing in the ledger', async () => {
    const inIt = () =>
      readdirSync(join(cwd, '.model-ledger'), { recursive: true, encoding: 'utf8' })
        .sort()
        .map((path) => [
          path,
          statSync(join(cwd, '.model-ledger', path)).isFile()
            ? readFileSync(join(cwd, '.model-ledger', path), 'base64')
            : null,
        ])
    const before = inIt()
    await namesFor('show', 'model:')
    expect(inIt()).toEqual(before)
  })

  it('stand in the line of bash, which takes words apart', async () => {
    const { out: script } = await ledger('completion', 'bash')
    const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`
    const complete = (...words: ReadonlyArray<string>): ReadonlyArray<string> =>
      execFileSync(
        'bash',
        [
          '--norc',
          '-c',
          `${script}\nmodel-ledger() { ${quoted(process.execPath)} ${quoted(main)} "$@"; }\nCOMP_WORDS=(${words.map(quoted).join(' ')}); COMP_CWORD=${words.length - 1}; _model_ledger; printf '%s\\n' "\${COMPREPLY[@]}"`,
        ],
        { cwd, env: { ...process.env, ...ENV } },
      )
        .toString()
        .trimEnd()
        .split('\n')
    expect(complete('model-ledger', 'show', 'mo')).toEqual(['model'])
    expect(complete('model-ledger', 'show', 'model', ':')).toEqual(['best', 'latest', 'v1', 'v0'])
    expect(complete('model-ledger', 'show', 'model', ':', 'b')).toEqual(['best'])
    expect(complete('model-ledger', 'log', 'model', 'a.txt', '--run', '=', 'tr')).toEqual(['train-7'])
    expect(complete('model-ledger', 'link', 'model', ':', 'v0', 'Fi')).toEqual(['Fine\\ Tuned'])
    expect(complete('model-ledger', 'show', 'model', '--as')).toEqual(['--as-of'])
    expect(complete('model-ledger', 'show', 'nothing')).toEqual([''])
  })

  it.each<readonly [string, string, ReadonlyArray<string>, (script: string, line: string) => string]>([
    // As bashcompinit calls it when somebody types.
    [
      'zsh',
      'complete -o default -F _model_ledger model-ledger',
      ['-f', '-c'],
      (script, line) =>
        `autoload -Uz compinit; compinit -u -D\n${script}\nwords=(${line}); CURRENT=\${#words}; COMP_WORDS=(\${words}); COMP_CWORD=$((CURRENT - 1)); compgen -F _model_ledger -- \${words[-1]}`,
    ],
    ['fish', 'complete -c model-ledger ', ['--no-config', '-c'], (script, line) => `${script}\ncomplete -C '${line}'`],
  ])('stand in the line of %s', async (shell, registration, flags, asking) => {
    const { out: script } = await ledger('completion', shell)
    if (!isInstalled(shell)) {
      // Not silently: the report of the tests shows it.
      console.warn(`${shell} is not installed: its completion was looked at, and not run`)
      expect(script).toContain(registration)
      return
    }
    const folder = bin()
    const complete = (line: string): ReadonlyArray<string> =>
      execFileSync(shell, [...flags, asking(script, line)], {
        // Where there are no files, which fish offers, too.
        cwd: mkdtempSync(join(cwd, 'empty-')),
        env: {
          ...process.env,
          ...ENV,
          MODEL_LEDGER: join(cwd, '.model-ledger'),
          PATH: `${folder}:${process.env['PATH']}`,
        },
      })
        .toString()
        .split('\n')
        .map((found) => found.split('\t')[0] ?? '')
        // Zsh itself chooses those that begin so.
        .filter((found) => found !== '' && found.startsWith(line.split(' ').at(-1) ?? ''))
        .sort()
    expect(complete('model-ledger show mo')).toEqual(['model'])
    expect(complete('model-ledger show model:b')).toEqual(['model:best'])
    expect(complete('model-ledger alias remove model b')).toEqual(['best'])
    expect(complete('model-ledger run fin')).toEqual(['finish'])
    expect(complete('model-ledger search --kind art')).toEqual(['artifact'])
  })

  it('are asked for by fish where they may stand', async () => {
    const { out } = await ledger('completion', 'fish')
    expect(out).toContain("-n '__fish_seen_subcommand_from show' -a '(model-ledger complete ")
    expect(out).toContain("-n '__fish_seen_subcommand_from log' -l run -x -a '(model-ledger complete ")
    expect(out).not.toContain("-n '__fish_seen_subcommand_from export' -a")
  })
})
