/** What is felt before anything else: how long a command line takes to answer, and what a process costs that embeds the library. */
import { spawnSync } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sqliteEventStore } from '../adapters/sqlite/index.js'
import { artifactPath, fill, versionsHistory } from './history.js'
import type { Benchmark, Done, Side } from './measure.js'
import { opened, temporaryFolder } from './support.js'

const root = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../' : '../../', import.meta.url))
const program = join(root, 'lib/adapters/cli/main.js')

/** Who, of names that leave it out whose, and in the folder where the program is run. */
const ENVIRONMENT = {
  MODEL_LEDGER: 'ledger',
  MODEL_LEDGER_ACTOR: 'bench',
  MODEL_LEDGER_ENTITY: 'acme',
  MODEL_LEDGER_PROJECT: 'bench',
}

/** What a program prints that ends well. */
const printed = (cwd: string, args: ReadonlyArray<string>, file = process.execPath): string => {
  const env = { ...process.env, ...ENVIRONMENT }
  const { status, stdout, stderr, error } = spawnSync(file, args, { cwd, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${file} ${args.join(' ')}: ${error?.message ?? `${stdout}${stderr}`}`)
  return stdout
}

const started = (cwd: string, args: ReadonlyArray<string>): Done => {
  const start = performance.now()
  const answer = printed(cwd, args)
  return { done: 1, seconds: (performance.now() - start) / 1000, answer: answer !== '' }
}

/** Nothing at all, which takes the least that any program for Node can. */
const nothing: Side = async () => ({ ...started(root, ['-e', '0']), answer: true })

const run = (folder: string, ...args: ReadonlyArray<string>): string => printed(folder, [program, ...args])

type Prepare = (folder: string, size: 'full' | 'smoke') => Promise<void>

const small: Prepare = async (folder) => {
  await writeFile(join(folder, 'weights'), 'net')
  run(folder, 'init', 'ledger')
  run(folder, 'log', 'model', 'weights', '--type', 'model')
}

/** In one artifact or in 10,000, with the snapshots that a first command leaves. */
const large =
  (artifacts: number): Prepare =>
  async (folder, size) => {
    run(folder, 'init', 'ledger')
    const store = await opened(sqliteEventStore({ path: join(folder, 'ledger/events.db'), durability: 'relaxed' }))
    await fill(
      store,
      versionsHistory(size === 'full' ? 1_000_000 : 1000, Math.min(artifacts, size === 'full' ? artifacts : 10)),
    )
    await store.close()
    run(folder, 'alias', 'set', `${artifactPath(0)}:v1`, 'best')
    run(folder, 'list', 'artifacts', '--limit', '1')
  }

const start = (
  name: string,
  most: number,
  what: string,
  args: ReadonlyArray<string>,
  prepare: Prepare = small,
): Benchmark => ({
  name: `start-${name}`,
  what: `${what}, against ${most} times as long as node -e 0`,
  unit: 'starts/s',
  budget: 1 / most,
  prepare: async (size) => {
    const folder = await temporaryFolder()
    await prepare(folder, size)
    return {
      ours: async () => started(folder, [program, ...args]),
      floor: nothing,
      close: () => rm(folder, { recursive: true, force: true }),
    }
  },
})

const ONE = 'of a ledger of 1,000,000 versions in one artifact'
const MANY = 'of a ledger of 1,000,000 versions in 10,000 artifacts'
const path = `${artifactPath(0)}:v1`
/** As the shell asks for what may stand in place of the last word. */
const completing = (version: string) => ['complete', 'resolve', version]

const starts: ReadonlyArray<Benchmark> = [
  start('version', 1.7, '--version', ['--version']),
  start('help', 1.7, '--help', ['--help']),
  start('completion', 1.7, 'what completes commands and options', ['completion', 'bash']),
  start('resolve', 3, 'resolve on a small ledger', ['resolve', 'model:v0']),
  start('show', 3, 'show on a small ledger', ['show', 'model:v0']),
  start('history', 3, 'history on a small ledger', ['history', 'model']),
  start('log', 3, 'log of one small file', ['log', 'model', 'weights', '--type', 'model']),
  start('names', 3, 'completion of names on a small ledger', completing('m')),
  start('resolve-one', 4, `resolve ${ONE}`, ['resolve', path], large(1)),
  start('show-one', 4, `show ${ONE}`, ['show', path], large(1)),
  start('alias-one', 4, `completion of an alias ${ONE}`, completing(`${artifactPath(0)}:b`), large(1)),
  start('resolve-many', 4, `resolve ${MANY}`, ['resolve', path], large(10_000)),
  start('show-many', 4, `show ${MANY}`, ['show', path], large(10_000)),
  start('alias-many', 4, `completion of an alias ${MANY}`, completing(`${artifactPath(0)}:b`), large(10_000)),
]

/** The build against which the import is held. */
const EARLIER = '1225755'

/** Built beside, from the history of this checkout. */
const earlierBuild = (folder: string): string => {
  const sources = join(folder, 'earlier')
  printed(folder, ['clone', '--quiet', root, sources], 'git')
  printed(sources, ['checkout', '--quiet', EARLIER], 'git')
  printed(sources, ['ci', '--silent'], 'npm')
  printed(sources, ['run', '--silent', 'build'], 'npm')
  return join(sources, 'dist/index.js')
}

interface Imported {
  /** Of the import, and up to the first answer. */
  readonly imported: number
  readonly answered: number
  /** That the import added to what is resident, in bytes. */
  readonly bytes: number
}

const imported = (folder: string, library: string): Imported =>
  JSON.parse(
    printed(folder, [
      '--input-type=module',
      '-e',
      `const [start, before] = [performance.now(), process.memoryUsage().rss]
       const { openLedger } = await import(${JSON.stringify(library)})
       const [imported, bytes] = [performance.now() - start, process.memoryUsage().rss - before]
       const ledger = await openLedger({ directory: 'ledger', actor: 'bench', entity: 'acme', project: 'bench' })
       await ledger.resolve('model:v0')
       const answered = performance.now() - start
       await ledger.close()
       console.log(JSON.stringify({ imported, answered, bytes }))`,
    ]),
  )

/** A ledger of one version, made by the build that opens it. */
const withVersion = (folder: string, library: string): void => {
  printed(folder, [
    '--input-type=module',
    '-e',
    `const { openLedger } = await import(${JSON.stringify(library)})
     const ledger = await openLedger({ directory: 'ledger', actor: 'bench', entity: 'acme', project: 'bench' })
     await ledger.logArtifact({ name: 'model', type: 'model', content: [{ bytes: 'net', as: 'weights' }] })
     await ledger.close()`,
  ])
}

const importing = (name: string, most: number, what: string, costOf: (of: Imported) => number): Benchmark => ({
  name: `import-${name}`,
  what: `${what}, against ${most} of what it was at commit ${EARLIER}`,
  unit: 'imports/s',
  budget: 1 / most,
  prepare: async (size) => {
    const folder = await temporaryFolder()
    const ours = join(root, 'lib/index.js')
    // A smoke run installs nothing.
    const earlier = size === 'full' ? earlierBuild(folder) : ours
    const sides = [ours, earlier].map(async (library, index): Promise<Side> => {
      const own = join(folder, `${index}`)
      await mkdir(own)
      withVersion(own, library)
      return async () => ({ done: 1, seconds: costOf(imported(own, library)), answer: true })
    })
    const [side, other] = await Promise.all(sides)
    if (side === undefined || other === undefined) throw new Error('there are two sides')
    return { ours: side, floor: other, close: () => rm(folder, { recursive: true, force: true }) }
  },
})

export const starting: ReadonlyArray<Benchmark> = [
  ...starts,
  importing('time', 0.35, 'how long an import of the library takes', (of) => of.imported / 1000),
  importing('memory', 0.35, 'what an import of the library adds to what is resident, in MB', (of) => of.bytes / 1e6),
  importing('answer', 0.5, 'import, opening a small ledger and its first resolve', (of) => of.answered / 1000),
]
