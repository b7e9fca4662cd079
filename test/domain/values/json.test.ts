import { createRequire } from 'node:module'
import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { canonicalJson, isSurelyCanonical, MAX_JSON_DEPTH } from '../../../domain/values/json.js'
import { json } from '../../support/domain-arbitraries.js'
import { left, right } from '../../support/domain-ledger.js'

/** An implementation by somebody else. Its types do not say what Node's modules make of it. */
const canonicalize: (value: unknown) => string = createRequire(import.meta.url)('canonicalize')

describe('canonical JSON', () => {
  it('is what another implementation of RFC 8785 writes', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(value)).toEqual(E.right(canonicalize(value)))
      }),
    )
  })

  it('gives the value back', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(right(canonicalJson(value)))).toEqual(withoutNegativeZero(value))
      }),
    )
  })

  it('is surely that of a value only where it is, and where it is nearly always', () => {
    fc.assert(
      fc.property(json, json, (value, other) => {
        const text = right(canonicalJson(value))
        const parsed: unknown = JSON.parse(text)
        if (isSurelyCanonical(text, parsed, other)) expect(right(canonicalJson(other))).toBe(text)
        // Keys that look like numbers come first in an object.
        const isSure = isSurelyCanonical(text, parsed, withoutNegativeZero(value))
        expect(isSure || /"(0|[1-9]\d*)":/.test(text) || text.includes('\\ud')).toBe(true)
      }),
    )
    for (const [text, value] of [
      ['{"b":1,"a":2}', { b: 1, a: 2 }],
      ['{"a":1}', { a: 1, b: 2 }],
      ['{"a":1,"b":2}', { a: 1 }],
      ['{"a":null}', {}],
      ['{"a":null}', { a: Number.NaN }],
      ['{"a":[1,1]}', { a: [1] }],
      ['{"a":[1]}', { a: { 0: 1 } }],
      ['[null]', [undefined]],
      ['-0', 0],
      ['[1 ]', [1]],
      ['"\\ud800"', '\ud800'],
    ] as const)
      expect([text, isSurelyCanonical(text, JSON.parse(text), value)]).toEqual([text, false])
    expect(isSurelyCanonical('{"a":[{"b":null,"c":0}]}', { a: [{ b: null, c: 0 }] }, { a: [{ c: 0, b: null }] })).toBe(
      true,
    )
  })

  it.each([
    // The samples of RFC 8785, sections 3.2.2 and 3.2.3.
    [
      { numbers: [Number('333333333.33333329'), 4.5, 2e-3, 1e-27], literals: [null, true, false] },
      '{"literals":[null,true,false],"numbers":[333333333.3333333,4.5,0.002,1e-27]}',
    ],
    [
      { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, '\u00f6': 7 },
      '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\u{1f600}":5,"\ufb33":3}',
    ],
    ['\u20ac$\u000f\nA\'B"\\\\"/', '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'],
    [-0, '0'],
    // The numbers of RFC 8785, appendix B, that are not fractions of a small one.
    [
      [5e-324, -5e-324, Number.MAX_VALUE, -Number.MAX_VALUE],
      '[5e-324,-5e-324,1.7976931348623157e+308,-1.7976931348623157e+308]',
    ],
    [
      [2 ** 53, -(2 ** 53), 2 ** 68, 1e23, 1e21],
      '[9007199254740992,-9007199254740992,295147905179352830000,1e+23,1e+21]',
    ],
    [{ total_flos: 5.4e18, tokens: 15e15 }, '{"tokens":15000000000000000,"total_flos":5400000000000000000}'],
    [{ constructor: 1, toString: 2 }, '{"constructor":1,"toString":2}'],
    [Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
  ])('of %j is %s', (value, text) => expect(canonicalJson(value)).toEqual(E.right(text)))

  it.each<readonly [string, unknown, ReadonlyArray<string | number>, string]>([
    ['NaN', { a: [1, Number.NaN] }, ['a', 1], 'finite'],
    ['Infinity', { a: Number.NEGATIVE_INFINITY }, ['a'], 'finite'],
    ['a bigint', { a: 1n }, ['a'], 'bigint'],
    ['undefined', { a: undefined }, ['a'], 'undefined'],
    ['a function', { a: () => 1 }, ['a'], 'function'],
    ['a symbol', [Symbol('s')], [0], 'symbol'],
    ['a key that is a symbol', { a: { [Symbol('s')]: 1 } }, ['a'], 'keys'],
    ['a key __proto__', JSON.parse('{"a":{"__proto__":1}}'), ['a', '__proto__'], '__proto__'],
    ['a lone surrogate', { a: '\ud83d' }, ['a'], 'surrogate'],
    ['a lone surrogate in a key', { '\ude00': 1 }, ['\ude00'], 'surrogate'],
    ['a date', { a: new Date(0) }, ['a'], 'plain'],
    ['a map', { a: new Map([[1, 2]]) }, ['a'], 'plain'],
    ['a boxed text', [Object('text')], [0], 'plain'],
    ['bytes', Buffer.from('x'), [], 'plain'],
    ['an object with a toJSON', { a: { toJSON: () => 1 } }, ['a', 'toJSON'], 'function'],
    ['a list with a hole', Object.assign([1], { length: 2 }), [1], 'undefined'],
    ['an instance of a class', [new (class Weight {})()], [0], 'plain'],
  ])('refuses %s', (_what, value, path, expected) => {
    expect(left(canonicalJson(value))).toEqual({ path, expected: expect.stringContaining(expected) })
  })

  it('reads a getter once, so that what was checked is what is written', () => {
    let reads = 0
    const tricky = {
      get a() {
        return reads++ === 0 ? 1 : Number.NaN
      },
    }
    expect(canonicalJson(tricky)).toEqual(E.right('{"a":1}'))
    expect(reads).toBe(1)
  })

  it('nests up to its depth and no deeper', () => {
    const nested = (depth: number): unknown =>
      depth === 0 ? 1 : depth % 2 === 0 ? [nested(depth - 1)] : { a: nested(depth - 1) }
    expect(E.isRight(canonicalJson(nested(MAX_JSON_DEPTH)))).toBe(true)
    expect(left(canonicalJson(nested(MAX_JSON_DEPTH + 1)))).toMatchObject({
      expected: expect.stringContaining('32 levels'),
    })
    expect(E.isRight(canonicalJson(nested(2), 2))).toBe(true)
    expect(E.isLeft(canonicalJson(nested(3), 2))).toBe(true)
  })

  it('comes to an end with what contains itself', () => {
    const endless: Record<string, unknown> = {}
    endless['a'] = endless
    endless['b'] = [endless, endless]
    expect(left(canonicalJson(endless)).path).toHaveLength(MAX_JSON_DEPTH)
  })
})

const withoutNegativeZero = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
