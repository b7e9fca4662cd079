import { setMaxListeners } from 'node:events'
import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { timeOf } from '../../domain/ports/clock-and-ids.js'
import { type FileStore, type FileStoreError, FileStoreFailure } from '../../domain/ports/file-store.js'
import { whenAborted } from '../../domain/values/when-aborted.js'
import { wasClosed } from './file-source.js'

/** How the calls of one file store answer: its failures become tagged errors, until it is closed. */
export interface FileStoreCalls {
  /** The work is to end with what `assertGoingOn` throws. */
  readonly attempt: <A>(operation: string, work: () => Promise<A>) => TE.TaskEither<FileStoreError, A>
  /** An iteration that can be begun any number of times. */
  readonly iterate: <A>(operation: string, steps: () => AsyncIterable<A>) => AsyncIterable<A>
  /** Aborts when calls under way are not waited for any longer. */
  readonly ended: AbortSignal
  /** Throws `closed` from then on. */
  readonly assertGoingOn: () => void
  readonly close: FileStore['close']
}

/** The clock by which a store dates what it holds. One that gives no time dates nothing, or collection would take it for old. */
export const dating =
  (now: () => Date): (() => Date) =>
  () => {
    const time = timeOf({ now })
    if (E.isLeft(time)) throw new FileStoreFailure(time.left)
    return new Date(time.right)
  }

export const fileStoreCalls = (
  describe: (cause: unknown) => { readonly reason: string; readonly code?: string },
): FileStoreCalls => {
  const underWay = new Set<Promise<unknown>>()
  const running = new Set<AsyncIterator<unknown>>()
  const end = new AbortController()
  setMaxListeners(0, end.signal)
  let closed = false

  const failure = (operation: string, cause: unknown): FileStoreError => {
    if (cause instanceof FileStoreFailure) return cause.error
    if (end.signal.aborted && cause === end.signal.reason) return wasClosed().error
    return { _tag: 'file-store-failed', operation, ...describe(cause) }
  }

  const assertOpen = (): void => {
    if (closed) throw wasClosed()
  }

  return {
    attempt: (operation, work) =>
      TE.tryCatch(
        async () => {
          assertOpen()
          const working = work()
          underWay.add(working)
          return working.finally(() => underWay.delete(working))
        },
        (cause) => failure(operation, cause),
      ),
    iterate: (operation, steps) => ({
      async *[Symbol.asyncIterator]() {
        let iterator: AsyncIterator<ItemOf<typeof steps>> | undefined
        try {
          assertOpen()
          iterator = steps()[Symbol.asyncIterator]()
          running.add(iterator)
          for (;;) {
            const step = await iterator.next()
            assertOpen()
            if (step.done === true) return
            yield step.value
          }
        } catch (cause) {
          throw new FileStoreFailure(failure(operation, cause), { cause })
        } finally {
          if (iterator !== undefined) running.delete(iterator)
          await iterator?.return?.()
        }
      },
    }),
    ended: end.signal,
    assertGoingOn: () => {
      if (end.signal.aborted) throw wasClosed()
    },
    close: async (signal) => {
      closed = true
      whenAborted(signal, () => end.abort())
      // What nobody goes on with holds no file open.
      await Promise.allSettled([...underWay, ...[...running].map((iterator) => iterator.return?.())])
      end.abort()
    },
  }
}

type ItemOf<Steps> = Steps extends () => AsyncIterable<infer A> ? A : never
