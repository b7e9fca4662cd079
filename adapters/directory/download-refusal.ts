/** Why a download fails, in words. */
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { DownloadError } from '../../domain/ports/download.js'
import { describeFileStoreError } from '../../domain/ports/file-store.js'
import { describeInsideALedger } from '../../domain/ports/inside-a-ledger.js'
import { failureOf } from './system.js'

export const describeDownloadError = (error: DownloadError): string => {
  switch (error._tag) {
    case 'illegal-entry':
      return `${JSON.stringify(error.path)} cannot be downloaded: expected ${error.expected}`
    case 'paths-collide':
      return `the target cannot hold both ${error.collisions
        .slice(0, 5)
        .map(({ paths: [one, other] }) => `"${one}" and "${other}"`)
        .join(', ')}; ${
        error.collisions.some(({ paths: [one, other] }) => other.startsWith(`${one}/`))
          ? 'nor can any other: log a version that leaves one out'
          : 'choose a target on another file system, or log a version that leaves one out'
      }`
    case 'in-the-way':
      return `${error.path} is ${error.found}; move it away or choose another target`
    case 'inside-a-ledger':
      return describeInsideALedger(error)
    case 'target-differs':
      return `${error.path} is there already with other content, or with another mode (executable or not); move it away, or say overwrite`
    case 'file-unavailable':
      return `"${error.path}" cannot be downloaded: ${describeFileStoreError(error.error)}`
    case 'target-failed':
      return `${error.path} could not be written: ${error.reason}`
    case 'closed':
      return error.reason
    case 'aborted':
      return 'the download was aborted; what is complete stays, and a new download goes on from there'
  }
}

/** Thrown inside a download; its caller gets the error in it. */
export class Refusal extends Error {
  readonly error: DownloadError
  constructor(error: DownloadError) {
    super(describeDownloadError(error))
    this.error = error
  }
}

/** What writes below a path: its refusals, that it was aborted, or why it failed, as values. */
export const writingBelow = <A>(
  path: string,
  signal: AbortSignal | undefined,
  run: () => Promise<A>,
): TE.TaskEither<DownloadError, A> =>
  TE.tryCatch(run, (cause) => {
    if (cause instanceof Refusal) return cause.error
    if (signal?.aborted) return { _tag: 'aborted' }
    return { _tag: 'target-failed', path, ...failureOf(cause, path) }
  })
