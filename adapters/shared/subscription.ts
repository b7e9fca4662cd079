/** The loop behind `subscribe`, shared by the stores that can be read at any time. */
import { EventStoreError, type Position, type StoredEvent } from '../../domain/ports/event-store.js'

type Page = ReadonlyArray<StoredEvent>

export interface Subscribed {
  /** The next events after a position, none at the present end. Rejects as the reads of an event store do. */
  readonly readPage: (after: Position) => Promise<Page>
  /** Whom the store wakes when something was appended, and when it closes. */
  readonly waiting: Set<() => void>
  /** Looks by itself that often, for a store to which others append unseen. */
  readonly pollMs?: number
}

/** In milliseconds, for a store that cannot be read. */
const LONGEST_PAUSE = 1000

/** Pages of events after a position: those that are there, then those to come. Outlasts what makes a store unavailable. */
export const subscription = (
  { readPage, waiting, pollMs }: Subscribed,
  after: Position,
  signal?: AbortSignal,
): AsyncIterable<Page> => ({
  [Symbol.asyncIterator]: () => {
    let stopped = signal?.aborted ?? false
    let wake = (): void => undefined
    const stop = () => {
      stopped = true
      wake()
    }

    let failures = 0
    const readOrWait = async (position: Position): Promise<Page> => {
      // Waiting begins before reading, so that no append falls between the two.
      const woken = new Promise<void>((resolve) => {
        wake = resolve
      })
      waiting.add(wake)
      let timer = pollMs === undefined ? undefined : setTimeout(wake, pollMs).unref()
      try {
        const page = await readPage(position).catch((error: unknown) => {
          if (!(error instanceof EventStoreError) || error.code !== 'unavailable') throw error
          failures += 1
          clearTimeout(timer)
          timer = setTimeout(wake, Math.min((pollMs ?? 1) * 2 ** failures, LONGEST_PAUSE)).unref()
          return []
        })
        if (page.length > 0) failures = 0
        if (page.length === 0 && !stopped) await woken
        return page
      } finally {
        waiting.delete(wake)
        clearTimeout(timer)
      }
    }

    async function* pages() {
      signal?.addEventListener('abort', stop)
      try {
        for (let position = after; !stopped; ) {
          const page = await readOrWait(position)
          const last = page.at(-1)
          if (last === undefined || stopped) continue
          position = last.position
          yield page
        }
      } finally {
        signal?.removeEventListener('abort', stop)
      }
    }

    const iterator = pages()
    return {
      next: () => iterator.next(),
      // A generator that waits takes no `return`: it is woken first.
      return: () => {
        stop()
        return iterator.return(undefined)
      },
    }
  },
})
