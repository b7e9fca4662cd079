/**
 * The closed JSON type of everything that is recorded, and its one text: RFC 8785 (JSON Canonicalization
 * Scheme). Checking and writing are one walk, so that nothing unchecked is ever written.
 */
import * as E from 'fp-ts/lib/Either.js'

export type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** How deep arrays and objects may lie inside each other. */
export const MAX_JSON_DEPTH = 32

/** What was wrong, and where: `['metadata', 'lr']`. */
export interface JsonProblem {
  readonly path: ReadonlyArray<string | number>
  readonly expected: string
}

/**
 * The RFC 8785 text of a value, or why the value is not of the closed type: a number that is not finite or
 * an integer outside ±(2^53 − 1), a string with a lone surrogate, a key that is `__proto__` or a symbol,
 * `undefined`, a function, a class instance, or nesting deeper than `depth`.
 */
export const canonicalJson = (value: unknown, depth: number = MAX_JSON_DEPTH): E.Either<JsonProblem, string> => {
  const path: Array<string | number> = []
  let problem: JsonProblem | undefined

  const wrong = (expected: string): string => {
    problem ??= { path: [...path], expected }
    return ''
  }
  const writeString = (text: string): string =>
    text.isWellFormed() ? JSON.stringify(text) : wrong('a string of well-formed Unicode (no lone surrogates)')

  const write = (item: unknown): string => {
    if (item === null || item === true || item === false) return String(item)
    if (typeof item === 'string') return writeString(item)
    if (typeof item === 'number') {
      if (!Number.isFinite(item)) return wrong('a finite number')
      if (Number.isInteger(item) && !Number.isSafeInteger(item))
        return wrong('an integer between -(2^53 - 1) and 2^53 - 1')
      return JSON.stringify(item)
    }
    if (typeof item !== 'object') return wrong(`a JSON value (${typeof item} is none)`)
    if (path.length >= depth) return wrong(`at most ${depth} levels of nesting`)
    return Array.isArray(item) ? writeArray(item) : writeObject(item)
  }

  const writeArray = (items: ReadonlyArray<unknown>): string => {
    const texts: string[] = []
    for (let index = 0; index < items.length && problem === undefined; index++) {
      path.push(index)
      texts.push(write(items[index]))
      path.pop()
    }
    return `[${texts.join(',')}]`
  }

  const writeObject = (object: object): string => {
    const prototype: unknown = Object.getPrototypeOf(object)
    if (prototype !== Object.prototype && prototype !== null) return wrong('a plain object')
    if (Object.getOwnPropertySymbols(object).length > 0) return wrong('an object whose keys are strings')
    const members: string[] = []
    // RFC 8785 sorts keys by UTF-16 code units, which is what sort() does.
    for (const key of Object.keys(object).sort()) {
      if (problem !== undefined) break
      path.push(key)
      members.push(
        key === '__proto__'
          ? wrong('a key other than __proto__')
          : `${writeString(key)}:${write(Reflect.get(object, key))}`,
      )
      path.pop()
    }
    return `{${members.join(',')}}`
  }

  const text = write(value)
  return problem === undefined ? E.right(text) : E.left(problem)
}
