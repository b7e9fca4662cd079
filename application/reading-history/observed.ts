/** What is iterated, as an Observable: cold, each subscriber its own iteration, which stops when it unsubscribes. */
import { Observable } from 'rxjs'

export const observed = <A>(iterate: (signal: AbortSignal) => AsyncIterable<A>): Observable<A> =>
  new Observable((subscriber) => {
    const stop = new AbortController()
    const run = async (): Promise<void> => {
      for await (const item of iterate(stop.signal)) {
        if (stop.signal.aborted) return
        subscriber.next(item)
      }
      subscriber.complete()
    }
    run().catch((error: unknown) => subscriber.error(error))
    return () => stop.abort()
  })
