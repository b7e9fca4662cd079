/** Conditions as one text: what they mean, and how those are refused that mean nothing. */
import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../../domain/values/json.js'
import { readWhere } from '../../../projections/registry/questions/where.js'
import { right } from '../../support/domain-ledger.js'

const FIELDS = { name: 'plain', tag: 'plain', created: 'time', metadata: 'keyed', metric: 'keyed' } as const
type Name = keyof typeof FIELDS

/** One thing: its name and tags, when it came, and what it has by keys. */
const THING: Readonly<Record<string, ReadonlyArray<Json>>> = {
  name: ['acme/churn/model'],
  tag: ['vision', 'nightly build'],
  created: [Date.parse('2026-05-03T14:00:00Z')],
  'metadata:lr': [0.1],
  'metadata:stage': ['Final run'],
  'metadata:python': ['3.10'],
  'metadata:two words': [true],
  'metadata:layers': [[64, 'conv', null]],
  'metadata:gone': [null],
  'metric:accuracy': [0.93],
  'metric:loss': [Number.NaN],
}
const holds = (text: string): boolean =>
  right(readWhere<Name>(text, FIELDS))(({ name, key }) => THING[key === '' ? name : `${name}:${key}`] ?? [])

describe('conditions', () => {
  it.each([
    ['metric:accuracy > 0.91', true],
    ['metric:accuracy>0.91', true],
    ['metric:accuracy <= .93', true],
    ['metric:accuracy < 9.3e-1', false],
    ['metric:loss = nan', true],
    ['metric:loss != NaN', false],
    ['metric:loss < 1', false],
    ['metadata:lr = "0.1"', false],
    ['metadata:python = 3.10', true],
    ['metadata:python = 3.1', false],
    ['metadata:python != 3.10', false],
    ['metadata:python contains .1', true],
    ['metadata:lr = 0.1', true],
    ['metadata:"two words" = "true"', false],
    ['metadata:stage = "Final run"', true],
    ['metadata:stage = "final run"', false],
    ['metadata:stage contains "FINAL r"', true],
    ['metadata:stage contains draft', false],
    ['metadata:"two words" = true', true],
    ['metadata:layers contains conv', true],
    ['metadata:layers contains 64', true],
    ['metadata:layers contains "64"', false],
    ['metadata:layers contains null', true],
    ['metadata:layers = conv', false],
    ['metadata:gone = null', true],
    ['has metadata:gone', true],
    ['has metadata:nothing', false],
    ['missing metadata:nothing', true],
    ['MISSING metadata:lr OR HAS tag', true],
    ['metadata:nothing = 1', false],
    ['metadata:nothing != 1', true],
    ['metadata:nothing < 1 or metadata:nothing >= 1', false],
    ['tag = vision', true],
    ['tag = vision and tag = "nightly build"', true],
    ['tag = vision and tag = nlp', false],
    ['tag != vision', false],
    ['tag != nlp', true],
    ['tag contains NIGHT', true],
    ['name contains churn', true],
    ['name > acme/a', true],
    ['not tag = nlp and not (tag = vision and name = x)', true],
    ['tag = nlp and tag = x or tag = vision', true],
    ['tag = vision or tag = x and tag = nlp', true],
    ['(tag = vision or tag = x) and tag = nlp', false],
    ['created = 2026-05-03', true],
    ['created >= 2026-05-03 and created <= 2026-05-03', true],
    ['created > 2026-05-03', false],
    ['created > 2026-05-02', true],
    ['created < 2026-05-03T14:00:01Z', true],
    ['created = "2026-05-03T16:00:00+02:00"', true],
    ['created = 2026-05-04[Pacific/Auckland]', true],
    ['created != 2026-05-04', true],
  ])('%s: %s', (text, expected) => {
    expect(holds(text)).toBe(expected)
  })

  it.each([
    ['tag', 'one of = != < <= > >= contains', 'its end'],
    ['tag =', 'a value', 'its end'],
    ['tag = = x', 'a value', '"=" at character 7'],
    ['tag = x y', '"and", "or" or the end', '"y" at character 9'],
    ['tag = x and', 'a field: one of name, tag, created, metadata:<key>, metric:<key>', 'its end'],
    ['(tag = x', '")"', 'its end'],
    ['tag = x)', '"and", "or" or the end', '")" at character 8'],
    [
      'accuracy > 0.91',
      'a field: one of name, tag, created, metadata:<key>, metric:<key>',
      '"accuracy" at character 1',
    ],
    ['metadata > 0.91', 'a field', '"metadata" at character 1'],
    ['tag:x = y', 'a field', '"tag:x" at character 1'],
    ['toString = y', 'a field', '"toString" at character 1'],
    ['tag ~ y', 'one of = != < <= > >= contains', '"~" at character 5'],
    ['tag = "x', 'a value', '"\\"" at character 7'],
    ['tag = "x"y', 'a text in quotes as JSON has it', '"\\"x\\"y" at character 7'],
    ['tag = "x"y"z"', 'a text in quotes as JSON has it', '"\\"x\\"y\\"z\\"" at character 7'],
    ['has metadata:"x"y', 'a field', '"metadata:\\"x\\"y" at character 5'],
    ['created > "2026-05-03"x', 'a time', '"\\"2026-05-03\\"x" at character 11'],
    [
      'created > soon',
      'a time (2026-05-03T14:00:00Z) or a day (2026-05-03, 2026-05-03[Europe/Madrid])',
      '"soon" at character 11',
    ],
    ['created > 2026-02-30', 'a time', '"2026-02-30" at character 11'],
    ['created > 2026-05-03T14:00', 'a time zone behind the time', '"2026-05-03T14:00" at character 11'],
    ['created contains 2026', 'one of = != < <= > >= for a time', '"contains" at character 9'],
    ['('.repeat(40), 'no more than 32 conditions within each other', '"(" at character 34'],
    ['not '.repeat(100_000), 'no more than 32 conditions within each other', '"not"'],
  ])('refuse %s', (text, expected, actual) => {
    expect(readWhere(text, FIELDS)).toEqual(
      E.left([{ at: 'where', expected: expect.stringContaining(expected), actual: expect.stringContaining(actual) }]),
    )
  })

  it('mean what the same conditions mean that are worked out one by one', () => {
    type Tree = { readonly text: string; readonly value: boolean }
    const { tree } = fc.letrec<{ tree: Tree; leaf: Tree }>((tie) => ({
      leaf: fc.constantFrom(
        { text: 'tag = vision', value: true },
        { text: 'missing tag', value: false },
        { text: 'metric:accuracy>0.91', value: true },
        { text: 'metadata:lr != 0.1', value: false },
      ),
      tree: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        tie('leaf'),
        fc.tuple(tie('tree'), fc.constantFrom('and', 'or'), tie('tree')).map(([one, how, other]) => ({
          text: `(${one.text}) ${how} (${other.text})`,
          value: how === 'and' ? one.value && other.value : one.value || other.value,
        })),
        tie('tree').map(({ text, value }) => ({ text: `not (${text})`, value: !value })),
      ),
    }))
    fc.assert(fc.property(tree, ({ text, value }) => holds(text) === value))
  })

  it('answer something, whatever is written', () => {
    const scraps = fc.constantFrom(
      'tag',
      '=',
      '(',
      ')',
      'and',
      'or',
      'not',
      'has',
      '"',
      'x',
      '\\',
      ' ',
      '!',
      '<',
      'metadata:',
      '1',
    )
    fc.assert(
      fc.property(fc.array(scraps), (words) => {
        expect(['Left', 'Right']).toContain(readWhere(words.join(' '), FIELDS)._tag)
        expect(['Left', 'Right']).toContain(readWhere(words.join(''), FIELDS)._tag)
      }),
    )
  })
})
