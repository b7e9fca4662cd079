import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { runInNewContext } from 'node:vm'
import { isObservable, lastValueFrom, take, toArray } from 'rxjs'
import { afterAll, describe, expect, it } from 'vitest'
import { type Ledger, LedgerError } from '../../index.js'
import { oneStreamOf } from '../../ledger/looking-back/one-stream.js'
import { campaignOfThisFile } from '../support/campaign.js'
import { memoryLedger } from '../support/ledger-memory.js'
import {
  ASKED,
  counted,
  DOWNLOADS,
  DRAFT,
  furnished,
  type Given,
  LEDGER,
  ONE_STREAM,
  RUN,
} from '../support/public-methods.js'

const campaign = campaignOfThisFile()

// Some of what is given is a path after all: what is written there goes nowhere else.
const folder = mkdtempSync(join(tmpdir(), 'ledger-arguments-'))
const before = process.cwd()
process.chdir(folder)
afterAll(() => {
  process.chdir(before)
  for (const each of [folder, DOWNLOADS]) rmSync(each, { recursive: true, force: true })
})

const thrower = (): never => {
  throw new TypeError('thrown by what was given')
}
const trapped = new Proxy({}, { get: () => thrower })
const cyclic = () => {
  const list: unknown[] = []
  list.push(list, { list })
  return { list, length: 1 }
}
/** 2^40 leaves, if one goes through it as through a tree. */
const doubled = () => {
  let value: unknown = 1
  for (let level = 0; level < 40; level++) value = { one: value, other: value }
  return value
}
const nested = () => {
  let value: unknown = 1
  for (let level = 0; level < 100_000; level++) value = [value]
  return value
}
class Own {
  readonly #mine = 1
  mine(): number {
    return this.#mine
  }
}

const LONG = 'a text of a million characters'

/** What no argument should be, each made anew. */
const NASTY: Readonly<Record<string, () => unknown>> = {
  NaN: () => Number.NaN,
  Infinity: () => Infinity,
  '-1': () => -1,
  '0.5': () => 0.5,
  '1e300': () => 1e300,
  'an empty text': () => '',
  'half a character': () => '\uD800',
  [LONG]: () => 'x'.repeat(1_000_000),
  'a number in words': () => '100',
  null: () => null,
  true: () => true,
  'an empty object': () => ({}),
  'an empty list': () => [],
  'a list with holes': () => new Array(2 ** 32 - 1),
  'a list of undefined': () => [undefined],
  'a Date': () => new Date(0),
  'a Date that is none': () => new Date(Number.NaN),
  'a symbol': () => Symbol('s'),
  'a BigInt': () => 10n,
  'a function': () => thrower,
  'a Map': () => new Map([['a', 1]]),
  'a Set': () => new Set(['a']),
  'a Promise': () => Promise.resolve('cats'),
  'a boxed text': () => Object('cats'),
  'a regular expression': () => /cats/,
  'an Error': () => new Error('mine'),
  'an object of a class': () => new Own(),
  'a Proxy that throws': () => new Proxy({}, trapped),
  'a Proxy that was revoked': () => {
    const { proxy, revoke } = Proxy.revocable([], {})
    revoke()
    return proxy
  },
  'a getter that throws': () => Object.defineProperty({}, 'name', { enumerable: true, get: thrower }),
  'a getter that throws, in a list': () => Object.defineProperty([1], 0, { enumerable: true, get: thrower }),
  'a toJSON that throws': () => ({ toJSON: thrower }),
  'a then that throws': () => Object.fromEntries([['then', thrower]]),
  'an iteration that is none': () => ({ [Symbol.asyncIterator]: 1 }),
  'an iteration that throws': () => ({ [Symbol.asyncIterator]: thrower, [Symbol.iterator]: thrower }),
  'an object in a circle': cyclic,
  'an object of 2^40 leaves': doubled,
  'a list 100,000 deep': nested,
  'an object of another realm': () => runInNewContext('({ colour: "red" })'),
  'a list of another realm': () => runInNewContext('[1]'),
  'a Date of another realm': () => runInNewContext('new Date(NaN)'),
  'an object without a prototype': () => Object.assign(Object.create(null), { colour: 'red' }),
  __proto__: () => JSON.parse('{"__proto__": {"name": "cats"}}'),
  'a symbol for a key': () => ({ [Symbol('s')]: 1 }),
}

type Way = ReadonlyArray<string | number>

/** The ways to everything that stands in the arguments: each of them, each member, each item. */
const waysInto = (value: unknown): ReadonlyArray<Way> => {
  if (value instanceof AbortSignal || value instanceof Date || value instanceof Uint8Array) return []
  // What is frozen, as a projection is, nobody changes.
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return []
  return Object.entries(value).flatMap(([key, member]) => {
    const step = Array.isArray(value) ? Number(key) : key
    return [[step], ...waysInto(member).map((way) => [step, ...way])]
  })
}

const put = (into: unknown, [step, ...rest]: Way, nasty: unknown): void => {
  if (typeof into !== 'object' || into === null || step === undefined) return
  if (rest.length === 0) Reflect.set(into, step, nasty)
  else put(Reflect.get(into, step), rest, nasty)
}

const outcomeOf = async (methods: object, name: string, given: ReadonlyArray<unknown>): Promise<unknown> => {
  let answer: unknown
  try {
    answer = Reflect.apply(Reflect.get(methods, name), methods, given)
  } catch (thrown) {
    return ['thrown at once', thrown]
  }
  try {
    if (name === 'at') return await Reflect.apply(Reflect.get(Object(answer), 'moment'), answer, [])
    if (name === 'run') return await Reflect.apply(Reflect.get(Object(answer), 'summarise'), answer, [{}])
    if (isObservable(answer)) return await lastValueFrom(answer.pipe(take(1), toArray()))
    if (isGenerator(answer)) return await answer.next()
    return await answer
  } catch (error) {
    return error
  }
}

const isGenerator = (value: unknown): value is AsyncGenerator<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'next' in value

const TEXT = 'a number in words'
const DOUBLES = ['NaN', 'Infinity', '1e300']
const SCALARS = ['-1', '0.5', 'true', 'an empty text', TEXT]
const OBJECTS = ['an empty object', 'an object of another realm', 'an object without a prototype']
const JSON_VALUES = [...SCALARS, '1e300', ...OBJECTS, 'null', 'an empty list', 'a list of another realm']
const MOMENT = 'a Date'
/** By the name of the member, or of the method, beside what is as good by what stands there. */
const LEGAL: Readonly<Record<string, ReadonlyArray<string>>> = {
  description: ['an empty text', 'null'],
  metadata: ['null', ...OBJECTS],
  mergeMetadata: OBJECTS,
  expectMetadata: ['null', ...OBJECTS],
  config: OBJECTS,
  metrics: OBJECTS,
  summarise: OBJECTS,
  add: [TEXT],
  loss: [...SCALARS, ...DOUBLES],
  word: [...SCALARS, ...DOUBLES],
  value: [...SCALARS, ...DOUBLES, 'null'],
  bytes: ['an empty text', TEXT],
  content: [TEXT],
  expect: ['an empty object'],
  range: ['an empty object', 'an object of a class'],
  keys: ['an empty object'],
  ...Object.fromEntries(['after', 'from', 'until', 'occurredAt'].map((name) => [name, [MOMENT]])),
  from: [MOMENT, TEXT],
  to: [MOMENT, TEXT],
}

const JSON_MEMBERS = ['metadata', 'mergeMetadata', 'expectMetadata', 'config']

/** Whether a value is as good as the one before. */
const isLegal = (method: string, way: Way, what: string, before: unknown): boolean => {
  const names = way.filter((step) => typeof step === 'string')
  const isInJson = JSON_MEMBERS.includes(String(names.at(0))) && way.length > 2 && !names.includes('key')
  if (isInJson && !names.some((name) => ['is', 'value'].includes(name))) return JSON_VALUES.includes(what)
  if (LEGAL[names.at(-1) ?? method]?.includes(what) === true) return true
  if (Array.isArray(before)) return what === 'an empty list'
  switch (typeof before) {
    case 'string':
      return what === TEXT
    case 'boolean':
      return what === 'true'
    case 'function':
      return what === 'a function'
    case 'number':
      return way.length === 1 && ['0.5', '1e300', MOMENT].includes(what)
    default:
      return way.length === 1 && [MOMENT, 'an empty object', 'an object of a class'].includes(what)
  }
}

const NAMES = Object.keys(NASTY)

/** All that is nasty for a whole argument; for what is inside it some, chosen at random, unless the campaign is whole. */
const nastyFor = (way: Way): ReadonlyArray<string> => {
  const count = way.length === 1 ? NAMES.length : campaign.rounds(NAMES.length)
  const from = Math.floor(campaign.random() * NAMES.length)
  return [...NAMES.slice(from), ...NAMES.slice(0, from)].slice(0, count)
}

const sizeOf = ({ message, error }: LedgerError): number =>
  message.length + inspect(error, { maxStringLength: null }).length

/** Whatever takes the place of an argument, or of what is in it, is refused in words, or is as good. */
const goThrough = async (
  rows: Readonly<Record<string, Given>>,
  methodsOf: (ledger: Ledger) => Promise<object>,
): Promise<void> => {
  const { ledger } = await memoryLedger({ projections: [counted] })
  await furnished(ledger)
  const wrong: string[] = []
  for (const [name, given] of Object.entries(rows)) {
    const methods = await methodsOf(ledger)
    for (const way of waysInto([...given()])) {
      for (const what of nastyFor(way)) {
        const list: unknown[] = [...given()]
        const before = way.reduce<unknown>((value, step) => Reflect.get(Object(value), step), list)
        put(list, way, NASTY[what]?.())
        const outcome = await outcomeOf(methods, name, list)
        if (outcome instanceof LedgerError && sizeOf(outcome) > 20_000)
          wrong.push(`${name}, ${what} at ${way.join('.')}: ${outcome.code} of ${sizeOf(outcome)} characters`)
        if (what === LONG || isLegal(name, way, what, before)) continue
        const isRefused =
          outcome instanceof LedgerError && (/expected .+, got .+/.test(outcome.message) || name === 'importEvents')
        if (!isRefused)
          wrong.push(`${name}, ${what} at ${way.join('.')}: ${outcome instanceof Error ? outcome : 'taken'}`)
      }
    }
  }
  expect(wrong).toEqual([])
  await ledger.close()
}

describe('whatever is given in place of an argument, or of anything in it, is refused in words', () => {
  it('by a ledger', () => goThrough(LEDGER, async (ledger) => ledger))
  it('as of a moment', () => goThrough(ASKED, async (ledger) => ledger.at(7)))
  it('by one stream', () => goThrough(ONE_STREAM, async (ledger) => oneStreamOf(ledger)))
  it('by a draft', () => goThrough(DRAFT, (ledger) => ledger.newDraft('cats:v0')))
  it('by a run', () => goThrough(RUN, async (ledger) => ledger.run('r')))
})
