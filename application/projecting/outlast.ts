/** How what lasts gets over a failure that may pass: it tries again, and says meanwhile that it is behind. */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { BehaviorSubject, distinctUntilChanged, map, Observable, type Subscriber } from 'rxjs'
import { type BadClock, type Clock, timeOf } from '../../domain/ports/clock-and-ids.js'

/** Since when, as an ISO 8601 text, and why something lags behind the store. */
export interface Behind {
  readonly since: string
  readonly reason: string
}

export interface Outlasting {
  /**
   * The answer to work, which is done again, with growing pauses, for as long as `passing` finds a reason in what it
   * fails with, and patience lasts. What is not subscribed to any more is not tried again.
   */
  readonly outlast: <Failure, A>(
    work: TE.TaskEither<Failure, A>,
    passing: (failure: Failure) => string | undefined,
  ) => Observable<A>
  /** The first of the failures that are waited for, now and after each change; `null` if there is none. */
  readonly behind: Observable<Behind | null>
}

/** In milliseconds. */
const PAUSE = { first: 80, longest: 1000 }

/** @param patience how long each failure is waited for, in milliseconds */
export const outlasting = (clock: Clock, patience: number): Outlasting => {
  const troubles = new BehaviorSubject<ReadonlyArray<Behind>>([])

  const persist = async <Failure, A>(
    work: TE.TaskEither<Failure, A>,
    passing: (failure: Failure) => string | undefined,
    subscriber: Subscriber<A>,
    signal: AbortSignal,
  ): Promise<void> => {
    let trouble: Behind | undefined
    const over = (): void => {
      if (trouble !== undefined) troubles.next(troubles.value.filter((each) => each !== trouble))
      trouble = undefined
    }
    signal.addEventListener('abort', over)
    let until = 0
    for (let pause = PAUSE.first; ; pause = Math.min(2 * pause, PAUSE.longest)) {
      const done = await work()
      if (signal.aborted) return
      if (E.isRight(done)) {
        over()
        subscriber.next(done.right)
        subscriber.complete()
        return
      }
      const reason = passing(done.left)
      if (reason !== undefined && trouble === undefined) {
        trouble = { since: E.getOrElse(({ gave }: BadClock) => gave)(timeOf(clock)), reason }
        until = clock.monotonic() + patience
        troubles.next([...troubles.value, trouble])
      }
      if (reason === undefined || clock.monotonic() >= until) {
        subscriber.error(done.left)
        return
      }
      await clock.sleep(pause, signal)
      if (signal.aborted) return
    }
  }

  return {
    outlast: (work, passing) =>
      new Observable((subscriber) => {
        const left = new AbortController()
        persist(work, passing, subscriber, left.signal).catch((error: unknown) => subscriber.error(error))
        return () => left.abort()
      }),
    behind: troubles.pipe(
      map(([first]) => first ?? null),
      distinctUntilChanged(),
    ),
  }
}
