/** The loop behind `subscribe`, shared by the stores that can be read at any time. */
import type { Position, StoredEvent } from '../domain/event-store.js'

type Page = ReadonlyArray<StoredEvent>

export interface Subscribed {
  /** The next events after a position, none at the present end. Rejects when the store is closed. */
  readonly readPage: (after: Position) => Promise<Page>
  /** Whom the store wakes when something was appended, and when it closes. */
  readonly waiting: Set<() => void>
  /** Looks by itself that often, for a store to which others append unseen. */
  readonly pollMs?: number
}

/** Pages of events after a position: those that are there, then those to come. */
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

    const readOrWait = async (position: Position): Promise<Page> => {
      // Waiting begins before reading, so that no append falls between the two.
      const woken = new Promise<void>((resolve) => {
        wake = resolve
      })
      waiting.add(wake)
      const timer = pollMs === undefined ? undefined : setTimeout(wake, pollMs).unref()
      try {
        const page = await readPage(position)
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
