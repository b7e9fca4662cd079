/** Brands for tests: made as everybody's are, by decoding plain values. */
import type * as t from 'io-ts'
import { optionsOrThrow } from '../../domain/values/codec.js'
import type { JsonObject } from '../../domain/values/json.js'

/** What the codec makes of a plain value; throws, where that is wrong. */
export const decoded = <A, O>(codec: t.Type<A, O>, plain: O): A => optionsOrThrow(codec, plain)

/** A value as one writes it, with plain numbers and texts in place of brands. */
export type Plain<A> =
  A extends t.Brand<infer _Brand>
    ? A extends number
      ? number
      : string
    : A extends string | number | boolean | null | undefined
      ? A
      : [JsonObject, string] extends [A, keyof A]
        ? A
        : { readonly [Member in keyof A]: Plain<A[Member]> }

/** The same value: brands are types and nothing else. For tables in which every second word would be a brand. */
export const branded = <A>(plain: Plain<A>): A => {
  if (isBranded<A>(plain)) return plain
  throw new TypeError('never')
}
const isBranded = <A>(_plain: unknown): _plain is A => true
