/** The end of a ledger: what is under way when it is closed, and how long that is waited for. */
import { LedgerError } from './errors.js'
import { eachUntil } from './stopping.js'

export interface Closing {
  /** Keeps a call in mind until it is answered. */
  readonly note: (call: Promise<unknown>) => void
  /** The same items; but `closed` as soon as closing begins, for they may come from what the ledger has no hold of. */
  readonly untilClosed: <A>(items: AsyncIterable<A> | Iterable<A>) => AsyncIterable<A>
  /** @param within milliseconds for what is being written. Called again, the shorter time counts. */
  readonly close: (within: number) => Promise<void>
}

/** What cleans up after itself when the time is over has so long for that, in milliseconds. */
const CLEANING = 1000
/** A timer of Node takes no more milliseconds than this, some 24 days; of a longer one it makes 1. */
const LONGEST = 2 ** 31 - 1

const closed = (): Error => {
  const reason = 'the ledger was closed: open it again'
  return new LedgerError({ _tag: 'closed', reason }, reason)
}

/** @param end closes the stores; what is not done when its signal aborts is given up */
export const closingBy = (end: (over: AbortSignal) => Promise<unknown>): Closing => {
  const calls = new Set<Promise<unknown>>()
  const begun = new AbortController()
  const over = new AbortController()
  let ending: Promise<void> | undefined

  const finish = async (): Promise<void> => {
    begun.abort()
    await end(over.signal)
    await Promise.allSettled(calls)
  }

  return {
    note: (call) => {
      calls.add(call)
      const answered = (): void => void calls.delete(call)
      call.then(answered, answered)
    },
    untilClosed: (items) => eachUntil(items, begun.signal, closed),
    close: async (within) => {
      ending ??= finish()
      let timer: NodeJS.Timeout | undefined
      const time = (ms: number): Promise<void> =>
        new Promise((resolve) => {
          timer = setTimeout(resolve, Math.min(ms, LONGEST))
        })
      const timeIsUp = time(within).then(() => {
        over.abort()
        return time(CLEANING)
      })
      try {
        await Promise.race([ending, timeIsUp])
      } finally {
        clearTimeout(timer)
      }
    },
  }
}
