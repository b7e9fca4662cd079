import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { canonicalJson, isKept, jsonParser, numberChangedIn, parseJson } from '../../../domain/values/json.js'
import { readJson } from '../../../domain/values/json-reader.js'
import vectors from '../../vectors/jcs.json' with { type: 'json' }

/** What a parser makes of a text, with the order of the keys; or that it is no JSON. */
const outcome = (parse: (text: string) => unknown, text: string): unknown => {
  try {
    return shape(parse(text))
  } catch (error) {
    return error instanceof SyntaxError ? 'no JSON' : error
  }
}
const shape = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shape)
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? 'negative zero' : value
  return { prototype: Object.getPrototypeOf(value) === Object.prototype, members: Object.entries(value).map(shape) }
}

/** Keys and texts of what is escaped, and of what looks like an escape. */
const unit = fc.constantFrom('\\', '"', '/', 'n', 'u', '0', ' ', '\n', '\u0001', '\u2028', '😀', '\ud83d')
const awkward = fc.string({ unit })
const shortKey = fc.string({ unit, maxLength: 2 })
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.oneof(awkward, fc.double(), fc.integer(), fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(awkward, fc.constantFrom('__proto__', '1', '10', 'constructor')), tie('value'), {
      maxKeys: 4,
    }),
  ),
})).value

describe('the reader that does without the engine', () => {
  it('makes of every JSON text what the engine makes of it', () => {
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 1, '\t\r\n '), (item, space) => {
        const text = JSON.stringify(item, null, space)
        expect(shape(readJson(text))).toEqual(shape(JSON.parse(text)))
      }),
    )
  })

  it('takes a text that was changed somewhere for JSON if the engine does', () => {
    const change = fc.tuple(fc.nat(), fc.nat(2), fc.constantFrom(...'{}[]:,"\\/u0-+.eE1 \n\t\u00a0\u2028tfnx'))
    fc.assert(
      fc.property(value, fc.array(change, { minLength: 1, maxLength: 3 }), (item, changes) => {
        const text = changes.reduce((before, [place, removed, added]) => {
          const at = place % (before.length + 1)
          return before.slice(0, at) + added + before.slice(at + removed)
        }, JSON.stringify(item))
        expect([text, outcome(readJson, text)]).toEqual([text, outcome(JSON.parse, text)])
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    '',
    ' ',
    '{',
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    "{'a':1}",
    '[1 2]',
    '{"a" 1}',
    '01',
    '+1',
    '.5',
    '1.',
    '-',
    '1e',
    'NaN',
    'nul',
    'truefalse',
    '"\\x"',
    '"\\u12"',
    '"a',
    '"a\\',
    '"a\nb"',
    '1 1',
    '\ufeff1',
    '[1]]',
    '{"a":1}}',
    '{"a":1,"a":2}',
    '{"__proto__":{"b":1},"a":[{"__proto__":1}]}',
    '"\\ud83d\\ude00 \\ud83d"',
    '[1e400,-1e400,-0,1E+2,9007199254740993]',
  ])('judges %j as the engine does', (text) => {
    expect(outcome(readJson, text)).toEqual(outcome(JSON.parse, text))
  })

  it('says where a text is no JSON', () => {
    expect(() => readJson('{"a":1;}')).toThrow('Unexpected ";" at position 6')
    expect(() => readJson('{"a":1')).toThrow('Unexpected end')
  })

  it('refuses what is nested so deep that reading it would overflow the stack', () => {
    const nested = (levels: number) => `${'[{"a":'.repeat(levels / 2)}1${'}]'.repeat(levels / 2)}`
    expect(JSON.stringify(readJson(nested(1000)))).toBe(nested(1000))
    expect(() => readJson(nested(1_000_000))).toThrow(new SyntaxError('more than 1000 levels at position 3000'))
  })
})

describe('the test vectors of RFC 8785 (cyberphone/json-canonicalization)', () => {
  it.each(vectors)('$case', ({ input, output }) => {
    expect(numberChangedIn(input)).toBeUndefined()
    for (const parse of [parseJson, readJson, jsonParser(faultyParse())]) {
      expect(canonicalJson(parse(input))).toEqual(E.right(output))
      expect(shape(parse(output))).toEqual(shape(JSON.parse(output)))
    }
  })
})

describe('a number in a text', () => {
  it.each([
    ['0', '-0', '0.000', '0e999', '5400000000000000000', '5.4e18', '54E+17', '15000000000000000', '9007199254740992'],
    // Of a fraction the nearest double is what it means; of 1e23, what JavaScript writes.
    ['333333333.33333329', '0.1', '1e-400', '9007199254740992.5', '1e23', '1E+23', '1e308', '17976931348623157e292'],
    ['00012', '+7', '.5', '5.', '1200.00e-2', '-9007199254740994', '9007199254740991.000'],
  ])('keeps its value: %s, %s, %s, …', (...numbers) => {
    expect(numbers.filter((number) => !isKept(number))).toEqual([])
  })

  it.each([
    ['9007199254740993', '9007199254740992'],
    ['-9007199254740993.000', '-9007199254740992'],
    ['90071992547409930e-1', '9007199254740992'],
    ['18446744073709551616', '18446744073709552000'],
    ['123456789012345678901234567890', '1.2345678901234568e+29'],
    ['1e309', 'Infinity'],
    ['-0.1e400', '-Infinity'],
  ])('may become another: %s', (read, becomes) => {
    expect(isKept(read)).toBe(false)
    expect(numberChangedIn(`{"a":["9007199254740993",{"b\\n":${read.replace(/^\./, '0.')}}],"c":1e999}`)).toEqual({
      path: ['a', 1, 'b\n'],
      read,
      becomes,
    })
  })

  it('is kept if a double was written so', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(isKept(String(value))).toBe(true)
        expect(isKept(value.toExponential())).toBe(true)
      }),
    )
  })

  it('is where the text says, or the text is no JSON', () => {
    expect(numberChangedIn('1e400')).toEqual({ path: [], read: '1e400', becomes: 'Infinity' })
    expect(numberChangedIn('{"1e400":"9007199254740993"}')).toBeUndefined()
    expect(() => numberChangedIn('[1e400')).toThrow(SyntaxError)
  })
})

/** V8's fault (nodejs/node 63785): a key is read as the one that came last behind the same keys, if its text begins so. */
const faultyParse = () => {
  const after = new Map<string, string>()
  return (text: string): unknown => {
    const misread = (item: unknown): unknown => {
      if (Array.isArray(item)) return item.map(misread)
      if (typeof item !== 'object' || item === null) return item
      let before = ''
      const members = Object.entries(item).map(([key, member]) => {
        const last = after.get(before)
        const isMisread = last?.length === key.length && JSON.stringify(key).slice(1).startsWith(last)
        const read = isMisread ? last : key
        after.set(before, read)
        before += `${JSON.stringify(read)},`
        return [read, misread(member)] as const
      })
      return Object.fromEntries(members)
    }
    return misread(JSON.parse(text))
  }
}

describe('reading JSON', () => {
  const counts = ['{" ":120,"\\\\":3}', '{" ":95,"\\"":7}', '[{"a":"\\\\"},{" ": 95, "\\n":7}]']

  it('is right where the engine takes one key for another, which the sample shows', () => {
    const wrong = faultyParse()
    expect(counts.map(wrong)).toEqual([
      { ' ': 120, '\\': 3 },
      { ' ': 95, '\\': 7 },
      [{ a: '\\' }, { ' ': 95, '\\': 7 }],
    ])
    const read = jsonParser(faultyParse())
    expect(counts.map((text) => read(text))).toEqual([
      { ' ': 120, '\\': 3 },
      { ' ': 95, '"': 7 },
      [{ a: '\\' }, { ' ': 95, '\n': 7 }],
    ])
  })

  it('is right on this engine, whichever it is', () => {
    expect(counts.map((text) => parseJson(text)).map((read) => JSON.stringify(read))).toEqual([
      ...counts.slice(0, 2),
      '[{"a":"\\\\"},{" ":95,"\\n":7}]',
    ])
  })

  it.each<[string, () => (text: string) => unknown]>([
    ['this engine', () => parseJson],
    ['a faulty one', () => jsonParser(faultyParse())],
  ])('gives every value back on %s, whatever was read before', (_, parser) => {
    const read = parser()
    fc.assert(
      fc.property(value, (item) => {
        const text = JSON.stringify(item)
        expect(JSON.stringify(read(text))).toBe(JSON.stringify(readJson(text)))
      }),
    )
  })

  it.each<[string, () => (text: string) => unknown]>([
    ['this engine', () => parseJson],
    ['a faulty one', () => jsonParser(faultyParse())],
  ])('takes no key for the one before it on %s', (_, parser) => {
    const read = parser()
    let fresh = 0
    fc.assert(
      fc.property(shortKey, shortKey, (one, other) => {
        const shared = `behind ${fresh++}`
        const [before, after] = [
          { [shared]: 1, [one]: 2 },
          { [shared]: 1, [other]: 2 },
        ]
        expect([before, after].map((item) => read(JSON.stringify(item)))).toEqual([before, after])
      }),
      { numRuns: 1000 },
    )
  })

  it('leaves an engine alone that is right', () => {
    const parse = (text: string): unknown => readJson(text)
    expect(jsonParser(parse)).toBe(parse)
  })

  it('throws for what is no JSON as the engine does', () => {
    const read = jsonParser(faultyParse())
    for (const text of ['', '{"\\\\":}', 'x']) expect(outcome(read, text)).toBe('no JSON')
  })
})
