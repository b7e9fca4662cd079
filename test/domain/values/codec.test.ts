import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { describe, expect, it } from 'vitest'
import {
  decodeWith,
  describeProblem,
  dictionary,
  jsonObject,
  nullable,
  oneOf,
  record,
  shown,
  text,
  wholeNumber,
} from '../../../domain/values/codec.js'
import { Envelope } from '../../../domain/values/envelope.js'
import { instant } from '../../../domain/values/instant.js'
import { MAX_JSON_DEPTH, sameJson } from '../../../domain/values/json.js'
import { jsonObject as anyObject, json } from '../../support/domain-arbitraries.js'
import { left, right } from '../../support/domain-ledger.js'

const Word = text('a word', (value) => /^[a-z]+$/.test(value))
const SubjectInput = record(
  'a thing',
  { name: Word },
  { size: wholeNumber('a size'), next: nullable(Word), list: t.readonlyArray(Word) },
)

describe('a record', () => {
  it('holds what it must and what it may, and a member that is undefined is absent', () => {
    expect(SubjectInput.decode({ name: 'a', size: undefined })).toEqual(E.right({ name: 'a' }))
    expect(Object.keys(right(SubjectInput.decode({ name: 'a', size: undefined })))).toEqual(['name'])
    expect(SubjectInput.decode({ name: 'a', size: 3, next: null })).toEqual(E.right({ name: 'a', size: 3, next: null }))
  })

  it.each([
    [{}, [{ at: 'name', expected: 'a word', actual: 'nothing' }]],
    [{ name: 'A' }, [{ at: 'name', expected: 'a word', actual: '"A"' }]],
    [{ name: 'a', size: Number.NaN }, [{ at: 'size', expected: 'a size', actual: 'NaN' }]],
    [{ name: 'a', next: 7 }, [{ at: 'next', expected: 'a word, or null', actual: '7' }]],
    [{ name: 'a', list: ['a', 'B'] }, [{ at: 'list[1]', expected: 'a word', actual: '"B"' }]],
    [
      { name: 'a', nmae: 1 },
      [{ at: 'nmae', expected: 'no such member (known here: name, size, next, list)', actual: '1' }],
    ],
    [
      { name: 1, size: -1 },
      [
        { at: 'name', expected: 'a word', actual: '1' },
        { at: 'size', expected: 'a size', actual: '-1' },
      ],
    ],
    [JSON.parse('{"name":"a","__proto__":{}}'), [expect.objectContaining({ at: '__proto__' })]],
    [Object.create({ name: 'a' }), [{ at: 'name', expected: 'a word', actual: 'nothing' }]],
    [null, [{ at: '', expected: 'a thing {name, size?, next?, list?}', actual: 'null' }]],
    [[], [{ at: '', expected: 'a thing {name, size?, next?, list?}', actual: '[]' }]],
    ['a', [{ at: '', expected: 'a thing {name, size?, next?, list?}', actual: '"a"' }]],
  ])('of %j says everything that is wrong with it', (value, problems) => {
    expect(left(decodeWith(SubjectInput)(value))).toEqual(problems)
  })
})

describe('a value, as a message shows it', () => {
  it.each([
    [undefined, 'nothing'],
    [null, 'null'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
    ['a\n\ud800', '"a\\n\\ud800"'],
    [1n, 'a bigint'],
    [Symbol('s'), 'a symbol (s)'],
    [() => 1, 'a function'],
    [{ now: () => 1 }, '{"now":"a function"}'],
    [new Map([['a', 1]]), 'a Map'],
    [new ArrayBuffer(2), 'an ArrayBuffer'],
    [Buffer.from('x'), 'a Uint8Array'],
    [new Date(0), 'the Date 1970-01-01T00:00:00.000Z'],
    [new Date(Number.NaN), 'a Date that is no time'],
    [{ a: [1] }, '{"a":[1]}'],
    [{ toJSON: () => undefined }, 'object'],
    [{ a: 1n }, 'an object that JSON cannot carry'],
  ])('is short and on one line', (value, words) => expect(shown(value)).toBe(words))

  it('is cut where it is long', () => {
    expect(shown('x'.repeat(500))).toHaveLength(120)
    expect(shown('x'.repeat(500))).toMatch(/^"x+\.\.\.$/)
  })

  it('stands with where it was and what would be right', () => {
    expect(describeProblem({ at: 'a.b', expected: 'a word', actual: '7' })).toBe('a.b: expected a word, got 7')
    expect(describeProblem({ at: '', expected: 'a word', actual: '7' })).toBe('the value: expected a word, got 7')
  })
})

describe('one of a few words', () => {
  it('is one of them and nothing else', () => {
    const Size = oneOf('small', 'large')
    expect(Size.decode('small')).toEqual(E.right('small'))
    expect(left(decodeWith(Size)('huge'))).toEqual([{ at: '', expected: 'one of "small", "large"', actual: '"huge"' }])
  })
})

describe('what may be null', () => {
  it('is null or what it is otherwise', () => {
    const MaybeWord = nullable(Word)
    for (const value of [null, 'a']) {
      expect(MaybeWord.is(value)).toBe(true)
      expect(MaybeWord.decode(value)).toEqual(E.right(value))
    }
    for (const value of [undefined, 'A', 0]) {
      expect(MaybeWord.is(value)).toBe(false)
      expect(E.isLeft(MaybeWord.decode(value))).toBe(true)
    }
  })
})

describe('a dictionary', () => {
  const Sizes = dictionary('sizes by word', Word, wholeNumber('a size'), 2)

  it('is decoded to a copy', () => {
    const given = { a: 1 }
    const decoded = right(Sizes.decode(given))
    given.a = 2
    expect(decoded).toEqual({ a: 1 })
  })

  it.each([
    [{ a: 1, B: 2 }, 'B', 'a word'],
    [{ a: -1 }, 'a', 'a size'],
    [{ a: 1, b: 2, c: 3 }, '', 'sizes by word'],
    [[], '', 'sizes by word'],
    [new Map([['a', 1]]), '', 'sizes by word'],
  ])('is not %o', (value, at, expected) => {
    expect(left(decodeWith(Sizes)(value))).toMatchObject([{ at, expected }])
    expect(Sizes.is(value)).toBe(false)
  })
})

describe('a JSON object', () => {
  const Metadata = jsonObject('metadata', 3)

  it('is decoded to an equal copy that the caller cannot change any more', () => {
    fc.assert(
      fc.property(
        anyObject.filter((object) => Object.keys(object).length <= 3),
        (object) => {
          expect(sameJson(right(Metadata.decode(object)), object)).toBe(true)
        },
      ),
    )
    const given = { a: { b: [1] } }
    const decoded = right(Metadata.decode(given))
    given.a.b[0] = Number.NaN
    expect(decoded).toEqual({ a: { b: [1] } })
  })

  it('leaves room for the event around it', () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) })
    expect(E.isRight(Metadata.decode(nested(MAX_JSON_DEPTH - 2)))).toBe(true)
    expect(left(decodeWith(Metadata)(nested(MAX_JSON_DEPTH - 1)))).toMatchObject([
      { at: expect.stringMatching(/^a(\.a)+$/), expected: 'at most 30 levels of nesting' },
    ])
  })

  it.each([
    [{ a: { b: [0, Number.NaN] } }, 'a.b[1]', 'a finite number', 'NaN'],
    [{ a: new Date(0) }, 'a', 'a plain object', 'the Date 1970-01-01T00:00:00.000Z'],
    [{ a: { b: undefined } }, 'a.b', 'a JSON value (undefined is none)', 'nothing'],
    [{ a: 1, b: 2, c: 3, d: 4 }, '', 'metadata', '{"a":1,"b":2,"c":3,"d":4}'],
    [[1], '', 'metadata', '[1]'],
    [null, '', 'metadata', 'null'],
    [new Map(), '', 'metadata', 'a Map'],
  ])('is not %o', (value, at, expected, actual) => {
    expect(left(decodeWith(Metadata)(value))).toEqual([{ at, expected, actual }])
    expect(Metadata.is(value)).toBe(false)
  })
})

describe('sameness of JSON', () => {
  it('does not depend on the order of members', () => {
    expect(sameJson({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true)
    expect(sameJson({ a: 1 }, { a: 2 })).toBe(false)
    expect(sameJson([1, 2], [2, 1])).toBe(false)
    expect(sameJson(undefined, undefined)).toBe(true)
    expect(sameJson(undefined, null)).toBe(false)
  })

  it('is reflexive', () => {
    fc.assert(fc.property(json, (value) => sameJson(value, structuredClone(value))))
  })
})

describe('a moment', () => {
  it.each([
    ['2026-05-03T14:00:00Z', '2026-05-03T14:00:00.000Z'],
    ['2026-05-03T14:00Z', '2026-05-03T14:00:00.000Z'],
    ['2026-05-03T14:00:00.123456789+02:00', '2026-05-03T12:00:00.123Z'],
    ['2024-02-29T00:00:00-01:30', '2024-02-29T01:30:00.000Z'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
  ])('%s is %s', (value, utc) => {
    expect(instant.decode(value)).toEqual(E.right(utc))
    expect(instant.is(utc)).toBe(true)
  })

  it.each([
    '2026-05-03',
    '2026-05-03T14:00:00',
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-05-03T25:00:00Z',
    '2026-05-03T14:60:00Z',
    '2026-05-03T14:00:00+25:00',
    '+012026-05-03T14:00:00Z',
    '3 May 2026',
    '',
    new Date(Number.NaN),
    new Date(8.64e15),
    0,
    null,
  ])('is not %s', (value) => {
    expect(E.isLeft(instant.decode(value))).toBe(true)
    expect(instant.is(value)).toBe(false)
  })
})

describe('an envelope', () => {
  const full = {
    commandId: 'c',
    actor: 'anna',
    reason: 'better\nloss',
    onBehalfOf: 'team',
    correlationId: 'pipeline 7',
    causationId: 'event 3',
    occurredAt: '2026-05-03T12:00:00.000Z',
  }

  it('carries who, why, for whom, what belongs together and when it is claimed to have happened', () => {
    expect(Envelope.decode(full)).toEqual(E.right(full))
    expect(Envelope.decode({ ...full, occurredAt: new Date('2026-05-03T12:00:00Z') })).toEqual(E.right(full))
    expect(Envelope.decode({ commandId: 'x'.repeat(256), actor: '😀', reason: 'x'.repeat(4096) })).toMatchObject({
      _tag: 'Right',
    })
  })

  it.each([
    ['commandId', ''],
    ['commandId', 'x'.repeat(257)],
    ['commandId', 'a\n'],
    ['commandId', 7],
    ['actor', ''],
    ['actor', undefined],
    ['actor', '\ud800'],
    ['reason', ''],
    ['reason', 'x'.repeat(4097)],
    ['onBehalfOf', ''],
    ['correlationId', 'a\0'],
    ['causationId', null],
    ['occurredAt', 'yesterday'],
    ['because', 'x'],
  ])('is refused for its %s %j', (at, value) => {
    expect(left(decodeWith(Envelope)({ ...full, [at]: value }))).toMatchObject([{ at }])
  })
})
