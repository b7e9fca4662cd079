/** Watch: the checkpoint now and after each change, while somebody listens. */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import {
  concat,
  connect,
  defer,
  distinctUntilChanged,
  EMPTY,
  endWith,
  exhaustMap,
  ignoreElements,
  merge,
  mergeMap,
  Observable,
  of,
  race,
  repeat,
  Subject,
  share,
  takeUntil,
  tap,
  throwError,
  timer,
} from 'rxjs'
import type { Position } from '../../domain/ports/event-store.js'
import type { Behind, Outlasting } from './outlast.js'
import { passing, type ReadError } from './read-error.js'
import { GUARD, POLL } from './wait.js'

/**
 * @param checkpoints the checkpoint after each time that events were applied; it completes when the projector is closed
 * @param follow applies what the store tells of by itself, until the signal or until that ends; `undefined` where a store does not
 */
export const watching = (
  checkpoint: TE.TaskEither<ReadError, Position>,
  checkpoints: Observable<Position>,
  { outlast, behind }: Outlasting,
  follow: ((signal: AbortSignal) => Promise<void>) | undefined,
): Watched => {
  const look = outlast(checkpoint, passing)
  const looks = follow === undefined ? look.pipe(repeat({ delay: POLL })) : following(look, follow)
  /** The same for all who listen. */
  const polling = merge(looks, checkpoints).pipe(share())

  /** Whoever comes later does not wait for the next look; what fails is the business of those. */
  const now = defer(checkpoint).pipe(
    mergeMap((refreshed) => {
      if (E.isRight(refreshed)) return of(refreshed.right)
      return passing(refreshed.left) === undefined ? throwError(() => refreshed.left) : EMPTY
    }),
  )
  const closed = checkpoints.pipe(ignoreElements(), endWith(null))
  return {
    watchPosition: merge(polling, now).pipe(takeUntil(closed), distinctUntilChanged()),
    told: polling,
    behind: merge(polling.pipe(ignoreElements()), behind).pipe(takeUntil(closed)),
  }
}

export interface Watched {
  readonly watchPosition: Observable<Position>
  /** Something when it may have changed. */
  readonly told: Observable<unknown>
  readonly behind: Observable<Behind | null>
}

/** One look, what follows on it, and another look when that has ended, and from time to time. */
const following = (look: Observable<Position>, follow: (signal: AbortSignal) => Promise<void>): Observable<Position> =>
  defer(() => {
    const ended = new Subject<void>()
    const followed = new Observable<never>((subscriber) => {
      const left = new AbortController()
      const complete = (): void => subscriber.complete()
      // Why it ended is told by the next look.
      follow(left.signal).then(complete, complete)
      return () => left.abort()
    })
    const again = timer(POLL).pipe(
      tap(() => ended.next()),
      ignoreElements(),
    )
    return look.pipe(
      repeat({ delay: () => race(timer(GUARD), ended) }),
      connect((looks) => merge(looks, looks.pipe(exhaustMap(() => concat(followed, again))))),
    )
  })
