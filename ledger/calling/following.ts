/**
 * Signals that callers give, of whichever realm. A call goes by a signal of its own, which follows the caller's until the
 * call has answered: so nothing is left on a signal that outlives its calls, and however many follow one, it has one listener.
 */
import { setMaxListeners } from 'node:events'
import { isAbortSignal, isPlainObject } from '../../domain/values/built-ins.js'

export interface Following {
  readonly begin: () => void
  readonly end: () => void
}

/** What follows one signal. */
interface Followed {
  readonly followers: Set<AbortController>
  readonly abort: () => void
}
const all = new WeakMap<AbortSignal, Followed>()

/** Puts signals of the call's own in the place of those in the arguments, which are copies; nothing where there is none. */
export const followingSignals = (given: ReadonlyArray<unknown>): Following | undefined => {
  const pairs = given.flatMap((argument): ReadonlyArray<readonly [AbortSignal, AbortController]> => {
    const signal = signalOf(argument)
    if (signal === undefined || typeof argument !== 'object' || argument === null) return []
    const own = new AbortController()
    setMaxListeners(0, own.signal)
    if (signal.aborted) own.abort(signal.reason)
    Reflect.set(argument, 'signal', own.signal)
    return [[signal, own]]
  })
  if (pairs.length === 0) return undefined
  return {
    begin: () => {
      for (const [signal, own] of pairs) follow(signal, own)
    },
    end: () => {
      for (const [signal, own] of pairs) leave(signal, own)
    },
  }
}

/** The signal among arguments, if there is one. */
export const signalIn = (given: ReadonlyArray<unknown>): AbortSignal | undefined =>
  given.map(signalOf).find((signal) => signal !== undefined)

const signalOf = (argument: unknown): AbortSignal | undefined =>
  isPlainObject(argument) && isAbortSignal(argument['signal']) ? argument['signal'] : undefined

const follow = (signal: AbortSignal, follower: AbortController): void => {
  const known = all.get(signal)
  if (signal.aborted) follower.abort(signal.reason)
  else if (known !== undefined) known.followers.add(follower)
  else listen(signal, follower)
}

const listen = (signal: AbortSignal, follower: AbortController): void => {
  const followers = new Set([follower])
  const abort = (): void => {
    all.delete(signal)
    for (const each of followers) each.abort(signal.reason)
  }
  all.set(signal, { followers, abort })
  signal.addEventListener('abort', abort, { once: true })
}

const leave = (signal: AbortSignal, follower: AbortController): void => {
  const followed = all.get(signal)
  if (followed?.followers.delete(follower) !== true || followed.followers.size > 0) return
  all.delete(signal)
  signal.removeEventListener('abort', followed.abort)
}
