/** Brands for tests: made as everybody's are, by decoding plain values. */
import type * as t from 'io-ts'
import { optionsOrThrow } from '../../domain/values/codec.js'
import type { Plain } from '../../testing/plain.js'

export type { Plain } from '../../testing/plain.js'

/** What the codec makes of a plain value; throws, where that is wrong. */
export const decoded = <A, O>(codec: t.Type<A, O>, plain: O): A => optionsOrThrow(codec, plain)

/** The same value: brands are types and nothing else. For tables in which every second word would be a brand. */
export const branded = <A>(plain: Plain<A>): A => {
  if (isBranded<A>(plain)) return plain
  throw new TypeError('never')
}
const isBranded = <A>(_plain: unknown): _plain is A => true
