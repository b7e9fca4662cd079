/**
 * Makes what is published, below `lib/` or the folder that is named: one file for each entry of package.json and for
 * the command line, over shared ones that hold our modules and those of the packages that all of them need. Node
 * takes half a millisecond for each file that it loads, and the sources are six hundred. See ADR 38.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Plugin, RolldownMagicString, rolldown } from 'rolldown'
import { esmExternalRequirePlugin } from 'rolldown/plugins'
import { parseSync, Visitor } from 'rolldown/utils'

// As npm runs scripts.
const root = process.cwd()
const manifest = readFileSync(join(root, 'package.json'), 'utf8')

/** `./lib/domain/index.js` is made of `domain/index.ts`. */
const entries = [...manifest.matchAll(/"\.\/lib\/(.+)\.js"/g)].map(([, name = '']) => name)

/** The terms of the packages that are built in, which go with every copy of them. */
const licences: Plugin = {
  name: 'licences',
  generateBundle(_, bundle) {
    const inside = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
    const packages = inside.flatMap(
      (id) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id.replaceAll(sep, '/'))?.[1] ?? [],
    )
    const terms = [...new Set(packages)].sort().map((name) => {
      const folder = join(root, 'node_modules', name)
      const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each))
      if (file === undefined) throw new Error(`${folder} does not say on what terms it may be passed on`)
      return `${name}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
    })
    this.emitFile({ type: 'asset', fileName: 'LICENSES.txt', source: terms.join(`\n${'-'.repeat(80)}\n\n`) })
  },
}

/**
 * Makes functions of the arrows that stand in no other function. V8 passes over the body of a function until it is
 * called; that of an arrow it reads in full where it stands in a module, which takes it nearly twice as long.
 */
const functions: Plugin = {
  name: 'functions',
  renderChunk(code, { fileName }) {
    const made = new RolldownMagicString(code)
    let depth = 0
    let isOfOutside = false
    const enter = (): void => {
      if (depth === 0) isOfOutside = false
      depth += 1
    }
    const leave = (): void => {
      depth -= 1
    }
    // In these alone the two differ. Within a class or another function they may be its own: then the arrow stays, too.
    const ofOutside = (): void => {
      isOfOutside = true
    }
    new Visitor({
      FunctionDeclaration: enter,
      'FunctionDeclaration:exit': leave,
      FunctionExpression: enter,
      'FunctionExpression:exit': leave,
      ClassDeclaration: enter,
      'ClassDeclaration:exit': leave,
      ClassExpression: enter,
      'ClassExpression:exit': leave,
      ThisExpression: ofOutside,
      Identifier: ({ name }) => {
        if (name === 'arguments') ofOutside()
      },
      ArrowFunctionExpression: enter,
      'ArrowFunctionExpression:exit': ({ start, end, params, expression }) => {
        leave()
        if (depth > 0 || isOfOutside) return
        const arrow = code.indexOf('=>', params.at(-1)?.end ?? start)
        made.appendRight(code.indexOf('(', start), 'function ')
        if (expression) made.overwrite(arrow, arrow + 2, '{ return (').appendLeft(end, '); }')
        else made.remove(arrow, arrow + 2)
      },
    }).visit(parseSync(fileName, code).program)
    return made
  },
}

/** What commander asks Node for, of which the first is at hand and the other, for programs of their own, never used: 3 ms of a start. */
const SPARED: Readonly<Record<string, string>> = {
  'node:process': 'module.exports = process',
  'node:child_process': 'module.exports = {}',
}
const sparing: Plugin = {
  name: 'sparing',
  resolveId: (id) => (id in SPARED ? `\0${id}` : null),
  load: (id) => SPARED[id.slice(1)] ?? null,
}

const bundled = await rolldown({
  cwd: root,
  platform: 'node',
  input: {
    ...Object.fromEntries(entries.map((name) => [name, `${name}.ts`])),
    // A thread begins with a file, which is looked for beside the one that begins it.
    'shared/reading-worker': 'adapters/sqlite/reading-worker.ts',
  },
  // Native, or for one store alone, which loads it when it is used.
  external: ['better-sqlite3', /^@eventstore\/db-client(\/|$)/],
  resolve: {
    // As ES modules, of which what is not used is left out.
    alias: {
      'fp-ts/lib': join(root, 'node_modules/fp-ts/es6'),
      rxjs: join(root, 'node_modules/rxjs/dist/esm/index.js'),
    },
    mainFields: ['module', 'main'],
  },
  // What asks for Node's modules by `require` imports them: a bundle of CommonJS that is made of this cannot make a `require`.
  plugins: [licences, functions, sparing, esmExternalRequirePlugin({ external: [/^node:(?!(child_)?process$)/] })],
})
const names = {
  entryFileNames: '[name].js',
  // What has the name of its folder would be called after the checkout.
  chunkFileNames: ({ name }: { readonly name: string }) => `shared/${name === basename(root) ? 'index' : name}.js`,
}

// Without any grouping, to see which sources each entry waits for.
const { output } = await bundled.generate(names)
const sourcesOf = (file: string, known = new Set<string>()): ReadonlyArray<string> => {
  const chunk = output.find((each) => each.type === 'chunk' && each.fileName === file)
  if (chunk?.type !== 'chunk' || known.has(file)) return []
  known.add(file)
  return [...chunk.moduleIds, ...chunk.imports.flatMap((imported) => sourcesOf(imported, known))]
}
const fromRoot = (id: string): string => id.slice(root.length + 1).replaceAll(sep, '/')
const isOfCommandLine = (id: string): boolean =>
  /^(adapters\/cli|node_modules\/(commander|fast-string-\w+))\//.test(fromRoot(id))
const neededBy = (file: string): ReadonlySet<string> => new Set(sourcesOf(file).filter((id) => !isOfCommandLine(id)))
const [library, program, thread] = [
  neededBy('index.js'),
  neededBy('shared/command-line.js'),
  neededBy('shared/reading-worker.js'),
]
/** Of the command line what both its beginning and what a command loads need. */
const [beginning, later] = [sourcesOf('shared/command-line.js'), sourcesOf('shared/library.js')]
const inBoth = new Set(beginning.filter((id) => isOfCommandLine(id) && later.includes(id)))

/**
 * Few files, each of which needs those before it alone: what library and command line both wait for, what one of them or the
 * thread needs besides, and what it takes to open a ledger. What is seldom used stays by itself.
 */
const groups = [
  { name: 'start', test: (id: string) => library.has(id) && program.has(id) },
  { name: 'face', test: (id: string) => library.has(id) },
  { name: 'program', test: (id: string) => program.has(id) || inBoth.has(id) },
  { name: 'reading', test: (id: string) => thread.has(id) && !id.endsWith('reading-worker.ts') },
  {
    name: 'ledger',
    test: (id: string) =>
      /^(domain|projections\/(?!render\/)|application|ledger|adapters\/(directory|sqlite|shared|system)|open-ledger)/.test(
        fromRoot(id),
      ) &&
      !/(reading-worker|examining)\.ts$/.test(id) &&
      !entries.includes(fromRoot(id).replace(/\.ts$/, '')),
  },
].map((group, index, all) => ({ ...group, priority: all.length - index }))

const dir = resolve(process.argv[2] ?? 'lib')
await bundled.write({ dir, ...names, sourcemap: true, codeSplitting: { groups } })
await bundled.close()

/** As V8 writes down what was called: the first range of a function is all of it. */
interface Coverage {
  readonly result: ReadonlyArray<{ readonly url: string; readonly functions: ReadonlyArray<Called> }>
}
interface Called {
  readonly ranges: readonly [
    { readonly startOffset: number; readonly endOffset: number; readonly count: number },
    ...ReadonlyArray<unknown>,
  ]
}

/** What of each file these commands call, one after another, as `start-end`; nothing where they cannot be run, for lack of a driver for SQLite, say. */
const calledBy = (...commands: ReadonlyArray<ReadonlyArray<string>>): ReadonlyMap<string, ReadonlySet<string>> => {
  const folder = mkdtempSync(join(tmpdir(), 'model-ledger-'))
  const coverage = join(folder, 'coverage')
  // Nothing of whoever builds: their ledger may be named there.
  const env = { NODE_V8_COVERAGE: coverage, NODE_DISABLE_COMPILE_CACHE: '1', MODEL_LEDGER_ACTOR: 'build' }
  const called = new Map<string, Set<string>>()
  try {
    writeFileSync(join(folder, 'weights'), 'net')
    for (const args of commands) {
      const command = [join(dir, 'adapters/cli/main.js'), ...args]
      const { status, stderr } = spawnSync(process.execPath, command, { cwd: folder, env, encoding: 'utf8' })
      if (status === 0) continue
      process.stderr.write(
        `What a start calls is not marked, so that it takes longer on Node 24: ${args[0]}: ${stderr}`,
      )
      return called
    }
    for (const name of readdirSync(coverage)) {
      const { result }: Coverage = JSON.parse(readFileSync(join(coverage, name), 'utf8'))
      for (const { url, functions } of result) {
        const places = called.get(url) ?? new Set()
        called.set(url, places)
        for (const { ranges } of functions)
          if (ranges[0].count > 0) places.add(`${ranges[0].startOffset}-${ranges[0].endOffset}`)
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return called
}

/**
 * Puts what commands call into parentheses: such a function V8 compiles where it stands, others when they are called. What
 * Node keeps of a file for the next start it takes before anything is called, so only these are in it.
 */
const version = 'acme/build/model'
for (const [url, places] of calledBy(
  ['init'],
  ['log', version, 'weights', '--type', 'model'],
  ['resolve', version],
  ['show', version],
  ['history', version],
)) {
  const file = url.startsWith('file:') ? fileURLToPath(url) : ''
  if (!file.startsWith(dir)) continue
  const code = readFileSync(file, 'utf8')
  const made = new RolldownMagicString(code)
  const enclose = ({ start, end }: { readonly start: number; readonly end: number }): void => {
    if (places.has(`${start}-${end}`)) made.appendLeft(start, '(').appendRight(end, ')')
  }
  new Visitor({ FunctionExpression: enclose, ArrowFunctionExpression: enclose }).visit(parseSync(file, code).program)
  writeFileSync(file, made.toString())
}
