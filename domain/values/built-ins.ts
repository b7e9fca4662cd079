/**
 * What a value is, of the classes that come with JavaScript and Node. Jest, and whoever else runs code in a `vm` context, has
 * a second set of these classes: there `instanceof`, and a prototype held against one's own, say no to what Node itself gives
 * out and to what the caller made. So each is told here by what it is made of, and nowhere else.
 */
import * as types from 'node:util/types'

export const isDate = (value: unknown): value is Date => types.isDate(value)
export const isBytes = (value: unknown): value is Uint8Array => types.isUint8Array(value)
export const isInt32Array = (value: unknown): value is Int32Array => types.isInt32Array(value)
export const isFloat64Array = (value: unknown): value is Float64Array => types.isFloat64Array(value)
export const isArrayBuffer = (value: unknown): value is ArrayBuffer => types.isArrayBuffer(value)
export const isMap = (value: unknown): value is MapConstructor['prototype'] => types.isMap(value)
export const isSet = (value: unknown): value is Set<unknown> => types.isSet(value)
export const isRegExp = (value: unknown): value is RegExp => types.isRegExp(value)
export const isPromise = (value: unknown): value is Promise<unknown> => types.isPromise(value)

/** Also one that is no native one: what inherits from `Error.prototype`, as the errors of better-sqlite3 do. */
export const isError = (value: unknown): value is Error =>
  types.isNativeError(value) || (typeof value === 'object' && value !== null && inheritsFromError(value))

/** In words, what was thrown. */
export const messageOf = (thrown: unknown): string => (isError(thrown) ? thrown.message : String(thrown))

const inheritsFromError = (value: object): boolean => {
  for (let prototype = prototypeOf(value); prototype !== null; prototype = prototypeOf(prototype))
    if (isErrorPrototype(prototype)) return true
  return false
}
const isErrorPrototype = (prototype: object): boolean =>
  ownValue(prototype, 'name') === 'Error' && ownValue(prototype, 'message') === ''
/** Never that of a getter, which may throw. */
const ownValue = (value: object, key: string): unknown => Object.getOwnPropertyDescriptor(value, key)?.value

/** A signal as Node, a browser or jsdom has them: one that can be looked at and listened to, which its prototype cannot. */
export const isAbortSignal = (value: unknown): value is AbortSignal => {
  if (typeof value !== 'object' || value === null) return false
  try {
    return (
      Object.prototype.toString.call(value) === '[object AbortSignal]' &&
      typeof Reflect.get(value, 'aborted') === 'boolean' &&
      typeof Reflect.get(value, 'addEventListener') === 'function'
    )
  } catch {
    return false
  }
}

/** An object as braces make it, or one without a prototype; not of a class. */
export const isPlainObject = (value: unknown): value is Readonly<Record<string, unknown>> => {
  if (typeof value !== 'object' || value === null) return false
  const prototype = prototypeOf(value)
  return prototype === null || prototype === Object.prototype || isObjectPrototype(prototype)
}
/** Only it inherits from nothing, and brings what all objects have. */
const isObjectPrototype = (prototype: object): boolean =>
  prototypeOf(prototype) === null && Object.hasOwn(prototype, 'hasOwnProperty')

const prototypeOf = (value: object): object | null => Object.getPrototypeOf(value)
