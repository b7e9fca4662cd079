/**
 * Names are looked for as they were typed, and then in their NFC form, which is what a keyboard of another system writes for
 * the same characters. What was recorded before names had to be in that form is found by its own.
 */
import { isPlainObject, isPromise } from '../../domain/values/built-ins.js'
import { eachMember } from './each-member.js'
import { LedgerError } from './errors.js'
import { isIterated } from './own.js'

/** Of methods that only answer: each asks again where nothing is there under what was typed. */
export const typedThenNfc = <Methods extends object>(methods: Methods): Methods =>
  eachMember(methods, (method) => {
    if (typeof method !== 'function') return method
    return (...given: ReadonlyArray<unknown>): unknown => {
      const ask = (these: ReadonlyArray<unknown>): unknown => Reflect.apply(method, undefined, these)
      const formed = given.map((each) => inNfc(each))
      if (formed.every((each, at) => each === given[at])) return ask(given)
      const answer = ask(given)
      if (isPromise(answer)) return eitherOf(answer, () => Promise.resolve(ask(formed)))
      return isIterated(answer) ? eachOfEither(answer, () => ask(formed)) : answer
    }
  })

/** Names stand no deeper in an argument, and in no longer lists: what is larger holds none, or is refused by who checks it. */
const DEEPEST = 4
const LONGEST = 1000

/** The same value where every name in it is in NFC; else a copy in which it is. What is alive stays what it is. */
const inNfc = (value: unknown, depth = 0): unknown => {
  if (typeof value === 'string') return value.normalize('NFC')
  if (typeof value !== 'object' || value === null || depth === DEEPEST) return value
  try {
    if (Array.isArray(value)) {
      if (value.length > LONGEST) return value
      const items = value.map((item: unknown) => inNfc(item, depth + 1))
      return items.every((item, at) => item === value[at]) ? value : items
    }
    if (!isPlainObject(value)) return value
    const members = Object.entries(value).map(([key, member]): [string, unknown] => [key, inNfc(member, depth + 1)])
    return members.every(([key, member]) => member === Reflect.get(value, key)) ? value : Object.fromEntries(members)
  } catch {
    // It cannot be looked at, which those who check arguments tell.
    return value
  }
}

/** Nothing was refused under either form: then what was typed is told. */
const eitherOf = async (typed: Promise<unknown>, formed: () => Promise<unknown>): Promise<unknown> => {
  try {
    const answer = await typed
    return isNothing(answer) ? await formed().catch(() => answer) : answer
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    return formed().catch(() => {
      throw error
    })
  }
}

/** A list without items, or a page of one. */
const isNothing = (answer: unknown): boolean =>
  Array.isArray(answer)
    ? answer.length === 0
    : typeof answer === 'object' && answer !== null && 'items' in answer && isNothing(answer.items)

async function* eachOfEither(typed: AsyncIterable<unknown>, formed: () => unknown): AsyncGenerator<unknown> {
  let isEmpty = true
  try {
    for await (const item of typed) {
      isEmpty = false
      yield item
    }
    if (!isEmpty) return
  } catch (error) {
    if (!isEmpty || !(error instanceof LedgerError)) throw error
    const again = formed()
    if (!isIterated(again)) throw error
    try {
      yield* again
      return
    } catch {
      throw error
    }
  }
  const again = formed()
  if (isIterated(again)) yield* again
}
