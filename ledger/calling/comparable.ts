/** Answers of any kind held against each other by value: what `watch` tells of is a change of what the answer is. */

import { isDeepStrictEqual } from 'node:util'
import { isArrayBuffer, isDate, isError, isMap, isPlainObject, isSet } from '../../domain/values/built-ins.js'
import { clone } from '../../domain/values/clone.js'
import { LedgerError, type NotComparable } from './errors.js'

/** A picture of an answer, which stays as it is whatever becomes of the answer. */
export interface Picture {
  readonly value: unknown
}

/**
 * The picture of data: what is primitive, lists, plain objects, maps, sets, dates, bytes and errors, also in circles.
 * Throws a `LedgerError` where something else is in it, of which nobody could say whether it changed.
 */
export const pictureOf = (answer: unknown): Picture => {
  try {
    return { value: copyOf(answer, [], new Map()) }
  } catch (error) {
    if (error instanceof LedgerError) throw error
    // A getter that throws, or more levels than can be gone down.
    throw notComparable([], isError(error) ? error.message : 'what cannot be read')
  }
}

export const samePicture = (one: Picture, other: Picture): boolean => isDeepStrictEqual(one.value, other.value)

type Copies = Map<object, unknown>
type Traversal = ReadonlyArray<string>

/** A date by its time: two dates that are none are the same. */
class Time {
  readonly time: number
  constructor(date: Date) {
    this.time = date.getTime()
  }
}

const copyOf = (value: unknown, at: Traversal, copies: Copies): unknown => {
  if (typeof value === 'function') return refuse(value, at)
  if (typeof value !== 'object' || value === null) return value
  const known = copies.get(value)
  if (known !== undefined) return known
  if (isDate(value)) return new Time(value)
  if (isArrayBuffer(value) || ArrayBuffer.isView(value)) return clone(value)
  return copyOfMany(value, at, copies)
}

const copyOfMany = (value: object, at: Traversal, copies: Copies): unknown => {
  const inner = (item: unknown, step: string): unknown => copyOf(item, [...at, step], copies)
  const kept = <A extends object>(copy: A): A => {
    copies.set(value, copy)
    return copy
  }
  /** With its members, those under symbols too; a list, a map or a set may have some beside its items. */
  const withMembers = <A extends object>(copy: A): A => {
    for (const key of Reflect.ownKeys(value)) {
      if (Object.hasOwn(copy, key) || !Object.prototype.propertyIsEnumerable.call(value, key)) continue
      Reflect.set(copy, key, inner(Reflect.get(value, key), String(key)))
    }
    return copy
  }
  if (Array.isArray(value)) {
    const copy = kept<unknown[]>([])
    for (const [index, item] of value.entries()) copy.push(inner(item, `[${index}]`))
    return withMembers(copy)
  }
  if (isMap(value)) {
    const copy = kept(new Map<unknown, unknown>())
    for (const [key, item] of value) copy.set(inner(key, 'a key'), inner(item, String(key)))
    return withMembers(copy)
  }
  if (isSet(value)) {
    const copy = kept(new Set<unknown>())
    for (const item of value) copy.add(inner(item, 'an item'))
    return withMembers(copy)
  }
  if (!isPlainObject(value) && !isError(value)) return refuse(value, at)
  const copy: Record<string, unknown> = kept(Object.create(null))
  if (isError(value)) {
    const { name, message, cause } = value
    Object.assign(copy, { name, message, cause: inner(cause, 'cause') })
  }
  return withMembers(copy)
}

const ofWhichClass = (value: object): string =>
  value.constructor?.name ? `an object of the class ${value.constructor.name}` : 'an object of a class'

const refuse = (value: object, at: Traversal): never => {
  throw notComparable(at, typeof value === 'function' ? 'a function' : ofWhichClass(value))
}

const notComparable = (at: Traversal, actual: string): LedgerError => {
  const error: NotComparable = { _tag: 'not-comparable', at: at.join('.'), actual }
  return new LedgerError(error, describeNotComparable(error))
}

const describeNotComparable = ({ at, actual }: NotComparable): string =>
  `the answer of the question${at === '' ? '' : ` at ${at}`}: expected data that can be compared (plain objects, lists, maps, sets, dates, bytes), got ${actual}`
