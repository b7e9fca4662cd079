/**
 * Doubles in JSON, which has neither NaN nor infinities, and in RFC 8785 no -0. Such a number is written as
 * `{"$numberDouble": "NaN"}`, in the manner of MongoDB Extended JSON; every other one as it is.
 */
import { rule } from './codec.js'

export type EncodedDouble = { readonly $numberDouble: string }

/**
 * A number as commands and events hold it: an integer beyond 2^53 - 1, too, as its digits, as it was recorded since there
 * are metrics, so that the same command has the same digest for ever.
 */
export const encodeDouble = (value: number): number | EncodedDouble =>
  Object.is(value, -0)
    ? { $numberDouble: '-0.0' }
    : Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
      ? value
      : { $numberDouble: String(value) }

/** The number that was encoded. */
export const decodeDouble = (value: number | EncodedDouble): number =>
  typeof value === 'number' ? value : Number(value.$numberDouble)

/** As people read it: `-0` too. */
export const doubleText = (value: number): string => (Object.is(value, -0) ? '-0' : String(value))

/** As `encodeDouble` writes it, and in no other way. */
export const EncodedDouble = rule(
  'a number that JSON does not have, such as {"$numberDouble": "NaN"}',
  (value): value is EncodedDouble => {
    if (typeof value !== 'object' || value === null || !('$numberDouble' in value)) return false
    const { $numberDouble: text, ...more } = value
    if (typeof text !== 'string' || Object.keys(more).length > 0) return false
    const encoded = encodeDouble(Number(text))
    return typeof encoded === 'object' && encoded.$numberDouble === text
  },
)

/** For `JSON.stringify`, which makes `null` of what JSON does not have, and 0 of -0: these as `encodeDouble` writes them. */
export const doubleAsJson = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)) ? encodeDouble(value) : value
