/** For a listener that may be slow: the newest of what an Observable gives, and nothing that it has passed by. */
import { isObservable, type Observable } from 'rxjs'
import { record, rule } from '../domain/values/codec.js'
import { whenAborted } from '../domain/values/when-aborted.js'
import { checkedIfGivenNow, checkedNow } from './calling/checked.js'
import { Signal } from './calling/input.js'
import { wakeable } from './calling/wakeable.js'

const Feed = rule('an Observable, such as that of watch', (value): value is Observable<unknown> => isObservable(value))
const Options = record('the options of newest', {}, { signal: Signal })

/**
 * The values of an Observable, that of `watch`, `watchPosition`, `behind` or `watchStatus` for instance, as they are taken: always the newest. One waits
 * at most; what comes meanwhile takes its place. Ends when the Observable completes, when who takes them returns, and when `signal` aborts; rejects with
 * the error of the Observable. Throws a `LedgerError` where an argument is wrong.
 */
export const newest = <A>(
  feed: Observable<A>,
  options?: { readonly signal?: AbortSignal | undefined },
): AsyncIterable<A> => {
  checkedNow(Feed, feed)
  const signal = checkedIfGivenNow(Options, options)?.signal
  return { [Symbol.asyncIterator]: () => wakeable((over) => taken(feed, signal, over)) }
}

async function* taken<A>(
  feed: Observable<A>,
  signal: AbortSignal | undefined,
  over: AbortController,
): AsyncGenerator<A> {
  let wake = (): void => undefined
  let waiting: { readonly value: A } | undefined
  let ended: { readonly error?: unknown } | undefined
  const end = (how: { readonly error?: unknown }): void => {
    ended ??= how
    wake()
  }
  over.signal.addEventListener('abort', () => end({}))
  const letGo = whenAborted(signal, () => over.abort())
  const subscription = feed.subscribe({
    next: (value) => {
      waiting = { value }
      wake()
    },
    error: (error: unknown) => end({ error }),
    complete: () => end({}),
  })
  try {
    while (!over.signal.aborted) {
      if (waiting !== undefined) {
        const { value } = waiting
        waiting = undefined
        yield value
      } else if (ended === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      } else if ('error' in ended) {
        throw ended.error
      } else {
        return
      }
    }
  } finally {
    subscription.unsubscribe()
    letGo()
  }
}
