/**
 * The closed JSON type of everything that is recorded, and its one text: RFC 8785 (JSON Canonicalization
 * Scheme). Checking and writing are one walk, so that nothing unchecked is ever written; and the one way in which
 * any JSON is read.
 */

import * as E from 'fp-ts/lib/Either.js'
import { isPlainObject } from './built-ins.js'
import { type JsonPath, readJson } from './json-reader.js'

export type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** How deep arrays and objects may lie inside each other. */
export const MAX_JSON_DEPTH = 32

/** What was wrong, and where: `['metadata', 'lr']`. */
export interface JsonProblem {
  readonly path: JsonPath
  readonly expected: string
}

/** `parseJson` as it has to be on an engine that parses so. */
export const jsonParser = (parse: (text: string) => unknown): ((text: string) => unknown) => {
  if (!isFaulty(parse)) return parse
  return (text) => {
    const parsed = parse(text)
    // Only a key that is written with a backslash is read wrong. What gives the text again is what the text says.
    return !text.includes('\\') || JSON.stringify(parsed) === text ? parsed : readJson(text)
  }
}

/**
 * Whether a key is read as another one, which stood in its place in an object before (docs/adr/0010). The engine must
 * not have read anything else behind the keys before it, nor forget the first object: hence three names of our own,
 * and both objects at once.
 */
const isFaulty = (parse: (text: string) => unknown): boolean =>
  ['a', 'b', 'c'].some((name) => {
    const texts = [`{"probe of model-ledger ${name}":1,"\\\\":2}`, `{"probe of model-ledger ${name}":1,"\\"":2}`]
    return JSON.stringify(texts.map((text) => parse(text))) !== `[${texts}]`
  })

/**
 * What a JSON text says, whether it was stored, imported or sent: `JSON.parse` where that is right, and as it throws a
 * `SyntaxError` for what is not JSON. No other way may be used, for `JSON.parse` of Node 23 to 26.10 can give another key.
 */
export const parseJson = jsonParser(JSON.parse)

/** A whole number in a text that would become another, for JSON's numbers are doubles here. */
export interface NumberChanged {
  readonly path: JsonPath
  /** As it is written. */
  readonly read: string
  /** As JavaScript writes the double that is nearest. */
  readonly becomes: string
}

/**
 * The first number in a JSON text that would become another. Who wrote 9007199254740993 would have 9007199254740992 back.
 * Throws a `SyntaxError` for what is no JSON.
 */
export const numberChangedIn = (text: string): NumberChanged | undefined => {
  // 15 digits are always kept, and only an exponent makes more of fewer.
  if (!/\d{16}|\de/i.test(text)) return undefined
  let first: NumberChanged | undefined
  readJson(text, (read, path) => {
    if (first === undefined && !isKept(read)) first = { path: [...path], read, becomes: String(Number(read)) }
  })
  return first
}

export const describeNumberChanged = ({ read, becomes }: Pick<NumberChanged, 'read' | 'becomes'>): string =>
  `${read} would become ${becomes} (numbers are doubles; in quotes it is a text)`

/**
 * Whether a decimal number keeps its value. A whole one does if its double is written as the same value; of a fraction the
 * nearest double is what it means.
 */
export const isKept = (written: string): boolean => {
  const value = Number(written)
  const [meant, kept] = [decimalOf(written), decimalOf(String(value))]
  return (
    meant === undefined || meant.exponent < 0 || (kept?.digits === meant.digits && kept.exponent === meant.exponent)
  )
}

/** Digits without zeros at either end, and the power of ten behind the last; of zero, no digits. The sign is always kept. */
const decimalOf = (text: string): { readonly digits: string; readonly exponent: number } | undefined => {
  const [, whole, fraction = '', exponent = '0'] = /^[+-]?(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text) ?? []
  if (whole === undefined) return undefined
  const all = `${whole}${fraction}`.replace(/^0+/, '')
  const digits = all.replace(/0+$/, '')
  return digits === ''
    ? { digits, exponent: 0 }
    : { digits, exponent: Number(exponent) - fraction.length + all.length - digits.length }
}

/**
 * The RFC 8785 text of a value, or why the value is not of the closed type: a number that is not finite, a string
 * with a lone surrogate, a key that is `__proto__` or a symbol, `undefined`, a function, a class instance, or nesting
 * deeper than `depth`.
 */
export const canonicalJson = (value: unknown, depth: number = MAX_JSON_DEPTH): E.Either<JsonProblem, string> =>
  walk(value, depth, TEXT)

/** A copy of a value of the closed type, its keys in the order of the text, or likewise why it is not of that type. */
export const copyJson = (value: unknown, depth: number = MAX_JSON_DEPTH): E.Either<JsonProblem, Json> =>
  walk(value, depth, COPY)

/** What a walk makes of the parts of a value. */
interface Made<A> {
  readonly leaf: (value: null | boolean | number | string) => A
  readonly array: (items: ReadonlyArray<A>) => A
  readonly object: (keys: ReadonlyArray<string>, values: ReadonlyArray<A>) => A
}

/** As `JSON.stringify` writes it. Most texts need no escape, and to ask first halves the time of a canonical text. */
const quoted = (text: string): string =>
  /["\\\u0000-\u001f\ud800-\udfff]/.test(text) ? JSON.stringify(text) : `"${text}"`

const TEXT: Made<string> = {
  leaf: (value) => (typeof value === 'string' ? quoted(value) : JSON.stringify(value)),
  array: (items) => `[${items.join(',')}]`,
  // Member by member: a list of them, joined, takes a sixth longer.
  object: (keys, values) => {
    let members = ''
    for (const [at, key] of keys.entries()) members += `${at === 0 ? '' : ','}${quoted(key)}:${values[at]}`
    return `{${members}}`
  },
}

const COPY: Made<Json> = {
  // JSON knows no negative zero.
  leaf: (value) => (value === 0 ? 0 : value),
  array: (items) => items,
  object: (keys, values) => Object.fromEntries(keys.map((key, at) => [key, values[at] ?? null])),
}

const walk = <A>(value: unknown, depth: number, make: Made<A>): E.Either<JsonProblem, A> => {
  const path: Array<string | number> = []
  let problem: JsonProblem | undefined

  const wrong = (expected: string): A => {
    problem ??= { path: [...path], expected }
    return make.leaf(null)
  }
  const ILL_FORMED = 'a string of well-formed Unicode (no lone surrogates)'

  const part = (item: unknown): A => {
    if (item === null || item === true || item === false) return make.leaf(item)
    if (typeof item === 'string') return item.isWellFormed() ? make.leaf(item) : wrong(ILL_FORMED)
    if (typeof item === 'number') {
      return Number.isFinite(item) ? make.leaf(item) : wrong('a finite number')
    }
    if (typeof item !== 'object') return wrong(`a JSON value (${typeof item} is none)`)
    if (path.length >= depth) return wrong(`at most ${depth} levels of nesting`)
    return Array.isArray(item) ? array(item) : object(item)
  }

  const inside = (key: string | number, item: unknown): A => {
    path.push(key)
    const made =
      key === '__proto__'
        ? wrong('a key other than __proto__')
        : typeof key === 'string' && !key.isWellFormed()
          ? wrong(ILL_FORMED)
          : part(item)
    path.pop()
    return made
  }

  const array = (items: ReadonlyArray<unknown>): A => {
    const made: A[] = []
    for (let index = 0; index < items.length && problem === undefined; index++) made.push(inside(index, items[index]))
    return make.array(made)
  }

  const object = (members: object): A => {
    if (!isPlainObject(members)) return wrong('a plain object')
    if (Object.getOwnPropertySymbols(members).length > 0) return wrong('an object whose keys are strings')
    // RFC 8785 sorts keys by UTF-16 code units, which is what sort() does.
    const keys = Object.keys(members).sort()
    const made: A[] = []
    for (const key of keys) {
      if (problem !== undefined) break
      made.push(inside(key, Reflect.get(members, key)))
    }
    return make.object(keys, made)
  }

  const whole = part(value)
  return problem === undefined ? E.right(whole) : E.left(problem)
}

/**
 * Whether a text, which was parsed, is the RFC 8785 text of a value, where that can be told quickly. `false` where it is
 * not, and where `canonicalJson` has to be asked.
 */
export const isSurelyCanonical = (text: string, parsed: unknown, value: unknown): boolean =>
  JSON.stringify(parsed) === text && isSameInOrder(parsed, value, MAX_JSON_DEPTH) && !text.includes('\\ud')

/** Whether what was parsed has its keys in order, and is all that there is of a value. */
const isSameInOrder = (parsed: unknown, value: unknown, depth: number): boolean => {
  if (typeof parsed !== 'object' || parsed === null) return parsed === value
  if (typeof value !== 'object' || value === null || depth === 0) return false
  if (Array.isArray(parsed)) {
    if (!Array.isArray(value) || value.length !== parsed.length) return false
    return parsed.every((item, index) => isSameInOrder(item, value[index], depth - 1))
  }
  if (Array.isArray(value)) return false
  let before = ''
  const members = Object.entries(parsed)
  for (const [key, member] of members) {
    if (key < before || key === '__proto__' || !isSameInOrder(member, Reflect.get(value, key), depth - 1)) return false
    before = key
  }
  return Object.keys(value).length === members.length
}

/** Whether two values of the closed JSON type are the same value. */
export const sameJson = (a: Json | undefined, b: Json | undefined): boolean => {
  if (a === undefined || b === undefined) return a === b
  const [left, right] = [canonicalJson(a), canonicalJson(b)]
  return E.isRight(left) && E.isRight(right) && left.right === right.right
}
