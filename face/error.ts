/** The one error of the face: what every method of a ledger rejects with. */
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { describeProblem, type Problem } from '../domain/codec.js'
import { type CommandError, describeCommandError } from '../domain/rejection.js'

/** An argument was not what the method takes. Nothing was done. */
export interface InvalidInput {
  readonly _tag: 'invalid-input'
  readonly problems: ReadonlyArray<Problem>
}

/** A bare name that is both an artifact and a registered model. */
export interface AmbiguousName {
  readonly _tag: 'ambiguous-name'
  readonly name: string
  readonly readings: ReadonlyArray<string>
}

/** The manifest cannot be made from what was given. */
export type ContentError =
  | { readonly _tag: 'illegal-path'; readonly path: string; readonly expected: string }
  | { readonly _tag: 'path-taken'; readonly path: string; readonly present: string; readonly offered: string }
  | { readonly _tag: 'path-not-found'; readonly path: string }
  /** A local file or directory that is named as content cannot be read. */
  | { readonly _tag: 'unreadable-content'; readonly path: string; readonly reason: string }

export type WriteError =
  | CommandError
  | InvalidInput
  | AmbiguousName
  | ContentError
  | { readonly _tag: 'no-distributed-id'; readonly run: string | null }
  /** The ledger was opened only to answer. */
  | { readonly _tag: 'read-only' }
  /** The history holds a type of event that this version does not know: it cannot say what is needed. */
  | { readonly _tag: 'not-understood'; readonly type: string }

export const describeWriteError = (error: WriteError): string => {
  switch (error._tag) {
    case 'invalid-input':
      return error.problems.map(describeProblem).join('; ')
    case 'ambiguous-name':
      return `"${error.name}" may mean ${error.readings.join(' or ')}; write the one that is meant in full`
    case 'illegal-path':
      return `the path ${JSON.stringify(error.path)}: expected ${error.expected}`
    case 'path-taken':
      return `"${error.path}" is there already with other content (${error.present}, offered: ${error.offered}); remove it first, or say overwrite`
    case 'path-not-found':
      return `there is no file "${error.path}" and nothing below it`
    case 'unreadable-content':
      return `"${error.path}" cannot be read: ${error.reason}`
    case 'no-distributed-id':
      return error.run === null
        ? 'a distributed version needs a distributedId, or a run whose group stands for it'
        : `the run ${error.run} has no group; give a distributedId`
    case 'not-understood':
      return `the history holds events of the type "${error.type}", which this version does not know and which may need files: upgrade model-ledger first`
    case 'read-only':
      return 'this ledger was opened with readOnly and records nothing; open it without'
    default:
      return describeCommandError(error)
  }
}

/** A tagged error, as the face rejects with it. */
export interface Tagged {
  readonly _tag: string
}

/**
 * What a method of a ledger rejects with. `code` is stable and is the tag of `error`, which holds the
 * particulars; `message` says what was wrong, where, and what would be right.
 */
export class LedgerError<Error_ extends Tagged = Tagged> extends Error {
  override readonly name = 'LedgerError'
  readonly code: Error_['_tag']
  readonly error: Error_
  constructor(error: Error_, message: string) {
    super(message)
    this.code = error._tag
    this.error = error
  }
}

/** Runs a TaskEither as a Promise that rejects with a `LedgerError`. */
export const promised =
  <Error_ extends Tagged>(describe: (error: Error_) => string) =>
  async <A>(task: TE.TaskEither<Error_, A>): Promise<A> => {
    const result = await task()
    if (result._tag === 'Right') return result.right
    throw new LedgerError(result.left, describe(result.left))
  }
