/**
 * Copies of data as Node makes them, with the classes of this realm: in a `vm` context, as Jest has one, Node gives out those of
 * its own, and whoever holds such a copy against the original (`isDeepStrictEqual`, `toStrictEqual`) finds another thing.
 */
import * as types from 'node:util/types'

/** What `structuredClone` answers. */
export const clone = <A>(value: A): A => ofThisRealm(structuredClone(value))

const isAbroad = Object.getPrototypeOf(structuredClone({})) !== Object.prototype

/** What Node has just made of plain data, maps, sets, dates and bytes, and nobody else holds; where it is of this realm, it is left alone. */
export const ofThisRealm = <A>(made: A): A => {
  if (isAbroad) bringHome(made, new Set())
  return made
}

const bringHome = (value: unknown, seen: Set<object>): void => {
  if (typeof value !== 'object' || value === null || seen.has(value)) return
  seen.add(value)
  const prototype = prototypeFor(value)
  if (prototype !== undefined) Object.setPrototypeOf(value, prototype)
  if (ArrayBuffer.isView(value)) {
    bringHome(value.buffer, seen)
    return
  }
  if (types.isMap(value)) for (const entry of value) for (const part of entry) bringHome(part, seen)
  if (types.isSet(value)) for (const item of value) bringHome(item, seen)
  for (const key of Object.keys(value)) bringHome(Reflect.get(value, key), seen)
}

/** Nothing for an object without one, and for a Buffer, whose class is the same everywhere. */
const prototypeFor = (value: object): object | undefined => {
  if (Object.getPrototypeOf(value) === null || Buffer.isBuffer(value)) return undefined
  if (types.isNativeError(value)) return ERRORS.find(({ name }) => name === value.name)?.prototype ?? Error.prototype
  return CLASSES.get(Object.prototype.toString.call(value).slice('[object '.length, -1))
}

const ERRORS = [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]
const CLASSES = new Map<string, object>(
  [
    ...[Object, Array, Map, Set, Date, RegExp, ArrayBuffer, DataView, Int8Array, Uint8Array, Uint8ClampedArray],
    ...[Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array],
  ].map(({ name, prototype }) => [name, prototype]),
)
