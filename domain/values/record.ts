/** Objects whose members are known by name. */

import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { isPlainObject } from './built-ins.js'

/** So many are told at once: what has a million members has a million problems. */
export const MOST_PROBLEMS = 20

type Fields = Readonly<Record<string, t.Mixed>>
type Simplify<T> = { [K in keyof T]: T[K] } & {}
export type RecordOf<R extends Fields, O extends Fields> = Simplify<
  { readonly [K in keyof R]: t.TypeOf<R[K]> } & { readonly [K in keyof O]?: t.TypeOf<O[K]> }
>
/** The same with plain values in place of brands. */
export type PlainRecordOf<R extends Fields, O extends Fields> = Simplify<
  { readonly [K in keyof R]: t.OutputOf<R[K]> } & { readonly [K in keyof O]?: t.OutputOf<O[K]> }
>

/**
 * An object with these members and no others. A member that is `undefined` counts as absent and is left
 * out of the result; an unknown member is an error, because a misspelt option must not pass unseen.
 */
export const record = <R extends Fields, O extends Fields = Record<never, never>>(
  name: string,
  required: R,
  optional?: O,
): t.Type<RecordOf<R, O>, PlainRecordOf<R, O>> => {
  const fields: Fields = { ...required, ...optional }
  const known = Object.keys(fields)
  const needed = new Set(Object.keys(required))
  /** What an argument ought to be, for who gives a text in place of an object: `download {version, to, overwrite?}`. */
  const nameWithMembers = (): string | undefined => {
    if (name.includes('{')) return undefined
    const members = known.map((key) => (needed.has(key) ? key : `${key}?`))
    return `${name} {${members.length > 6 ? `${members.slice(0, 6).join(', ')}, …` : members.join(', ')}}`
  }

  /** All that is wrong, in the order in which the members are named. */
  const failuresIn = (value: object, context: t.Context): t.Validation<never> => {
    const errors: t.ValidationError[] = []
    for (const key of known) {
      const codec = fields[key]
      const member = memberOf(value, key)
      if (codec === undefined || (member === undefined && !needed.has(key))) continue
      const validated = codec.validate(member, t.appendContext(context, key, codec, member))
      if (E.isLeft(validated)) errors.push(...validated.left)
    }
    for (const key of Object.keys(value)) {
      if (errors.length >= MOST_PROBLEMS) break
      const extra = Object.hasOwn(fields, key) ? undefined : memberOf(value, key)
      if (extra === undefined) continue
      const message = `no such member (known here: ${known.join(', ')})`
      errors.push({ value: extra, context: t.appendContext(context, key, t.never, extra), message })
    }
    return errors.length > 0 ? t.failures(errors) : t.failure(value, context)
  }

  /** Where each member stands is worked out only where one is wrong: it takes as long as all else. */
  const validate = (value: unknown, context: t.Context): t.Validation<Record<string, unknown>> => {
    if (!hasNamedMembers(value)) return t.failure(value, context, context.length > 1 ? undefined : nameWithMembers())
    const result: Record<string, unknown> = {}
    for (const key of known) {
      const codec = fields[key]
      const member = memberOf(value, key)
      if (codec === undefined || (member === undefined && !needed.has(key))) continue
      const validated = codec.validate(member, context)
      if (E.isLeft(validated)) return failuresIn(value, context)
      result[key] = validated.right
    }
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(fields, key) && memberOf(value, key) !== undefined) return failuresIn(value, context)
    }
    return t.success(result)
  }

  // The one place where the shape that the loop has just checked is given its type.
  return new t.Type<RecordOf<R, O>, PlainRecordOf<R, O>>(
    name,
    (value): value is RecordOf<R, O> => E.isRight(validate(value, [])),
    (value, context) => validate(value, context) as t.Validation<RecordOf<R, O>>,
    (value) => value as PlainRecordOf<R, O>,
  )
}

const memberOf = (value: object, key: string): unknown =>
  Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined

/** An object, also of a class of the caller's own, but neither a list nor a date, a map, a promise or the like. */
const hasNamedMembers = (value: unknown): value is object =>
  typeof value === 'object' &&
  value !== null &&
  (isPlainObject(value) || Object.prototype.toString.call(value) === '[object Object]') &&
  Object.getOwnPropertySymbols(value).length === 0
