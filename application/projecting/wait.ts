/** Wait: catch up again and again until a position is reached, or the time is up. */
import * as E from 'fp-ts/lib/Either.js'
import type { Observable } from 'rxjs'
import type { Clock } from '../../domain/ports/clock-and-ids.js'
import type { Position } from '../../domain/ports/event-store.js'
import type { Known } from './model.js'
import { passing, type ReadError } from './read-error.js'

/** How often the store is looked at for those who listen or wait, in milliseconds. */
export const POLL = 80
/** The same where the store tells of what is new by itself: in case that it does not. */
export const GUARD = 20_000

/** What there is to be waited for between two looks: a time in milliseconds, and what tells of something new before. */
export interface Pace {
  readonly every: number
  readonly told: Observable<unknown>
}

/** What is waited for, how many milliseconds, and until which signal, from which on nobody hears what is answered. */
interface Awaited {
  readonly position: number
  readonly deadline: number
  readonly signal?: AbortSignal | undefined
}

export const waitUntil = async <States>(
  clock: Clock,
  catchUp: () => Promise<E.Either<ReadError, Known<States>>>,
  checkpoint: () => Position,
  { position, deadline, signal }: Awaited,
  { every, told }: Pace,
): Promise<E.Either<ReadError, Known<States>>> => {
  const until = clock.monotonic() + deadline
  const over = new AbortController()
  const timeUp = async (): Promise<'time is up'> => {
    do await clock.sleep(until - clock.monotonic(), over.signal)
    while (clock.monotonic() < until && !over.signal.aborted)
    return 'time is up'
  }
  // It looks once, however short the time is.
  const inTime = deadline > 0 ? timeUp() : new Promise<never>(() => undefined)
  const listening = listeningTo(told)
  signal?.addEventListener('abort', listening.wake)
  let failure: ReadError | undefined
  try {
    for (;;) {
      const refreshed = await Promise.race([catchUp(), inTime])
      if (refreshed !== 'time is up') {
        const isOver = E.isLeft(refreshed)
          ? passing(refreshed.left) === undefined
          : refreshed.right.checkpoint >= position
        if (isOver) return refreshed
        failure = E.isLeft(refreshed) ? refreshed.left : undefined
      }
      const left = until - clock.monotonic()
      if (refreshed === 'time is up' || left <= 0 || signal?.aborted === true) {
        return E.left(failure ?? { _tag: 'not-reached', position, checkpoint: checkpoint() })
      }
      await clock.sleep(Math.min(failure === undefined ? every : POLL, left), listening.next())
    }
  } finally {
    over.abort()
    signal?.removeEventListener('abort', listening.wake)
    listening.end()
  }
}

/** What is told from the first time on that somebody asks for the next. */
const listeningTo = (told: Observable<unknown>) => {
  let next = new AbortController()
  const wake = (): void => next.abort()
  let heard: ReturnType<typeof told.subscribe> | undefined
  return {
    wake,
    next: (): AbortSignal => {
      next = new AbortController()
      heard ??= told.subscribe({ next: wake, error: wake })
      return next.signal
    },
    end: () => heard?.unsubscribe(),
  }
}
