/**
 * How values are checked where they enter: io-ts codecs whose names say what would be right, and the
 * problems they report.
 */

import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import {
  isArrayBuffer,
  isBytes,
  isDate,
  isError,
  isMap,
  isPlainObject,
  isPromise,
  isRegExp,
  isSet,
} from './built-ins.js'
import { canonicalJson, copyJson, type JsonObject, MAX_JSON_DEPTH } from './json.js'
import { beginningOf, hasLength } from './length.js'
import { MOST_PROBLEMS } from './record.js'

export { type PlainRecordOf, type RecordOf, record } from './record.js'

/** One thing wrong with a value: where, what would be right, and what was there instead. */
export interface Problem {
  /** The way to the value: `source.version`, `aliases[1]`; empty for the value itself. */
  readonly at: string
  readonly expected: string
  readonly actual: string
}

/** Decodes a value, or says everything that is wrong with it, up to 20 problems. */
export const decodeWith =
  <A>(codec: t.Decoder<unknown, A>) =>
  (value: unknown): E.Either<ReadonlyArray<Problem>, A> => {
    try {
      const decoded = codec.decode(value)
      return E.isRight(decoded) ? decoded : E.left(decoded.left.slice(0, MOST_PROBLEMS).map(problemOf))
    } catch (error) {
      // A getter, or a trap of a Proxy, that throws.
      const reason = isError(error) ? error.message : 'it threw'
      return E.left([{ at: '', expected: 'what can be read', actual: `what cannot be read: ${reason}` }])
    }
  }

const problemOf = (error: t.ValidationError): Problem => {
  const keys = error.context.map(({ key }) => beginningOf(key, MOST_SHOWN)).filter((key) => key !== '')
  return {
    at: keys.map((key, index) => (/^\d+$/.test(key) ? `[${key}]` : index === 0 ? key : `.${key}`)).join(''),
    expected: error.message ?? error.context.at(-1)?.type.name ?? 'another value',
    actual: shown(error.value),
  }
}

export const describeProblem = ({ at, expected, actual }: Problem): string =>
  `${at === '' ? 'the value' : at}: expected ${expected}, got ${actual}`

/** An option of a store is wrong, so that nothing was opened. `reason` says which, and what would be right. */
export interface BadOption {
  readonly _tag: 'bad-option'
  readonly reason: string
}

/** The options of what opens a store, decoded; the name of the codec says whose they are. */
export const decodeOptions =
  <A>(codec: t.Type<A, unknown>) =>
  (given: unknown): E.Either<BadOption, A> =>
    E.mapLeft(
      (problems: ReadonlyArray<Problem>): BadOption => ({
        _tag: 'bad-option',
        reason: `${codec.name}: ${problems.map(describeProblem).join('; ')}`,
      }),
    )(decodeWith(codec)(given))

/** Likewise, of what gives a store at once; throws a `TypeError` in the same words. */
export const optionsOrThrow = <A>(codec: t.Type<A, unknown>, given: unknown): A => {
  const decoded = decodeOptions(codec)(given)
  if (E.isRight(decoded)) return decoded.right
  throw new TypeError(decoded.left.reason)
}

/** A value as a message shows it: short, on one line. */
export const shown = (value: unknown): string => {
  if (value === undefined) return 'nothing'
  if (typeof value === 'number') return String(value)
  if (typeof value === 'symbol') return `a symbol (${value.description ?? ''})`
  if (typeof value === 'bigint' || typeof value === 'function') return `a ${typeof value}`
  let left = MOST_SHOWN
  try {
    if (isDate(value))
      return Number.isNaN(value.getTime()) ? 'a Date that is no time' : `the Date ${value.toISOString()}`
    const [, held] = HELD.find(([is]) => is(value)) ?? []
    if (held !== undefined) return held
    const text =
      JSON.stringify(value, (_, member: unknown) => {
        if (left-- === 0) throw new RangeError('too much to be shown')
        if (typeof member === 'function') return 'a function'
        return typeof member === 'string' ? beginningOf(member, MOST_SHOWN) : member
      }) ?? typeof value
    return hasLength(text, 0, MOST_SHOWN) ? text : `${beginningOf(text, MOST_SHOWN - 3)}...`
  } catch {
    return left < 0 ? 'a large object' : 'an object that JSON cannot carry'
  }
}

/** What JSON shows as `{}`, or as numbers one by one. */
const HELD: ReadonlyArray<readonly [is: (value: unknown) => boolean, shown: string]> = [
  [isMap, 'a Map'],
  [isSet, 'a Set'],
  [isPromise, 'a Promise'],
  [isArrayBuffer, 'an ArrayBuffer'],
  [isBytes, 'a Uint8Array'],
  [isRegExp, 'a RegExp'],
  [isError, 'an Error'],
]

/** So many code points, and so many members: what holds itself many times over would never end. */
const MOST_SHOWN = 120

/** A string with a rule. The name says the rule, for it is what the caller reads when it is broken. */
export const text = (expected: string, holds: (value: string) => boolean): t.Type<string> =>
  rule(expected, (value): value is string => typeof value === 'string' && value.isWellFormed() && holds(value))

/**
 * A value that passes a type guard; its name says what would be right. Where `A` is a brand, a type of its own, `O` is
 * the plain value, as a caller gives it.
 */
export const rule = <A extends O, O = A>(expected: string, is: (value: unknown) => value is A): t.Type<A, O> =>
  new t.Type<A, O>(
    expected,
    is,
    (value, context) => (is(value) ? t.success(value) : t.failure(value, context)),
    (value) => value,
  )

/**
 * The same values as a type of their own, `A`: they go wherever plain ones go, and no plain one goes where they are asked
 * for. They are told apart by the type checker alone; nothing is wrapped.
 */
export const branded = <A extends O, O>(plain: t.Type<O>): t.Type<A, O> =>
  new t.Type<A, O>(
    plain.name,
    (value): value is A => plain.is(value),
    (value, context) => plain.validate(value, context) as t.Validation<A>,
    (value) => value,
  )

/** The path of a file or a folder, as an option names it. */
export const pathText = text('a path: a text that is not empty', (value) => value.length > 0 && !value.includes('\0'))

/** A function of the caller's own. */
export const functionOf = <F>(expected: string): t.Type<F> =>
  rule(expected, (value): value is F => typeof value === 'function')

/** Time that is given, in milliseconds. */
export const milliseconds = rule(
  'a number of milliseconds, 0 or more',
  (value): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0,
)

/** A whole number from `least` to 2^53 − 1. */
export const wholeNumber = (expected: string, least = 0): t.Type<number> =>
  rule(expected, (value): value is number => Number.isSafeInteger(value) && Number(value) >= least)

/** One of a few words. */
export const oneOf = <W extends string>(...words: ReadonlyArray<W>): t.Type<W> => {
  const set: ReadonlySet<unknown> = new Set(words)
  return rule(`one of ${words.map((word) => JSON.stringify(word)).join(', ')}`, (value): value is W => set.has(value))
}

/** What the codec lets pass, or `null`. */
export const nullable = <A, O>(codec: t.Type<A, O>, name = `${codec.name}, or null`): t.Type<A | null, O | null> =>
  new t.Type<A | null, O | null>(
    name,
    (value): value is A | null => value === null || codec.is(value),
    (value, context) => (value === null ? t.success(null) : codec.validate(value, context)),
    (value) => (value === null ? null : codec.encode(value)),
  )

/** An object whose keys are free, with at most `members` members. */
export const dictionary = <A extends O, O = A>(
  name: string,
  key: t.Type<string>,
  member: t.Type<A, O>,
  members: number,
): t.Type<Readonly<Record<string, A>>, Readonly<Record<string, O>>> => {
  const validate = (value: unknown, context: t.Context): t.Validation<Readonly<Record<string, A>>> => {
    if (!hasNamedMembersOnly(value) || Object.keys(value).length > members) return t.failure(value, context)
    const errors: t.ValidationError[] = []
    const entries: Array<readonly [string, A]> = []
    for (const [name, item] of Object.entries(value)) {
      const named = key.validate(name, t.appendContext(context, name, key, name))
      const validated = member.validate(item, t.appendContext(context, name, member, item))
      if (E.isLeft(named)) errors.push(...named.left)
      else if (E.isLeft(validated)) errors.push(...validated.left)
      else entries.push([name, validated.right])
    }
    return errors.length > 0 ? t.failures(errors) : t.success(Object.fromEntries(entries))
  }
  return new t.Type<Readonly<Record<string, A>>, Readonly<Record<string, O>>>(
    name,
    (value): value is Readonly<Record<string, A>> => E.isRight(validate(value, [])),
    validate,
    (value) => value,
  )
}

/**
 * An object of the closed JSON type, with at most `members` members at the top. What is decoded is a copy:
 * the caller may go on changing the original. Two levels of nesting are left to the event around it
 * (`{metadata: {from, to}}`).
 */
export const jsonObject = (name: string, members: number): t.Type<JsonObject> =>
  new t.Type<JsonObject>(
    name,
    (value): value is JsonObject =>
      hasNamedMembersOnly(value) && Object.keys(value).length <= members && E.isRight(canonicalJson(value)),
    (value, context) => {
      if (!hasNamedMembersOnly(value) || Object.keys(value).length > members) return t.failure(value, context)
      const checked = copyJson(value, MAX_JSON_DEPTH - 2)
      if (E.isRight(checked)) return t.success(checked.right as JsonObject)
      let at = context
      let inner: unknown = value
      for (const key of checked.left.path) {
        inner = typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined
        at = t.appendContext(at, String(key), t.unknown, inner)
      }
      return t.failure(inner, at, checked.left.expected)
    },
    (value) => value,
  )

const hasNamedMembersOnly = (value: unknown): value is object =>
  isPlainObject(value) && Object.getOwnPropertySymbols(value).length === 0

/** A list without holes: of one of four thousand million, which takes no memory, the look ends at the first. */
export const listOf = <A>(item: t.Type<A>, name?: string): t.Type<ReadonlyArray<A>> => {
  const array = t.readonlyArray(item, name)
  return new t.Type<ReadonlyArray<A>>(
    array.name,
    array.is,
    (value, context) =>
      Array.isArray(value) && hasHole(value) ? t.failure(value, context) : array.validate(value, context),
    (value) => value,
  )
}

const hasHole = (list: ReadonlyArray<unknown>): boolean => {
  for (let at = 0; at < list.length; at++) if (!(at in list)) return true
  return false
}

/** A list in which no item occurs twice. */
export const distinct = <A>(item: t.Type<A>, name: string, most: number, least = 0): t.Type<ReadonlyArray<A>> => {
  const array = listOf(item)
  return new t.Type<ReadonlyArray<A>>(
    name,
    array.is,
    (value, context) => {
      const items = array.validate(value, context)
      if (E.isLeft(items)) return items
      const unique = [...new Set(items.right)]
      return unique.length >= least && unique.length <= most ? t.success(unique) : t.failure(value, context)
    },
    (value) => value,
  )
}
