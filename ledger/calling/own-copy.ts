/** What is given is copied in the call itself, so that nothing of it is looked at again later. */

import { isBytes, isDate, isError, isPlainObject } from '../../domain/values/built-ins.js'

/** How deep a copy goes: deeper than anything that a codec lets pass. */
const DEEPEST = 64

/**
 * A copy of plain data: lists, objects, dates and bytes. What is alive stays what it is: functions, streams and other
 * iterables, signals. What cannot be read (a getter that throws, a list with holes) becomes a symbol, which no codec
 * lets pass. Never throws.
 */
export const ownCopy = (value: unknown): unknown =>
  (typeof value === 'object' && value !== null) || typeof value === 'function' ? copyOf(value, new Map(), 0) : value

const unreadable = (reason: string): symbol => Symbol(`cannot be read: ${reason}`)

const copyOf = (value: unknown, copies: Map<object, unknown>, depth: number): unknown => {
  if (typeof value === 'function') return isRevoked(value) ? unreadable('a proxy that was revoked') : value
  if (typeof value !== 'object' || value === null) return value
  const known = copies.get(value)
  if (known !== undefined) return known
  if (depth > DEEPEST) return unreadable(`more than ${DEEPEST} levels of nesting`)
  try {
    if (Array.isArray(value)) return copyOfList(value, copies, depth)
    if (ArrayBuffer.isView(value)) return copyOfBytes(value)
    if (isDate(value)) return new Date(value.getTime())
    const tag = Object.prototype.toString.call(value)
    if (tag !== '[object Object]' || Symbol.asyncIterator in value || Symbol.iterator in value) return value
    return copyOfObject(value, copies, depth)
  } catch (error) {
    return unreadable(isError(error) ? error.message : 'it threw')
  }
}

/** Nothing at all can be asked of it. */
const isRevoked = (value: object): boolean => {
  try {
    Array.isArray(value)
    return false
  } catch {
    return true
  }
}

const copyOfList = (list: ReadonlyArray<unknown>, copies: Map<object, unknown>, depth: number): unknown => {
  const copy: unknown[] = []
  copies.set(list, copy)
  for (let index = 0; index < list.length; index++) {
    if (!(index in list)) return unreadable(`a list with a hole at ${index}`)
    copy.push(copyOf(list[index], copies, depth + 1))
  }
  return copy
}

/** Of a class of one's own it keeps the class: where plain data are asked for, it is none. */
const copyOfObject = (value: object, copies: Map<object, unknown>, depth: number): object => {
  const copy: object = isPlainObject(value) ? {} : Object.create(Object.getPrototypeOf(value))
  copies.set(value, copy)
  for (const key of Reflect.ownKeys(value)) {
    if (!Object.prototype.propertyIsEnumerable.call(value, key)) continue
    const member = memberOf(value, key)
    Object.defineProperty(copy, key, {
      value: copyOf(member, copies, depth + 1),
      writable: true,
      enumerable: true,
      configurable: true,
    })
  }
  return copy
}

const memberOf = (value: object, key: PropertyKey): unknown => {
  try {
    return Reflect.get(value, key)
  } catch (error) {
    return unreadable(isError(error) ? error.message : 'it threw')
  }
}

/** Bytes, also of another realm; any other view is as it was. */
const copyOfBytes = (view: ArrayBufferView): unknown =>
  isBytes(view) ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice() : view
