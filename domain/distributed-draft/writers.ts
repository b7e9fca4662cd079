/** Who brought parts to a generation, and whether these are the ones that its commit expects. */
import * as E from 'fp-ts/lib/Either.js'
import type { Part } from '../ports/facts.js'

/** A commit expects so many writers, or these; others brought parts. */
export interface WritersNotAsExpected {
  readonly _tag: 'writers-not-as-expected'
  readonly generation: number
  /** How many, or who. */
  readonly expected: number | ReadonlyArray<string>
  readonly came: ReadonlyArray<string>
  /** Of those that were named. */
  readonly missing: ReadonlyArray<string>
  /** Who came and was not named. */
  readonly unexpected: ReadonlyArray<string>
}

/** Who brought them, in the order in which they came first. */
export const writersOf = (parts: ReadonlyArray<Pick<Part, 'writer'>>): ReadonlyArray<string> => [
  ...new Set(parts.map(({ writer }) => writer)),
]

/** Everybody who is expected came, and nobody else: what one does not know of would be in the version unseen. */
export const checkWriters = (
  expected: WritersNotAsExpected['expected'] | undefined,
  came: ReadonlyArray<string>,
  generation: number,
): E.Either<WritersNotAsExpected, void> => {
  const named = typeof expected === 'object' ? expected : came
  const [missing, unexpected] = [without(named, came), without(came, named)]
  return expected === undefined ||
    (missing.length === 0 && unexpected.length === 0 && (typeof expected === 'object' || expected === came.length))
    ? E.right(undefined)
    : E.left({ _tag: 'writers-not-as-expected', generation, expected, came, missing, unexpected })
}

const without = (names: ReadonlyArray<string>, others: ReadonlyArray<string>): ReadonlyArray<string> => {
  const left = new Set(others)
  return names.filter((name) => !left.has(name))
}

/** Where thousands write, their names stand in the events of their parts alone. */
export const haveRoom = (names: ReadonlyArray<string>): boolean => JSON.stringify(names).length <= 65_536
