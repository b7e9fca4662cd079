import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { METHODS, PAGES } from './support/ledger-methods.js'
import { withPublicTypes, wordsOf } from './support/public-types.js'

/**
 * Packs the package as `npm publish` would, from a copy of the sources with a stale file in its dist/, and
 * unpacks the tarball into an empty project outside this repository. Only the declared dependencies are
 * there, linked from our node_modules: downloading them, and compiling better-sqlite3, is left to `npm ci`.
 */
const root = fileURLToPath(new URL('../', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'model-ledger-package-'))
const consumer = join(work, 'consumer')
const unpacked = join(consumer, 'node_modules/model-ledger')

const entries = Object.entries(manifest.exports).flatMap(([path, target]) =>
  typeof target === 'string' ? [] : [path.replace(/^\./, 'model-ledger')],
)

beforeAll(() => {
  const checkout = join(work, 'checkout')
  const notCopied = /(^|[\\/])(node_modules|dist|coverage|\.git)$/
  cpSync(root, checkout, { recursive: true, filter: (path) => !notCopied.test(path.slice(root.length)) })
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'), 'junction')
  write(join(checkout, 'dist/domain/stale.js'), '')
  succeed(checkout, 'npm', 'pack', '--pack-destination', work)

  const [tarball] = readdirSync(work).filter((name) => name.endsWith('.tgz'))
  mkdirSync(unpacked, { recursive: true })
  succeed(work, 'tar', '-xzf', String(tarball), '--strip-components=1', '-C', unpacked)
  for (const name of [...Object.keys(manifest.dependencies), '@types/node']) {
    const link = join(consumer, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), link, 'junction')
  }
  write(join(consumer, 'package.json'), JSON.stringify({ type: 'module' }))
})

afterAll(() => rmSync(work, { recursive: true, force: true }))

describe('the packed package', () => {
  const shipped = () =>
    readdirSync(unpacked, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(unpacked, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))

  it('holds the built library, its documents and its examples, and nothing else', () => {
    const files = shipped()
    const library = /^dist\/(index|(domain|projections|face|adapters)\/.+)\.(js|d\.ts)$/
    const pages = /^(docs\/.+\.(md|svg)|examples\/(.+\.ts|README\.md))$/
    expect(files.filter((file) => !library.test(file) && !pages.test(file)).sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'package.json',
    ])
    expect(files).not.toContain('dist/domain/stale.js')
  })

  it('holds whatever its pages link to', () => {
    const links = shipped()
      .filter((file) => file.endsWith('.md'))
      .flatMap((page) =>
        [...readFileSync(join(unpacked, page), 'utf8').matchAll(/(?:\]\(|src=")(?!https?:|#|mailto:)([^)"#\s]+)/g)].map(
          ([, target = '']) => join(dirname(page), target),
        ),
      )
    expect(links).toContain(join('docs', 'errors.md'))
    expect(links.filter((target) => !existsSync(join(unpacked, target)))).toEqual([])
  })

  it.each(entries)('can be imported: %s', (entry) => {
    const script = `const { length } = Object.keys(await import('${entry}')); console.log(length > 0)`
    expect(succeed(consumer, process.execPath, '--input-type=module', '-e', script)).toBe('true\n')
  })

  it.each(entries)('can be required: %s', (entry) => {
    const script = `console.log(Object.keys(require('${entry}')).length > 0)`
    expect(succeed(consumer, process.execPath, '--input-type=commonjs', '-e', script)).toBe('true\n')
  })

  describe('in an editor', () => {
    const shown = (name: string): ReadonlyMap<string, string> => {
      write(join(consumer, 'shown.ts'), "export type * from 'model-ledger'\n")
      const compilerOptions = { module: 'nodenext', types: ['node'], strict: true, noEmit: true }
      const project = join(consumer, 'tsconfig.shown.json')
      write(project, JSON.stringify({ compilerOptions, files: ['shown.ts'] }))
      return withPublicTypes(project, join(unpacked, 'dist/index.d.ts'), (types) => wordsOf(types, name))
    }

    it.each(['Ledger', 'Asked', 'Alone', 'Draft', 'Run', 'LedgerOptions'])(
      'shows words for all of %s, and every option',
      (name) => {
        const words = shown(name)
        expect(words.size).toBeGreaterThan(5)
        expect([...words].filter(([, said]) => said === '')).toEqual([])
      },
    )

    it('shows the options that the methods know, and no other', () => {
      const names = [...shown('Ledger').keys()]
      const optionsOf = (method: string) =>
        names.filter((name) => name.startsWith(`Ledger.${method}.`)).map((name) => name.split('.')[2])
      for (const [method, { required, optional }] of Object.entries({ ...METHODS, ...PAGES }))
        expect(optionsOf(method).sort(), method).toEqual(Object.keys({ ...required, ...optional }).sort())
    })
  })

  it.each([true, false])('has types that a strict project accepts, exactOptionalPropertyTypes: %s', (exact) => {
    const imports = entries.map((entry, index) => `import * as entry${index} from '${entry}'\n`)
    const names = entries.map((_, index) => `entry${index}`)
    write(join(consumer, 'module.ts'), `${imports.join('')}export const all: object[] = [${names.join(', ')}]\n`)
    const requires = entries.map((entry, index) => `import entry${index} = require('${entry}')\n`)
    write(join(consumer, 'script.cts'), `${requires.join('')}export const all: object[] = [${names.join(', ')}]\n`)
    const compilerOptions = {
      target: 'es2022',
      module: 'nodenext',
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: exact,
      skipLibCheck: false,
      noEmit: true,
    }
    write(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['module.ts', 'script.cts'] }))
    expect(succeed(consumer, process.execPath, join(root, 'node_modules/typescript/bin/tsc'))).toBe('')
  })
})

function succeed(cwd: string, command: string, ...args: ReadonlyArray<string>): string {
  // npm is a script on Windows, which only a shell can start.
  const shell = command === 'npm' && process.platform === 'win32'
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', shell })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}${error?.message ?? ''}`)
  return stdout
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
