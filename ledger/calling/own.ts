/**
 * What crosses the public API is the caller's own, in both directions. What is given is copied in the call itself, so
 * that nothing of it is looked at again later; what is given out is frozen, so that nobody changes what the ledger
 * or another caller goes on reading.
 */

import { isObservable, map } from 'rxjs'
import { isPromise } from '../../domain/values/built-ins.js'
import { eachMember } from './each-member.js'
import { type Following, followingSignals } from './following.js'
import { frozen } from './frozen.js'
import { lettingGo, listenedTo } from './given-streams.js'
import { ownCopy } from './own-copy.js'

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
