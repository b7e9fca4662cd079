/** What is given to a method, held against what it takes. */

import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { decodeWith } from '../../domain/values/codec.js'
import { describeWriteError, type InvalidInput, LedgerError } from './errors.js'

/** The same of an argument that may be left out. */
export const checkedIfGiven = async <A>(codec: t.Decoder<unknown, A>, given: unknown): Promise<A | undefined> =>
  checkedIfGivenNow(codec, given)

/** Likewise, of what is alive, which is never awaited: it may have a method `then` of its own. */
export const checkedIfGivenNow = <A>(codec: t.Decoder<unknown, A>, given: unknown): A | undefined =>
  given === undefined ? undefined : checkedNow(codec, given)

/** The argument of a method, checked; rejects with a `LedgerError` that names everything that is wrong. */
export const checked = async <A>(codec: t.Decoder<unknown, A>, given: unknown): Promise<A> => checkedNow(codec, given)

/** Likewise, of what is alive, and of a function that answers at once; throws the `LedgerError`. */
export const checkedNow = <A>(codec: t.Decoder<unknown, A>, given: unknown): A => {
  const decoded = decodeWith(codec)(given)
  if (E.isRight(decoded)) return decoded.right
  const error: InvalidInput = { _tag: 'invalid-input', problems: decoded.left }
  throw new LedgerError(error, describeWriteError(error))
}
