/** What is expected of a value, told by Node's own `AssertionError`: every test runner shows where the two differ. */
import { deepStrictEqual } from 'node:assert/strict'
import { isPlainObject } from '../domain/values/built-ins.js'

/** Stands for a part of what is expected, and says whether the value that is there will do. */
export type Check = (value: unknown) => boolean

export const aNumber: Check = (value) => typeof value === 'number'

export const containing =
  (part: string): Check =>
  (value) =>
    typeof value === 'string' && value.includes(part)

/** A member that is `undefined` is as good as none. */
export const equal = (actual: unknown, expected: unknown, message?: string): void =>
  same(fitted(actual, expected, Object.keys), fitted(expected, expected, Object.keys), message)

/** The members that are expected, whatever others there are. */
export const matches = (actual: unknown, expected: unknown, message?: string): void =>
  same(
    fitted(actual, expected, (_, wanted) => Object.keys(wanted)),
    fitted(expected, expected, Object.keys),
    message,
  )

/** From Node 26 on a message that is `undefined` is refused. */
const same = (actual: unknown, expected: unknown, message: string | undefined): void =>
  message === undefined ? deepStrictEqual(actual, expected) : deepStrictEqual(actual, expected, message)

/** As much of the actual value as is compared: a value that will do is shown as what was expected in its place. */
const fitted = (
  actual: unknown,
  expected: unknown,
  membersOf: (actual: object, expected: object) => string[],
): unknown => {
  if (typeof expected === 'function') return expected(actual) === true ? expected : actual
  if (Array.isArray(actual) && Array.isArray(expected))
    return actual.map((item: unknown, index) =>
      index < expected.length ? fitted(item, expected[index], membersOf) : item,
    )
  if (typeof actual !== 'object' || actual === null || !isPlainObject(expected)) return actual
  // Made of the one prototype, wherever the two come from.
  return Object.fromEntries(
    membersOf(actual, expected).flatMap((name) => {
      const value: unknown = Reflect.get(actual, name)
      return value === undefined ? [] : [[name, fitted(value, expected[name], membersOf)]]
    }),
  )
}
