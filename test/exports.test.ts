/** What the package's entry points export is a list that is read when it changes. */
import { describe, expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { typesIn } from './support/public-types.js'
import { root } from './support/sources.js'

const HEAD = `What each entry point of the package exports. Users stand on all of it, so nothing is here that no user needs.
Where it is meant to change, write it anew: npx vitest run test/exports.test.ts -u
`

describe('the entry points', () => {
  it('export what test/exports.txt says (renew with: npx vitest run test/exports.test.ts -u)', async () => {
    const entries = Object.entries(manifest.exports).flatMap(([path, entry]) =>
      typeof entry === 'string' ? [] : [{ path, file: entry.types.replace(/^\.\/dist\/(.*)\.d\.ts$/, `${root}$1.ts`) }],
    )
    const types = typesIn(
      `${root}tsconfig.json`,
      entries.map(({ file }) => file),
    )
    let text = HEAD
    for (const [at, { path, file }] of entries.entries()) {
      const module: Readonly<Record<string, unknown>> = await import(file)
      const kinds = new Map(Object.entries(module).map(([name, value]) => [name, [kindOf(value)]]))
      for (const [name, kind] of types[at] ?? []) kinds.set(name, [...(kinds.get(name) ?? []), kind])
      const lines = [...kinds].map(([name, all]) => `${name}: ${all.join(', ')}\n`).sort()
      text += `\n## model-ledger${path.slice(1)}\n\n${lines.join('')}`
    }
    await expect(text).toMatchFileSnapshot('exports.txt')
  })
})

const kindOf = (value: unknown): string => {
  if (typeof value !== 'function') return 'const'
  return /^class\b/.test(String(value)) ? 'class' : 'function'
}
