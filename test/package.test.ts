import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { brokenEventStores, brokenFileStores } from '../testing/index.js'
import { specifiersIn } from './support/imports.js'
import { METHODS, PAGES } from './support/ledger-methods.js'
import { followReadme, pack, succeed, write } from './support/packed.js'
import { withPublicTypes, wordsOf } from './support/public-types.js'

const root = fileURLToPath(new URL('../', import.meta.url))
const work = realpathSync(mkdtempSync(join(tmpdir(), 'model-ledger-package-')))
const consumer = join(work, 'consumer')
const installed = join(consumer, 'node_modules/model-ledger')

const entries = Object.entries(manifest.exports).flatMap(([path, target]) =>
  typeof target === 'string' ? [] : [path.replace(/^\./, 'model-ledger')],
)

/** What examples need and the pages say is to be installed. */
const NEEDED_BY_EXAMPLES = ['better-sqlite3', 'express', 'fastify', '@opentelemetry/api']

/** What README.md's example printed, in a folder that was empty before, and when all of it was done there once more. */
let printed: ReadonlyArray<ReadonlyArray<string>>

beforeAll(() => {
  const tarball = pack(work)
  mkdirSync(consumer)
  printed = [followReadme(consumer, tarball), followReadme(consumer, tarball)]
}, 300_000)

afterAll(() => rmSync(work, { recursive: true, force: true }))

const files = (): ReadonlyArray<string> =>
  readdirSync(installed, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(installed, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((file) => !file.startsWith('node_modules/'))

const read = (file: string): string => readFileSync(join(installed, file), 'utf8')

describe('the first minutes', () => {
  it('lead to a program that runs, and once more', () => {
    const [first, second] = printed.map((outputs) => outputs.at(-1) ?? '')
    const moved = (version: number) => `v${version} \\S+Z anna best so far\n`
    expect(first).toMatch(
      RegExp(`^acme/model-registry/churn:v0 acme/churn/model:v0 acme/churn/\\S+\nbefore: { latest: 0 }\n${moved(0)}$`),
    )
    expect(second).toMatch(
      /^acme\/model-registry\/churn:v1 acme\/churn\/model:v1 .*\nbefore: { latest: 1, production: 0 }\n/,
    )
    expect(second).toMatch(RegExp(`\n${moved(0)}${moved(1)}$`))
  })

  /** README.md's example as a function, which CommonJS can run. */
  const main = () => {
    const [first = '', ...rest] = readFileSync(join(consumer, 'example.mjs'), 'utf8').split('\n')
    expect(first).toBe("import { openLedger } from 'model-ledger'")
    return `const main = async () => {\n${rest.join('\n')}\n}\nmain()\n`
  }
  const runs = (file: string) => {
    rmSync(join(consumer, 'my-ledger'), { recursive: true })
    expect(succeed(consumer, process.execPath, file)).toMatch(/\nv0 \S+Z anna best so far\n$/)
  }

  it('lead there from CommonJS, too', () => {
    writeFileSync(join(consumer, 'required.cjs'), `const { openLedger } = require('model-ledger')\n${main()}`)
    runs('required.cjs')
  })

  it.each(['es', 'cjs'] as const)('lead there in a bundle (%s), which leaves out what is native', async (format) => {
    writeFileSync(join(consumer, 'entry.mjs'), `import { openLedger } from 'model-ledger'\n${main()}`)
    await build({
      root: consumer,
      configFile: false,
      logLevel: 'error',
      // As esbuild does: what is made CommonJS does not know where it lies.
      define: format === 'cjs' ? { 'import.meta.url': 'undefined' } : {},
      ssr: { noExternal: true, external: ['better-sqlite3'] },
      build: {
        ssr: 'entry.mjs',
        outDir: format,
        rolldownOptions: { output: { format, entryFileNames: `bundle.${format === 'cjs' ? 'cjs' : 'mjs'}` } },
      },
    })
    runs(`${format}/bundle.${format === 'cjs' ? 'cjs' : 'mjs'}`)
  })

  it('bring the command line', () => {
    expect(succeed(consumer, 'npx --offline model-ledger --help')).toContain('Usage: model-ledger')
  })

  it('need nothing on a Node with SQLite, and say on others in three lines what is needed', () => {
    const module = join(consumer, 'node_modules/better-sqlite3')
    const isThere = existsSync(module)
    if (isThere) renameSync(module, `${module}.away`)
    const program = join(installed, 'lib/adapters/cli/main.js')
    const { status, stderr } = spawnSync(process.execPath, [program, 'init', 'empty'], {
      cwd: consumer,
      encoding: 'utf8',
    })
    if (isThere) renameSync(`${module}.away`, module)
    if (Number(process.versions.node.split('.')[0]) >= 24) expect([status, stderr]).toEqual([0, ''])
    else {
      expect(status).toBe(6)
      expect(stderr).toMatch(
        /^model-ledger: no driver for SQLite .*\n {2}npm: {2}npm install .*\n {2}pnpm: pnpm add .*\n {2}yarn: yarn add .*\n$/,
      )
    }
  })

  it('bring the quickstart, and the commands that it ends with', () => {
    const program = 'node_modules/model-ledger/dist/examples/quickstart.js'
    const commands = succeed(consumer, process.execPath, program)
      .split('\n')
      .filter((line) => line.startsWith('  node '))
    expect(commands).toHaveLength(2)
    for (const command of commands) expect(succeed(consumer, command.trim())).not.toBe('')
    const directory = /--ledger (\S+)/.exec(commands.join())?.[1] ?? ''
    rmSync(directory, { recursive: true })
  })
})

describe('the packed package', () => {
  it('holds the built library, its documents and its examples, and nothing else', () => {
    const types = /^dist\/(index|(domain|projections|application|ledger|adapters|testing)\/.+)\.d\.ts$/
    const library = /^lib\/(.+\.js(\.map)?|LICENSES\.txt)$/
    const examples = /^dist\/examples\/.+\.js$/
    const pages = /^(docs\/.+\.(md|svg)|examples\/(.+\.ts|README\.md))$/
    const others = files().filter((file) => ![types, library, examples, pages].some((pattern) => pattern.test(file)))
    expect(others.toSorted()).toEqual(['CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE', 'README.md', 'package.json'])
    expect(files().filter((file) => file.includes('stale'))).toEqual([])
  })

  it('holds whatever its pages link to', () => {
    const links = files()
      .filter((file) => file.endsWith('.md'))
      .flatMap((page) =>
        [...read(page).matchAll(/(?:\]\(|src=")(?!https?:|#|mailto:)([^)"#\s]+)/g)].map(([, target = '']) =>
          join(dirname(page), target),
        ),
      )
    expect(links).toContain(join('docs', 'reference', 'errors.md'))
    expect(links.filter((target) => !existsSync(join(installed, target)))).toEqual([])
  })

  it.each([
    ['declarations', /^dist\/.+\.d\.ts$/, Object.keys(manifest.dependencies)],
    ['modules', /^lib\/.+\.js$/, Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })],
    ['examples', /^(dist\/)?examples\/.+\.[jt]s$/, ['model-ledger', ...NEEDED_BY_EXAMPLES]],
  ])('names in its %s no package that its users do not have', (_, kind, known) => {
    const allowed = new RegExp(`^(\\.{1,2}/|node:|(${known.join('|')})(/|$))`)
    const names = files()
      .filter((file) => kind.test(file))
      .flatMap((file) => specifiersIn(file, read(file)).map((name) => `${file}: ${name}`))
    expect(names.length).toBeGreaterThan(10)
    expect(names.filter((name) => !allowed.test(name.slice(name.indexOf(': ') + 2)))).toEqual([])
  })

  it('holds the programs that its examples say are to be run', () => {
    const programs = files()
      .filter((file) => file.startsWith('examples/'))
      .flatMap((file) => [...read(file).matchAll(/\bnode (\S+\.js)/g)].map(([, program = '']) => program))
    expect(programs.length).toBeGreaterThan(2)
    expect(programs.filter((program) => !existsSync(join(consumer, program)))).toEqual([])
  })

  // The one of all comes last: none leans on what another has loaded.
  const oneByOne = JSON.stringify(entries.toReversed())
  const notEmpty = Object.fromEntries(entries.map((entry) => [entry, true]))

  it.each([
    ['imported', 'module', 'await import(entry)'],
    ['required', 'commonjs', 'require(entry)'],
  ])('can be %s, by each of its entries', (_, type, loaded) => {
    const loop = `for (const entry of ${oneByOne}) found[entry] = Object.keys(${loaded}).length > 0`
    const script = `const found = {}; ${loop}; console.log(JSON.stringify(found))`
    expect(JSON.parse(succeed(consumer, process.execPath, `--input-type=${type}`, '-e', script))).toEqual(notEmpty)
  })

  describe('in an editor', () => {
    const SHOWN = ['Ledger', 'LedgerAsOf', 'Draft', 'Run', 'LedgerOptions'] as const
    let shown: ReadonlyMap<string, ReadonlyMap<string, string>>
    beforeAll(() => {
      write(join(consumer, 'shown.mts'), "export type * from 'model-ledger'\n")
      const compilerOptions = { module: 'nodenext', types: ['node'], strict: true, noEmit: true }
      const project = join(consumer, 'tsconfig.shown.json')
      write(project, JSON.stringify({ compilerOptions, files: ['shown.mts'] }))
      shown = withPublicTypes(
        project,
        join(installed, 'dist/index.d.ts'),
        (types) => new Map(SHOWN.map((name) => [name, wordsOf(types, name)])),
      )
    })

    it.each(SHOWN)('shows words for all of %s, and every option', (name) => {
      const words = [...(shown.get(name) ?? [])]
      expect(words.length).toBeGreaterThan(5)
      expect(words.filter(([, said]) => said === '')).toEqual([])
    })

    it('shows the options that the methods know, and no other', () => {
      const names = [...(shown.get('Ledger')?.keys() ?? [])]
      const optionsOf = (method: string) =>
        names.filter((name) => name.startsWith(`Ledger.${method}.`)).map((name) => name.split('.')[2])
      for (const [method, { required, optional }] of Object.entries({ ...METHODS, ...PAGES }))
        expect(optionsOf(method).sort(), method).toEqual(Object.keys({ ...required, ...optional }).sort())
    })
  })

  /** Compiles in the consumer's folder, where every file that the compiler reads is the consumer's or the compiler's own. */
  const compile = (compilerOptions: object, ...sources: ReadonlyArray<string>): void => {
    const options = {
      target: 'es2022',
      module: 'nodenext',
      types: ['node'],
      strict: true,
      skipLibCheck: false,
      noEmit: true,
    }
    const project = { compilerOptions: { ...options, ...compilerOptions }, include: sources }
    write(join(consumer, 'tsconfig.json'), JSON.stringify(project))
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    // What it finds makes it fail; what else it prints are the files.
    const files = succeed(consumer, process.execPath, compiler, '--listFiles').trim().split('\n')
    const library = /[\\/]lib\.[\w.]+\.d\.ts$/
    expect(files.length).toBeGreaterThan(50)
    expect(files.filter((file) => !library.test(file) && relative(consumer, file).startsWith('..'))).toEqual([])
  }

  it.each([true, false])('has types that a strict project accepts, exactOptionalPropertyTypes: %s', (exact) => {
    const imports = entries.map((entry, index) => `import * as entry${index} from '${entry}'\n`)
    const names = entries.map((_, index) => `entry${index}`)
    write(join(consumer, 'all.mts'), `${imports.join('')}export const all: object[] = [${names.join(', ')}]\n`)
    const requires = entries.map((entry, index) => `import entry${index} = require('${entry}')\n`)
    write(join(consumer, 'all.cts'), `${requires.join('')}export const all: object[] = [${names.join(', ')}]\n`)
    compile({ exactOptionalPropertyTypes: exact }, 'all.mts', 'all.cts')
  })

  describe.each(['node:test', 'vitest'] as const)('brings contracts that run under %s', (runner) => {
    const folder = join(work, runner.replace(':', '-'))
    beforeAll(() => {
      cpSync(join(installed, 'dist/examples/adapter'), folder, { recursive: true })
      write(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
      mkdirSync(join(folder, 'node_modules'))
      symlinkSync(installed, join(folder, 'node_modules/model-ledger'), 'junction')
      symlinkSync(join(root, 'node_modules/vitest'), join(folder, 'node_modules/vitest'), 'junction')
    })

    /** How many tests of a file pass, and which fail. */
    const outcomeOf = (file: string, text: string) => {
      writeFileSync(join(folder, file), text.replace("'node:test'", `'${runner}'`))
      const args =
        runner === 'vitest'
          ? [join(root, 'node_modules/vitest/vitest.mjs'), 'run', file, '--root', folder, '--reporter=tap-flat']
          : ['--test', '--test-reporter=tap', file]
      const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
      const named = (line: RegExp) => [...stdout.matchAll(line)].map(([, name = '']) => name)
      const [passed, failed] = [named(/^ *ok \d+ - (.*)$/gm), named(/^ *not ok \d+ - (.*)$/gm)]
      return { passed, failed, status, said: stdout + stderr }
    }

    it('against stores that were written for the test', () => {
      const { passed, failed, status, said } = outcomeOf(
        'own.test.js',
        readFileSync(join(folder, 'contract.js'), 'utf8'),
      )
      expect([failed, status], said).toEqual([[], 0])
      expect(passed.length).toBeGreaterThan(50)
    })

    it('and fail on each broken one', () => {
      const { passed, failed, status, said } = outcomeOf(
        'broken.test.js',
        `import { it } from 'node:test'
import { brokenEventStores, brokenFileStores } from 'model-ledger/testing'
for (const { name: broken, cases } of [...brokenEventStores, ...brokenFileStores])
  for (const { name, run } of cases) it(\`\${broken}: \${name}\`, run)
`,
      )
      const ofFile = (name: string) => !name.endsWith('broken.test.js')
      expect([passed.filter(ofFile), status], said).toEqual([[], 1])
      expect(failed.filter(ofFile)).toHaveLength(
        [...brokenEventStores, ...brokenFileStores].flatMap(({ cases }) => cases).length,
      )
    })
  })

  it('has examples that a strict project accepts when they are copied into it', () => {
    const own = join(consumer, 'copied')
    cpSync(join(installed, 'examples'), own, { recursive: true })
    // Their types are those of packages that are not there.
    for (const name of ['api', 'opentelemetry']) rmSync(join(own, name), { recursive: true })
    writeFileSync(join(own, 'package.json'), JSON.stringify({ type: 'module' }))
    cpSync(join(consumer, 'example.mjs'), join(own, 'example.mts'))
    compile({ target: 'es2023' }, 'copied/**/*')
  })
})
