/** docs/coming-from-wandb.md: what it says of methods, commands and tests is there. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { buildProgram } from '../adapters/cli/program.js'
import { openLedger } from '../index.js'
import { commandLine, commandsOf, ENV, optionsOf, terminalIn } from './support/command-line.js'
import { DOWNLOADS, DRAFT, LEDGER, RUN } from './support/public-methods.js'
import { read, root } from './support/sources.js'
import { OF_A_DRAFT, OF_A_LEDGER, OF_A_RUN } from './ways-in.js'

const page = read('docs/coming-from-wandb.md')

/** The rows of all tables, by the words of their heads. */
const rows = [...page.matchAll(/^\|(.+)\|\n\|[-|]+\|\n((?:\|.*\|\n)+)/gm)].flatMap(([, head = '', body = '']) => {
  const names = cellsOf(head)
  return body
    .trimEnd()
    .split('\n')
    .map((line) => {
      const cells = cellsOf(line.replace(/^\||\|$/g, ''))
      return {
        line,
        cells: Object.fromEntries(names.map((name, at) => [name, cells[at] ?? ''])),
        isWhole: cells.length === names.length,
      }
    })
})

function cellsOf(line: string): ReadonlyArray<string> {
  return line.split('|').map((cell) => cell.trim())
}

const codeIn = (cell: string | undefined): ReadonlyArray<string> =>
  [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)

/** `run.logArtifact({ name })` is one of a run in hand. */
const isMethod = (code: string): boolean => {
  const [, of = '', name = ''] = /^(?:(\w+)\.)?(\w+)\(/.exec(code) ?? []
  const methods: object = of === 'run' ? OF_A_RUN : of === 'draft' ? OF_A_DRAFT : OF_A_LEDGER
  return ['', 'run', 'draft'].includes(of) && Object.hasOwn(methods, name)
}

const SAMPLES: Readonly<Record<string, object>> = { draft: DRAFT, run: RUN, '': LEDGER }

/** What a call is not given as its method takes it: a text in place of an object, a member that there is not. */
const misgivenIn = (code: string): ReadonlyArray<string> => {
  const [, of = '', name = '', given = ''] = /^(?:(\w+)\.)?(\w+)\((.*)\)$/.exec(code) ?? []
  const sample: unknown = Reflect.get(SAMPLES[of] ?? {}, name)
  const taken: ReadonlyArray<unknown> = typeof sample === 'function' ? sample() : []
  // Content is given in many forms, and metrics have names of the caller's own.
  if (Array.isArray(taken[0]) || name === 'summarise') return []
  const first = given.startsWith("'") ? 'string' : given.startsWith('{') ? 'object' : undefined
  const flat = given.replace(/'[^']*'|\[[^\]]*\]/g, '…').replace(/:\s*\{[^{}]*\}/g, ': …')
  const members = [...flat.matchAll(/[{,]\s*(\w+)\s*(?=[,:}])/g)].map(([, member = '']) => member)
  const known = taken.flatMap((one) => Object.keys(Object(one)))
  return [
    ...(first !== undefined && typeof taken[0] !== first ? [`${code}: begins with ${typeof taken[0]}`] : []),
    ...(flat.includes('{') ? members : [])
      .filter((member) => !known.includes(member))
      .map((member) => `${code}: no ${member}`),
  ]
}

const program = buildProgram(terminalIn('/').terminal)
const commands = commandsOf(program)
const problemsOf = (line: string): ReadonlyArray<string> => {
  const words = line.split(' ')
  const command = commands.get(words.slice(0, 2).join(' ')) ?? commands.get(words[0] ?? '')
  if (command === undefined) return [`${line}: no such command`]
  const known = [...optionsOf(command), ...optionsOf(program)]
  return (line.match(/(?<= )--[\w-]+/g) ?? [])
    .filter((option) => !known.includes(option))
    .map((option) => `${line}: no ${option}`)
}

afterAll(() => rmSync(DOWNLOADS, { recursive: true, force: true }))

describe('docs/coming-from-wandb.md', () => {
  it('has rows that are whole, each shown by tests that are there', () => {
    expect(rows.length).toBeGreaterThan(60)
    expect(rows.filter(({ isWhole }) => !isWhole).map(({ line }) => line)).toEqual([])
    const wrong = rows.flatMap(({ line, cells }) => {
      const named = [...(cells['shown by'] ?? '').matchAll(/`(test\/[\w./-]+)` “([^”]+)”/g)]
      if (named.length === 0) return [`${line}: no test`]
      return named.flatMap(([, file = '', name = '']) =>
        existsSync(root + file) && read(file).includes(name) ? [] : [`${file} ${name}`],
      )
    })
    expect(wrong).toEqual([])
  })

  it('names methods of the library, and gives them what they take', () => {
    const calls = rows.flatMap(({ cells }) => codeIn(cells['in the library']).filter((code) => code.includes('(')))
    expect(calls.length).toBeGreaterThan(50)
    expect(calls.filter((code) => !isMethod(code))).toEqual([])
    expect(calls.flatMap(misgivenIn)).toEqual([])
  })

  it('names commands with options that they have', () => {
    expect(lines.length).toBeGreaterThan(50)
    expect(lines.flatMap(problemsOf)).toEqual([])
  })
})

const lines = rows.flatMap(({ cells }) => codeIn(cells['on the command line']))

describe('the command lines of the page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'model-ledger-coming-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const ledger = commandLine(folder, { env: { ...ENV, MODEL_LEDGER_CACHE: join(folder, 'cache') } })

  /** What they take for granted: some files, and a ledger in which people have worked. */
  const furnish = async (): Promise<void> => {
    for (const directory of ['out', 'images', 'dir_to_remove']) mkdirSync(join(folder, directory))
    const files =
      'my_model.h5 image1.png image2.png cats.csv mice.csv file_to_add.txt modified_file.txt README.md out/w.bin images/a.png dir_to_remove/b.txt'
    for (const file of files.split(' ')) writeFileSync(join(folder, file), `content of ${file}`)
    await ledger('init')
    const inHand = await openLedger({
      directory: join(folder, '.model-ledger'),
      actor: 'anna',
      entity: 'acme',
      project: 'churn',
    })
    const dataset = { name: 'data', type: 'dataset', content: { bytes: 'x', as: 'x.csv' } }
    await inHand.logArtifact(dataset)
    const old = [join(folder, 'modified_file.txt'), { directory: join(folder, 'dir_to_remove'), as: 'dir_to_remove' }]
    await inHand.logArtifact({ name: 'animals', type: 'dataset', content: old })
    await inHand.logArtifact({ name: 'churn', type: 'model', content: { bytes: 'c', as: 'c.bin' } })
    await inHand.startRun({ run: 'eval-3' })
    for (const version of [0, 1, 2, 3]) {
      const run = await inHand.startRun()
      await run.useArtifact('data:v0')
      await run.summarise({ acc: version })
      const content = { bytes: `weights ${version}`, as: 'model.h5' }
      await run.logArtifact({ name: 'my_model', type: 'model', content })
      await inHand.link({ version: 'my_model', to: 'MNIST', aliases: ['staging'] })
      const table = { columns: ['id', 'label'], rows: [[1, `label ${version}`]] }
      await run.logArtifact({ name: 'eval', type: 'eval', content: { table, as: 'predictions.table.json' } })
    }
    await inHand.close()
  }

  it('can be given, one after another', async () => {
    await furnish()
    const foundNothing: string[] = []
    for (const line of lines) {
      const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '')
      const { code, err, out } = await ledger(...words)
      expect({ line, code, err }).toEqual({ line, code: 0, err: expect.anything() })
      if (/^There (is|are) no /.test(out)) foundNothing.push(line)
    }
    // By then the tag is taken away again, and the drafts are sealed.
    expect(foundNothing).toEqual(['list models --tag vision', 'list models --text "digits vision"', 'list drafts'])
  })
})
