/** Objects that are known by their methods: ports that somebody else implements. */
import * as t from 'io-ts'

/**
 * What is wrong with the first of these methods that a value has not, `null` if nothing is; `undefined` if it is no object at all. An optional
 * one that is there is one: `undefined` in its place is a method that somebody meant to give.
 */
const lackOf = (value: unknown, methods: ReadonlyArray<string>, optional: ReadonlyArray<string> = []) => {
  if (typeof value !== 'object' || value === null) return undefined
  for (const method of [...methods, ...optional]) {
    const isOptional = optional.includes(method)
    if (isOptional && !(method in value)) continue
    const found: unknown = Reflect.get(value, method)
    if (typeof found === 'function') continue
    if (isOptional && found === undefined) return `its ${method} is undefined: leave it out`
    return found === undefined ? `it came without ${method}` : `its ${method} is no function`
  }
  return null
}

/** What has all of these methods, and may have the optional ones. One that has the first of them is told which one it has not. */
export const objectWith = <A>(
  expected: string,
  methods: ReadonlyArray<keyof A & string>,
  optional: ReadonlyArray<keyof A & string> = [],
): t.Type<A> => {
  const is = (value: unknown): value is A => lackOf(value, methods, optional) === null
  return new t.Type(
    expected,
    is,
    (value, context) => {
      if (is(value)) return t.success(value)
      const isHalf = lackOf(value, methods.slice(0, 1)) === null
      return t.failure(value, context, isHalf ? `${expected}, and ${lackOf(value, methods, optional)}` : expected)
    },
    (value) => value,
  )
}
