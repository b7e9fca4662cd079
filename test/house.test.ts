import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { visit } from './support/imports.js'
import { tooLongIn } from './support/sizes.js'
import { foldersIn, importsOf, read, root, sourceFiles } from './support/sources.js'

/** `readline` ends lines at U+2028 on Node 24: whatever reads lines splits at line feeds. */
const NODE = /^node:(?!readline)/
const DEPENDENCY = new RegExp(
  `^(${Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }).join('|')})(/|$)`,
)

/** fp-ts and io-ts may be used everywhere, by the paths that plain Node can load. */
const FUNCTIONAL = /^(fp|io)-ts(\/|$)/
const LOADABLE = /^(fp-ts\/lib\/\w+\.js|io-ts(\/lib\/\w+\.js)?)$/

/**
 * The dependency rule. The first line that names a file holds for it: it may import what matches one of
 * these patterns, our own files by their path from the root, others by their specifier.
 */
const rule: ReadonlyArray<readonly [file: RegExp, mayImport: ReadonlyArray<RegExp>]> = [
  [/^domain\/values\/digest\.ts$/, [/^domain\//, /^node:crypto$/]],
  [/^domain\/values\/(built-ins|clone)\.ts$/, [/^node:util\/types$/]],
  [/^domain\/values\/similar-names\.ts$/, [/^leven$/]],
  [/^domain\//, [/^domain\//]],
  [/^projections\/render\/layout\.ts$/, [/^@dagrejs\/dagre$/]],
  [/^projections\//, [/^(domain|projections)\//]],
  [/^application\/manifest-store\.ts$/, [/^domain\//, /^lru-cache$/]],
  [/^application\//, [/^(domain|projections|application)\//, /^rxjs$/]],
  [/^ledger\/diagnostics\/tracing\.ts$/, [/^(domain|ledger)\//, /^node:diagnostics_channel$/]],
  [/^ledger\//, [/^(domain|projections|application|ledger)\//, /^rxjs$/, /^node:(util|path|events)$/]],
  [
    /^adapters\/cli\//,
    [/^(domain|projections|application|ledger|adapters)\//, /^(index|open-ledger)\.ts$/, NODE, DEPENDENCY],
  ],
  // An adapter does not know another, but for what they share.
  ...foldersIn('adapters').map((name): (typeof rule)[number] => [
    new RegExp(`^adapters/${name}/`),
    [new RegExp(`^(domain|adapters/${name}|adapters/shared)/`), NODE, DEPENDENCY],
  ]),
  [
    /^(index|open-ledger)\.ts$/,
    [/^(domain|projections|application|ledger|adapters)\//, /^open-ledger\.ts$/, NODE, DEPENDENCY],
  ],
  // No test framework: it runs under every one.
  [/^testing\//, [/^(domain|ledger|adapters|testing)\//, /^(index|open-ledger)\.ts$/, NODE, DEPENDENCY]],
  [/^(bench|examples|test)\/|^(bundle|vitest\.config)\.ts$/, [/./]],
]

/** Where JSON may be read past `parseJson`, and for which files that is looked at. */
const READS_JSON = /^domain\/values\/json(-reader)?\.ts$/
/** Where it is told what a value is, and where copies are made that are of this realm. */
const KNOWS_REALMS = /^domain\/values\/(built-ins|clone)\.ts$/
const SHIPPED = /^(domain|projections|application|ledger|adapters|testing)\/|^(index|open-ledger)\.ts$/

/** What is longer than it may be, and why; what is not longer any more leaves this table. */
const LONG: Readonly<Record<string, string>> = {
  'application/command-handling/command-error.ts describeCommandError': 'a switch over every refusal',
  'projections/audit/event-description.ts describeEvent': 'a switch over every type of event',
  'domain/values/json-reader.ts readJson':
    'a grammar: a small function for each production, all at one place of one text',
}

/** Files whose length is looked at. */
const MEASURED = /^(domain|projections|application|ledger|adapters|testing)\/|^(index|open-ledger)\.ts$/

describe('the house', () => {
  it('has every import where the dependency rule allows it, and no other way around a check', () => {
    expect(sourceFiles().flatMap((file) => problems(file, read(file)))).toEqual([])
  })

  it('has no circle of imports', () => {
    expect(circles(new Map(sourceFiles().map((file) => [file, importsOf(file, read(file))])))).toEqual([])
  })

  it('has no file over 300 lines, and no function over 80 (in adapters 120), but those that have a reason', () => {
    const long = sourceFiles()
      .filter((file) => MEASURED.test(file))
      .flatMap((file) => tooLongIn(file, read(file)))
    const names = new Set(long.map(({ what }) => what))
    expect(long.filter(({ what }) => !(what in LONG))).toEqual([])
    expect(Object.keys(LONG).filter((what) => !names.has(what))).toEqual([])
  })

  it('is linted and formatted (repair with: npm run format)', () => {
    expect(run('@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.')).toBe('')
  })

  it('has right types', () => {
    expect(run('typescript/bin/tsc', '--noEmit')).toBe('')
  })
})

describe('the check of the house', () => {
  it.each([
    ['domain/artifact/decide.ts', `import { x } from '../../projections/x.js'`, 'projections/x.ts'],
    [
      'domain/artifact/decide.ts',
      `import type { X } from '../../adapters/memory/index.js'`,
      'adapters/memory/index.ts',
    ],
    ['domain/artifact/decide.ts', `export * from '../../index.js'`, 'index.ts'],
    ['domain/artifact/decide.ts', `export { x } from 'rxjs'`, 'rxjs'],
    ['domain/artifact/decide.ts', `import { createHash } from 'node:crypto'`, 'node:crypto'],
    ['domain/artifact/decide.ts', `type X = import('better-sqlite3').Database`, 'better-sqlite3'],
    ['domain/artifact/decide.ts', `const x = await import('node:fs')`, 'node:fs'],
    ['domain/values/digest.ts', `import 'node:fs'`, 'node:fs'],
    ['domain/json.ts', `import * as E from 'fp-ts/Either'`, 'fp-ts/Either'],
    ['test/x.test.ts', `import { pipe } from 'fp-ts/function'`, 'fp-ts/function'],
    ['projections/registry.ts', `import { memory } from '../adapters/memory/index.js'`, 'adapters/memory/index.ts'],
    ['adapters/sqlite/store.ts', `import { x } from '../elsewhere/x.js'`, 'adapters/elsewhere/x.ts'],
    ['adapters/shared/x.ts', `import { x } from '../sqlite/x.js'`, 'adapters/sqlite/x.ts'],
    ['ledger/ledger.ts', `import { x } from '../adapters/sqlite/x.js'`, 'adapters/sqlite/x.ts'],
    ['adapters/sqlite/store.ts', `import { openLedger } from '../../index.js'`, 'index.ts'],
    ['adapters/sqlite/store.ts', `import { it } from 'vitest'`, 'vitest'],
    ['index.ts', `import { x } from './test/support/x.js'`, 'test/support/x.ts'],
    ['stray.ts', `import { x } from './domain/x.js'`, 'domain/x.ts'],
    ['adapters/sqlite/store.ts', `const x = import(name)`, 'name'],
    ['adapters/cli/main.ts', `const x = JSON.parse(text)`, 'JSON.parse'],
    ['adapters/cli/main.ts', `import { createInterface } from 'node:readline'`, 'node:readline'],
    ['ledger/x.ts', `const x = y instanceof Error`, 'y instanceof Error'],
    ['ledger/x.ts', `const x = types.find((type) => y instanceof type)`, 'y instanceof type'],
    ['ledger/x.ts', `const x = Object.getPrototypeOf(y) === Object.prototype`, '=== Object.prototype'],
    ['ledger/x.ts', `const x = y.constructor !== z.constructor`, 'y.constructor !== z.constructor'],
    ['ledger/x.ts', `const x = structuredClone(y)`, 'structuredClone'],
    ['test/x.test.ts', `const x = y as unknown as string`, 'y as unknown as string'],
    ['test/x.test.ts', `fc.assert(fc.asyncProperty(x, y))`, 'fc.assert(fc.asyncProperty(x, y))'],
    ['test/x.test.ts', `vi.mock('node:os')`, 'vi.mock'],
    ['test/x.test.ts', `await vi.waitFor(() => x())`, 'vi.waitFor'],
    ['test/x.test.ts', `expect(x).rejects.toThrow()`, 'expect(x).rejects.toThrow()'],
  ])('finds in %s: %s', (file, text, culprit) => {
    expect(problems(file, text)).toEqual([expect.stringContaining(culprit)])
  })

  it.each([
    ['domain/values/digest.ts', `import { createHash } from 'node:crypto'`],
    ['domain/artifact/decide.ts', `import * as E from 'fp-ts/lib/Either.js'\nimport * as t from 'io-ts'`],
    ['projections/registry.ts', `import type { Json } from '../domain/values/json.js'`],
    ['adapters/sqlite/store.ts', `import { x } from '../shared/x.js'\nimport 'node:fs'`],
    ['ledger/x.ts', `const x = y instanceof LedgerError`],
    ['adapters/cli/main.ts', `import { openLedger } from '../../index.js'\nimport { x } from '../memory/index.js'`],
    ['test/x.test.ts', `await fc.assert(fc.asyncProperty(x, y)); await expect(x).rejects.toThrow()`],
  ])('finds nothing in %s: %s', (file, text) => {
    expect(problems(file, text)).toEqual([])
  })

  it('finds what is long', () => {
    const long = `export const f = () => {\n${'  g()\n'.repeat(80)}}\n`
    expect(tooLongIn('ledger/x.ts', long)).toEqual([{ what: 'ledger/x.ts f', lines: 82, most: 80 }])
    expect(tooLongIn('adapters/x.ts', long)).toEqual([])
    expect(tooLongIn('adapters/x.ts', '\n'.repeat(301))).toEqual([{ what: 'adapters/x.ts', lines: 301, most: 300 }])
  })

  it('finds a circle', () => {
    const imports = new Map([
      ['a.ts', ['b.ts', 'fp-ts']],
      ['b.ts', ['c.ts']],
      ['c.ts', ['b.ts']],
    ])
    expect(circles(imports)).toEqual(['b.ts > c.ts > b.ts'])
  })
})

/** What a file imports against the rule, casts through `unknown`, and asserts without waiting for the answer. */
function problems(file: string, text: string): ReadonlyArray<string> {
  const allowed = rule.find(([files]) => files.test(file))?.[1] ?? []
  const mayImport = (imported: string): boolean =>
    FUNCTIONAL.test(imported) ? LOADABLE.test(imported) : allowed.some((pattern) => pattern.test(imported))
  const forbidden = importsOf(file, text).filter((imported) => !mayImport(imported))
  const found = forbidden.map((imported) => `${file} must not import ${imported}`)
  const source = (node: { start: number; end: number }) => text.slice(node.start, node.end)
  visit(file, text, {
    MemberExpression: (node) => {
      const name = source(node)
      if (/^vi\.(do)?[mM]ock$/.test(name)) found.push(`${file} replaces a module for other files too: ${name}`)
      if (name === 'JSON.parse' && SHIPPED.test(file) && !READS_JSON.test(file))
        found.push(`${file} reads JSON by ${name}: use parseJson of domain/values/json.ts`)
    },
    BinaryExpression: (node) => {
      const comparison = source(node)
      const isOfARealm =
        node.operator === 'instanceof'
          ? Reflect.has(globalThis, source(node.right)) || /^[a-z]/.test(source(node.right))
          : /^[!=]==?$/.test(node.operator) &&
            /\b[A-Z]\w+\.prototype$|\.constructor$/m.test(`${source(node.left)}\n${source(node.right)}`)
      if (isOfARealm && SHIPPED.test(file) && !KNOWS_REALMS.test(file))
        found.push(`${file} looks at the class of one realm by ${comparison}: use domain/values/built-ins.ts`)
    },
    CallExpression: (node) => {
      const name = source(node.callee)
      if (/^vi\.wait(For|Until)$/.test(name) && !/60_000/.test(source(node)))
        found.push(`${file} waits for a second, which is short on a busy machine: use expect.poll instead of ${name}`)
      if (name === 'structuredClone' && SHIPPED.test(file) && !KNOWS_REALMS.test(file))
        found.push(`${file} copies by ${name} into another realm: use clone of domain/values/clone.ts`)
    },
    TSAsExpression: (node) => {
      if (node.expression.type === 'TSAsExpression') found.push(`${file} casts past the types: ${source(node)}`)
    },
    ExpressionStatement: (node) => {
      if (/^fc\.assert\(\s*fc\.asyncProperty|^expect\(.*\)\.(resolves|rejects)\./s.test(source(node)))
        found.push(`${file} does not wait for: ${source(node)}`)
    },
  })
  return found
}

/** Every circle of imports, once: `b.ts > c.ts > b.ts`. */
function circles(imports: ReadonlyMap<string, ReadonlyArray<string>>): ReadonlyArray<string> {
  const found: string[] = []
  const done = new Set<string>()
  const follow = (file: string, way: ReadonlyArray<string>) => {
    const since = way.indexOf(file)
    if (since >= 0) found.push([...way.slice(since), file].join(' > '))
    if (since >= 0 || done.has(file)) return
    for (const imported of imports.get(file) ?? []) follow(imported, [...way, file])
    done.add(file)
  }
  for (const file of imports.keys()) follow(file, [])
  return found
}

/** What a tool printed when it refused; nothing when it was content. */
function run(tool: string, ...args: ReadonlyArray<string>): string {
  const options = { cwd: root, encoding: 'utf8' } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, [`node_modules/${tool}`, ...args], options)
  return status === 0 ? '' : stdout + stderr
}
