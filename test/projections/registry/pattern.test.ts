import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { patternOf } from '../../../projections/registry/questions/pattern.js'

/** What a pattern means, tried in every way. */
const fits = (pattern: ReadonlyArray<string>, path: ReadonlyArray<string>): boolean => {
  const [part, ...parts] = pattern
  const [next, ...others] = path
  if (part === undefined) return next === undefined
  const canTake = next !== undefined && (part === '**' || next !== '/')
  if (part === '**' || part === '*') return fits(parts, path) || (canTake && fits(pattern, others))
  return part === '?' ? canTake && fits(parts, others) : part === next && fits(parts, others)
}

const some = (...from: ReadonlyArray<string>) => fc.array(fc.constantFrom(...from), { maxLength: 9, size: 'max' })

describe('a pattern of paths', () => {
  it('means what it says', () => {
    fc.assert(
      fc.property(
        some('*', '**', '?', 'a', 'b', '/', '.', '\u{1f408}'),
        some('a', 'a', 'b', '/', '.', '\u{1f408}'),
        (pattern, path) => {
          // Two stars beside each other are one sign.
          const parts = pattern.join('').match(/\*\*|./gu) ?? []
          expect(patternOf(pattern.join(''))(path.join(''))).toBe(fits(parts, path))
        },
      ),
      { numRuns: 20_000 },
    )
  })

  it.each([
    ['acme/*/model', 'acme/churn/model', true],
    ['acme/*/model', 'acme/a/b/model', false],
    ['**/model', 'acme/churn/model', true],
    ['acme/churn/v?', 'acme/churn/v', false],
    ['acme', 'acme/churn/model', false],
    ['acme/churn/v1.0', 'acme/churn/v1x0', false],
    ['acme/churn/(v|w)+', 'acme/churn/(v|w)+', true],
  ])('%s and %s: %s', (pattern, path, expected) => {
    expect(patternOf(pattern)(path)).toBe(expected)
  })

  it.each(['**a', '*a', '**/*a', '*?', '**?*a'])('of many "%s" is no way to keep a ledger busy', (part) => {
    const fitsAll = patternOf(`${part.repeat(60)}/b`)
    const started = process.cpuUsage()
    for (let time = 0; time < 100; time++) expect(fitsAll('a'.repeat(380))).toBe(false)
    const { user, system } = process.cpuUsage(started)
    expect((user + system) / 1000).toBeLessThan(1000)
  })
})
