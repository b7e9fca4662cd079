/** Answers of stores, taken apart. */
import * as E from 'fp-ts/lib/Either.js'

export const right = <Left, Right>(either: E.Either<Left, Right>): Right => {
  if (E.isLeft(either)) throw new Error(`expected a right, got ${JSON.stringify(either)}`)
  return either.right
}

export const left = <Left, Right>(either: E.Either<Left, Right>): Left => {
  if (E.isRight(either)) throw new Error(`expected a left, got ${JSON.stringify(either)}`)
  return either.left
}

export const gather = async <A>(pages: AsyncIterable<A>): Promise<ReadonlyArray<A>> => {
  const found: A[] = []
  for await (const page of pages) found.push(page)
  return found
}

export const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => new Error(`expected a rejection, got ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )
