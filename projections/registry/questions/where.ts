/**
 * Conditions as one text, the same for library and command line: `metadata:accuracy > 0.91 and (tag = vision or missing alias)`.
 *
 *     condition   a field, a comparison (= != < <= > >= contains) and a value; or `has` or `missing` and a field
 *     joined by   not, and, or, in this order, and parentheses
 */
import * as E from 'fp-ts/lib/Either.js'
import { type Problem, shown } from '../../../domain/values/codec.js'
import { type Day, dayOf } from '../../../domain/values/day.js'
import { hasNoZone, instant, NO_ZONE } from '../../../domain/values/instant.js'
import { isKept, type Json, parseJson } from '../../../domain/values/json.js'
import { lengthOf } from '../../../domain/values/length.js'
import { COMPARISONS, type Condition, isMet } from './conditions.js'
import type { NameError } from './errors.js'
import { containsText } from './words.js'

/** A field that is asked about, and of one with keys the key: `metadata:lr`. */
export interface Field<Name extends string> {
  readonly name: Name
  readonly key: string
}

/** Which fields there are: with one value or several, a time, or values by keys; metrics are among these. */
export type Fields<Name extends string> = Readonly<Record<Name, 'plain' | 'time' | 'keyed'>>

/** All values of a field; none where it is missing. Of a time, in milliseconds. */
export type ValuesOf<Name extends string> = (field: Field<Name>) => ReadonlyArray<Json>

export type Where<Name extends string> = (valuesOf: ValuesOf<Name>) => boolean

/** More parentheses within each other than anybody writes. */
const DEEPEST = 32

interface Token {
  readonly text: string
  readonly at: number
}

/** The value of a field that has one at most. */
export const oneValue = (value: Json | undefined): ReadonlyArray<Json> => (value === undefined ? [] : [value])

/** Likewise of a field that is `null` where it has none. */
export const valueOrNone = (value: Json | undefined): ReadonlyArray<Json> => oneValue(value ?? undefined)

/** The conditions of a question, where it has some. */
export const conditionsIn = <Name extends string>(
  text: string | undefined,
  fields: Fields<Name>,
): E.Either<NameError, Where<Name> | undefined> =>
  text === undefined
    ? E.right(undefined)
    : E.mapLeft((problems: ReadonlyArray<Problem>): NameError => ({ _tag: 'invalid-input', problems }))(
        readWhere(text, fields),
      )

/** Reads conditions; or says where they go wrong, and what would be right there. */
export const readWhere = <Name extends string>(
  text: string,
  fields: Fields<Name>,
): E.Either<ReadonlyArray<Problem>, Where<Name>> => {
  type Read = Where<Name> | undefined
  const { isNext, take, peek, wrong, problem } = tokensIn(text)

  const joined = (word: 'or' | 'and', part: (depth: number) => Read, depth: number): Read => {
    const parts: Array<Where<Name>> = []
    do {
      const read = part(depth)
      if (read === undefined) return undefined
      parts.push(read)
    } while (isNext(word))
    const [only] = parts
    if (parts.length === 1) return only
    return word === 'or'
      ? (valuesOf) => parts.some((each) => each(valuesOf))
      : (valuesOf) => parts.every((each) => each(valuesOf))
  }
  const any = (depth: number): Read => joined('or', all, depth)
  const all = (depth: number): Read => joined('and', single, depth)

  const single = (depth: number): Read => {
    if (depth > DEEPEST) return wrong(`no more than ${DEEPEST} conditions within each other`, peek())
    if (isNext('not')) return negated(single(depth + 1))
    if (isNext('(')) {
      const inner = any(depth + 1)
      if (inner === undefined) return undefined
      return isNext(')') ? inner : wrong('")"', peek())
    }
    if (isNext('has')) return present()
    if (isNext('missing')) return negated(present())
    return compared()
  }

  const present = (): Read => {
    const field = fieldAt()
    return field === undefined ? undefined : (valuesOf) => valuesOf(field).length > 0
  }

  const isField = (name: string): name is Name => Object.hasOwn(fields, name)
  const fieldAt = (): Field<Name> | undefined => {
    const token = take()
    const [, name = '', key = ''] = /^([^:"]*):?([\s\S]*)$/.exec(token?.text ?? '') ?? []
    const plain = unquoted(key)
    if (plain === undefined || !isField(name) || (plain === '') === (fields[name] === 'keyed'))
      return wrong(fieldsInWords(fields), token)
    return { name, key: plain }
  }

  const compared = (): Read => {
    const field = fieldAt()
    if (field === undefined) return undefined
    const comparison = take()
    const is = COMPARISONS.find((each) => each === comparison?.text)
    if (is === undefined && comparison?.text.toLowerCase() !== 'contains')
      return wrong(`one of ${COMPARISONS.join(' ')} contains`, comparison)
    const token = take()
    if (token === undefined || !isWord(token.text)) return wrong('a value', token)
    if (fields[field.name] === 'time') {
      const day = timeOf(token.text)
      if (is === undefined) return wrong('one of = != < <= > >= for a time', comparison)
      return day === undefined ? wrong(timeInWords(token.text), token) : during(field, is, day)
    }
    if (is !== undefined && /[<>]/.test(is) && isNumber(token.text) && !isKept(token.text))
      return wrong(`a number that is kept: it would become ${Number(token.text)}`, token)
    const meanings = readValue(token.text, field)
    if (meanings.length === 0) return wrong('a text in quotes as JSON has it', token)
    return is === undefined ? containing(field, meanings) : meeting(field, is, meanings)
  }

  const read = any(0)
  if (read !== undefined && peek() !== undefined) wrong('"and", "or" or the end', peek())
  const first = problem()
  return read === undefined || first !== undefined
    ? E.left([first ?? { at: 'where', expected: 'a condition', actual: shown(text) }])
    : E.right(read)
}

/** The tokens of a text, taken one by one; and the first thing that was found wrong. */
const tokensIn = (text: string) => {
  const tokens = tokensOf(text)
  let next = 0
  let first: Problem | undefined
  return {
    /** Takes the next one, if it is this. */
    isNext: (word: string): boolean => {
      if (tokens[next]?.text.toLowerCase() !== word) return false
      next += 1
      return true
    },
    take: (): Token | undefined => tokens[next++],
    peek: (): Token | undefined => tokens[next],
    wrong: (expected: string, token: Token | undefined): undefined => {
      const actual =
        token === undefined ? 'its end' : `${shown(token.text)} at character ${lengthOf(text.slice(0, token.at)) + 1}`
      first ??= { at: 'where', expected, actual }
      return undefined
    },
    problem: (): Problem | undefined => first,
  }
}

/** A word may hold what is in quotes: `metadata:"two words"`. What is no token is one of a single character. */
const tokensOf = (text: string): ReadonlyArray<Token> =>
  [...text.matchAll(/[()]|<=|>=|!=|[<>=]|(?:"(?:[^"\\]|\\.)*"|[^\s()<>=!"])+|\S/g)].map((match) => ({
    text: match[0],
    at: match.index,
  }))

const isWord = (text: string): boolean => /^(?:"(?:[^"\\]|\\.)*"|[^\s()<>=!"])+$/s.test(text)

/** What begins with a quote is as JSON has it; `undefined` where JSON has no such text, as where more stands behind the last quote. */
const unquoted = (text: string): string | undefined => {
  if (!text.startsWith('"')) return text
  try {
    return String(parseJson(text))
  } catch {
    return undefined
  }
}

/**
 * What a value may mean: in quotes a text; else also a number, a truth value or `null`, so that `python = 3.10` finds the text and
 * the number. None where the quotes hold no text.
 */
const readValue = (text: string, { name }: Field<string>): ReadonlyArray<Condition['value']> => {
  if (text.startsWith('"')) return [unquoted(text) ?? []].flat()
  // No value is a number that would become another.
  if (isNumber(text)) return isKept(text) ? [Number(text), text] : [text]
  const [, sign, word] = (name === 'metric' ? /^([+-]?)(nan|inf|infinity)$/i.exec(text) : null) ?? []
  if (word !== undefined) return [word.toLowerCase() === 'nan' ? Number.NaN : sign === '-' ? -Infinity : Infinity, text]
  return text === 'true' ? [true, text] : text === 'false' ? [false, text] : text === 'null' ? [null, text] : [text]
}

const isNumber = (text: string): boolean => /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text)

/** A date alone is all of its day. */
const timeOf = (text: string): Day | undefined => {
  const plain = unquoted(text) ?? text
  const time = instant.decode(plain)
  return E.isLeft(time) ? dayOf(plain) : { first: Date.parse(time.right), last: Date.parse(time.right) }
}

const timeInWords = (text: string): string =>
  hasNoZone(unquoted(text) ?? text)
    ? NO_ZONE
    : 'a time (2026-05-03T14:00:00Z) or a day (2026-05-03, 2026-05-03[Europe/Madrid])'

const fieldsInWords = (fields: Fields<string>): string =>
  `a field: one of ${Object.entries(fields)
    .map(([name, kind]) => (kind === 'keyed' ? `${name}:<key>` : name))
    .join(', ')}`

const negated = <Name extends string>(where: Where<Name> | undefined): Where<Name> | undefined =>
  where && ((valuesOf) => !where(valuesOf))

/** Whether a value is one of some. */
const isOneOf = (value: Json, some: ReadonlyArray<Condition['value']>): boolean =>
  some.some((each) => isMet({ key: '', is: '=', value: each }, value))

/** Of several values, such as tags, one has to be so; `!=` says that none is equal, also where there is none. */
const meeting = <Name extends string>(
  field: Field<Name>,
  is: Condition['is'],
  meanings: ReadonlyArray<Condition['value']>,
): Where<Name> => {
  if (is === '=') return (valuesOf) => valuesOf(field).some((each) => isOneOf(each, meanings))
  if (is === '!=') return (valuesOf) => !valuesOf(field).some((each) => isOneOf(each, meanings))
  const [value = null] = meanings
  return (valuesOf) => valuesOf(field).some((each) => isMet({ key: field.key, is, value }, each))
}

/** A text holds another, a list an element. */
const containing = <Name extends string>(
  field: Field<Name>,
  meanings: ReadonlyArray<Condition['value']>,
): Where<Name> => {
  const part = meanings.find((each) => typeof each === 'string') ?? ''
  return (valuesOf) =>
    valuesOf(field).some((each) =>
      Array.isArray(each)
        ? each.some((element: Json) => isOneOf(element, meanings))
        : typeof each === 'string' && containsText(each, part),
    )
}

const during = <Name extends string>(field: Field<Name>, is: Condition['is'], { first, last }: Day): Where<Name> => {
  const isSo = (time: Json): boolean => {
    if (typeof time !== 'number') return false
    switch (is) {
      case '=':
        return time >= first && time <= last
      case '!=':
        return time < first || time > last
      case '<':
        return time < first
      case '<=':
        return time <= last
      case '>':
        return time > last
      case '>=':
        return time >= first
    }
  }
  return (valuesOf) => valuesOf(field).some(isSo)
}
