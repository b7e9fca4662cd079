/**
 * What crosses the public API is the caller's own, in both directions. What is given is copied in the call itself, so
 * that nothing of it is looked at again later; what is given out is frozen, so that nobody changes what the ledger
 * or another caller goes on reading.
 */

import { isObservable, map } from 'rxjs'
import { isBytes, isDate, isError, isPlainObject, isPromise } from '../../domain/values/built-ins.js'
import { eachMember } from './each-member.js'
import { type Following, followingSignals } from './following.js'
import { frozen } from './frozen.js'
import { lettingGo, listenedTo } from './given-streams.js'

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

/** The same methods and feeds; each takes copies, listens to the streams that it is given until it has answered, and gives out what is frozen. `note` is told of what is to be answered; `calling` makes each call. */
export const guarded = <Methods extends object>(
  methods: Methods,
  note: (call: Promise<unknown>) => void = () => undefined,
  calling: (method: string, call: () => unknown) => unknown = (_method, call) => call(),
): Methods =>
  eachMember(methods, (member, name) => {
    if (isObservable(member)) return givenOut(member)
    if (typeof member !== 'function') return member
    return (...given: ReadonlyArray<unknown>): unknown => {
      const copies = given.map(ownCopy)
      const hasObjects = copies.some((copy) => typeof copy === 'object')
      const streams = hasObjects ? listenedTo(copies) : []
      const signals = hasObjects ? followingSignals(copies) : undefined
      const answer = calling(name, () => Reflect.apply(member, undefined, copies))
      if (!isPromise(answer)) return givenOut(answer, signals)
      note(answer)
      signals?.begin()
      const lasting = signals === undefined ? answer : answer.finally(signals.end)
      return givenOut(streams.length > 0 ? lettingGo(streams, lasting) : lasting)
    }
  })

const givenOut = (answer: unknown, signals?: Following): unknown => {
  if (isPromise(answer)) return answer.then(frozen)
  if (isObservable(answer)) return answer.pipe(map(frozen))
  return isIterated(answer) ? eachFrozen(answer, signals) : frozen(answer)
}

export const isIterated = (answer: unknown): answer is AsyncIterable<unknown> =>
  typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer

/** A `return` is told to what gives the items first: a generator that waits for the next one takes none until it has come. */
const eachFrozen = (items: AsyncIterable<unknown>, signals: Following | undefined): AsyncGenerator<unknown> => {
  const iterator = items[Symbol.asyncIterator]()
  const each = frozenEach(iterator, signals)
  const end = each.return.bind(each)
  return Object.assign(each, {
    return: (value: unknown) => {
      void iterator.return?.().catch(() => undefined)
      return end(value)
    },
  })
}

async function* frozenEach(iterator: AsyncIterator<unknown>, signals: Following | undefined): AsyncGenerator<unknown> {
  signals?.begin()
  try {
    for await (const item of { [Symbol.asyncIterator]: () => iterator }) yield frozen(item)
  } finally {
    signals?.end()
  }
}
