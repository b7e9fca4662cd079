/** Watch: the checkpoint now and after each change, while somebody listens. */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import {
  defer,
  distinctUntilChanged,
  EMPTY,
  endWith,
  ignoreElements,
  merge,
  mergeMap,
  type Observable,
  of,
  repeat,
  share,
  takeUntil,
  throwError,
} from 'rxjs'
import type { Position } from '../../domain/ports/event-store.js'
import type { Behind, Outlasting } from './outlast.js'
import { passing, type ReadError } from './read-error.js'
import { POLL } from './wait.js'

/** @param told the checkpoint after each time that events were applied; it completes when the projector is closed */
export const watching = (
  checkpoint: TE.TaskEither<ReadError, Position>,
  checkpoints: Observable<Position>,
  { outlast, behind }: Outlasting,
): { readonly watchPosition: Observable<Position>; readonly behind: Observable<Behind | null> } => {
  /** One look after another for all who listen. */
  const polling = merge(outlast(checkpoint, passing).pipe(repeat({ delay: POLL })), checkpoints).pipe(share())

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
    behind: merge(polling.pipe(ignoreElements()), behind).pipe(takeUntil(closed)),
  }
}
