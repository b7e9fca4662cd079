/**
 * What a start loads: the sources that stand in the file of an entry and in all that it imports, before anything is
 * done. What is added here is waited for by everybody; renew with `npx vitest run test/loaded.test.ts -u`.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './support/sources.js'

const importedBy = (file: string, known = new Set<string>()): ReadonlySet<string> => {
  if (known.has(file)) return known
  known.add(file)
  const text = readFileSync(file, 'utf8')
  for (const [, path = ''] of text.matchAll(/^(?:import|export)(?:\s[^;]*?from)? "(\.[^"]+)";$/gm))
    importedBy(join(file, '..', path), known)
  return known
}

/** Of a package its name alone. */
const sourcesIn = (file: string): ReadonlyArray<string> => {
  // What the bundler brings itself has none.
  if (!existsSync(`${file}.map`)) return []
  const { sources }: { sources: ReadonlyArray<string> } = JSON.parse(readFileSync(`${file}.map`, 'utf8'))
  return sources
    .filter((source) => !source.includes('builtin:'))
    .map((source) => source.replace(/^(\.\.\/)+/, '').replace(/^node_modules\/((@[^/]+\/)?[^/]+)\/.*/, '$1'))
}

describe('what is loaded', () => {
  it.each([
    ['by the command line for --version and help', 'lib/shared/command-line.js', 'command-line'],
    ['by an import of the library', 'lib/index.js', 'library'],
    ['by a thread that reads ahead', 'lib/shared/reading-worker.js', 'reading-worker'],
  ])('%s is this', async (_, entry, name) => {
    const sources = [...importedBy(join(root, entry))].flatMap(sourcesIn)
    expect(sources.length).toBeGreaterThan(5)
    await expect(`${[...new Set(sources)].sort().join('\n')}\n`).toMatchFileSnapshot(`loaded/${name}.txt`)
  })
})

describe('what commands call', () => {
  it('is compiled where it stands', () => {
    const text = readFileSync(join(root, 'lib/shared/ledger.js'), 'utf8')
    expect(text).toMatch(/^const openLedger = \(async function\(/m)
    expect(text).toMatch(/^const collectGarbage = async function\(/m)
  })
})

describe('a fault of the program', () => {
  it('is told by the lines of the sources', () => {
    const script = `
      const { projection } = await import('./lib/index.js')
      const { inSources } = await import('./dist/adapters/cli/fault.js')
      try {
        projection(undefined)
      } catch (error) {
        console.log(inSources(error).stack)
      }`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: root,
      encoding: 'utf8',
    })
    expect(stdout).toMatch(/ \(?projections\/own-projection\.ts:\d+:\d+/)
  })
})
