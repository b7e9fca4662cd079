/** Brands for tests: made as everybody's are, by decoding plain values. */
import type * as t from 'io-ts'
import { optionsOrThrow } from '../../domain/values/codec.js'

/** What the codec makes of a plain value; throws, where that is wrong. */
export const decoded = <A, O>(codec: t.Type<A, O>, plain: O): A => optionsOrThrow(codec, plain)
