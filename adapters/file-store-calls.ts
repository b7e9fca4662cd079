import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { type FileStoreError, FileStoreFailure } from '../domain/file-store.js'
import { timeOf } from '../domain/sources.js'

/** How the calls of one file store answer: its failures become tagged errors, until it is closed. */
export interface FileStoreCalls {
  readonly attempt: <A>(operation: string, work: () => Promise<A>) => TE.TaskEither<FileStoreError, A>
  /** An iteration that can be begun any number of times. */
  readonly iterate: <A>(operation: string, steps: () => AsyncIterable<A>) => AsyncIterable<A>
  /** Waits for the attempts under way. */
  readonly close: () => Promise<void>
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
  let closed = false

  const failure = (operation: string, cause: unknown): FileStoreError =>
    cause instanceof FileStoreFailure ? cause.error : { _tag: 'file-store-failed', operation, ...describe(cause) }

  const assertOpen = (): void => {
    if (closed) throw new FileStoreFailure({ _tag: 'closed', reason: 'the file store was closed: open it again' })
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
        try {
          assertOpen()
          yield* steps()
        } catch (cause) {
          throw new FileStoreFailure(failure(operation, cause), { cause })
        }
      },
    }),
    close: async () => {
      closed = true
      await Promise.allSettled(underWay)
    },
  }
}
