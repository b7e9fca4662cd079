/** How a call ends when its signal aborts. */
import { ABORTED } from '../../application/command-handling/command-error.js'
import { isPromise } from '../../domain/values/built-ins.js'
import { eachMember } from './each-member.js'
import { LedgerError } from './errors.js'
import { signalIn } from './following.js'
import { isIterated } from './own.js'

const aborted = (): Error => new LedgerError({ _tag: 'aborted' }, ABORTED)

/** Throws `aborted` once it has. */
export const assertGoingOn = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted === true) throw aborted()
}

/** Of calls that what they wait for ends by itself: only it knows whether something was recorded, and it cleans up. */
const heeded = new WeakSet<AbortSignal>()

/** From now on whatever the call waits for heeds its signal, and the call waits for that. */
export const heededFromNow = (signal: AbortSignal | undefined): void => {
  if (signal !== undefined) heeded.add(signal)
}

/** The same answer; or, as soon as the signal aborts, what `why` says, if it says something. */
export const answeredUntil = <A>(
  signal: AbortSignal,
  answer: Promise<A>,
  why: () => Error | undefined = aborted,
): Promise<A> =>
  new Promise((resolve, reject) => {
    const stop = (): void => {
      const error = why()
      if (error !== undefined) reject(error)
    }
    const over = (): void => signal.removeEventListener('abort', stop)
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    answer.then(resolve, reject).finally(over)
  })

async function* each<A>(items: AsyncIterable<A> | Iterable<A>): AsyncGenerator<A, void, undefined> {
  yield* items
}

/** The same items; but as soon as the signal aborts, what `why` says, though they may come from what nobody here has a hold of. */
export async function* eachUntil<A>(
  items: AsyncIterable<A> | Iterable<A>,
  signal: AbortSignal | undefined,
  why: () => Error = aborted,
): AsyncGenerator<A, void, undefined> {
  if (signal === undefined) return yield* items
  const iterator = each(items)
  try {
    for (;;) {
      if (signal.aborted) throw why()
      const step = await answeredUntil(signal, iterator.next(), why)
      if (step.done === true) return
      yield step.value
    }
  } finally {
    // One that is stalled does not answer.
    void iterator.return().catch(() => undefined)
  }
}

/** The same methods: each answers `aborted` as soon as the signal among its arguments aborts, whatever it waits for, unless that heeds the signal. */
export const untilAborted = <Methods extends object>(methods: Methods): Methods =>
  eachMember(methods, (method) => {
    if (typeof method !== 'function') return method
    return (...given: ReadonlyArray<unknown>): unknown => {
      const answer: unknown = Reflect.apply(method, undefined, given)
      const signal = signalIn(given)
      if (signal === undefined) return answer
      if (isPromise(answer)) return answeredUntil(signal, answer, () => (heeded.has(signal) ? undefined : aborted()))
      return isIterated(answer) ? eachUntil(answer, signal) : answer
    }
  })
