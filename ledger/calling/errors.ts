/** The one error of the public API: what every method of a ledger rejects with. */

import type * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { type CommandError, describeCommandError } from '../../application/command-handling/command-error.js'
import type { BadMoment } from '../../application/projecting/as-of.js'
import { describeReadError, type ReadError } from '../../application/projecting/read-error.js'
import type { NoDistributedId } from '../../domain/distributed-draft/whose-part.js'
import type { DownloadError } from '../../domain/ports/download.js'
import { EventStoreError, readProblemOf, type StoreClosed } from '../../domain/ports/event-store.js'
import type { HistoryDamage } from '../../domain/ports/history-damage.js'
import { describeInsideALedger, type InsideALedger } from '../../domain/ports/inside-a-ledger.js'
import { knownAcrossCopies } from '../../domain/values/across-copies.js'
import { describeProblem, type Problem } from '../../domain/values/codec.js'
import { type AmbiguousName, describeAmbiguousName } from '../../domain/values/name-paths.js'
import { wordNotInNfc } from '../../domain/values/new-names.js'
import type { LineageRejection } from '../../projections/lineage/ref.js'
import { describeQueryError, type QueryError } from '../../projections/registry/questions/errors.js'
import { CATEGORIES } from './error-category.js'
import { frozen } from './frozen.js'

/** An argument was not what the method takes. Nothing was done. */
export interface InvalidInput {
  readonly _tag: 'invalid-input'
  readonly problems: ReadonlyArray<Problem>
}

/** The manifest cannot be made from what was given. */
export type ContentError =
  | { readonly _tag: 'illegal-path'; readonly path: string; readonly expected: string }
  | { readonly _tag: 'path-taken'; readonly path: string; readonly present: string; readonly offered: string }
  /** `similar` where a version was asked for it. */
  | { readonly _tag: 'path-not-found'; readonly path: string; readonly similar?: ReadonlyArray<string> }
  /** A local file or directory that is named as content cannot be read. */
  | { readonly _tag: 'unreadable-content'; readonly path: string; readonly reason: string }
  | InsideALedger

/** Neither an artifact nor a registered model has this name. */
type NothingNamed = Extract<QueryError, { readonly _tag: 'not-found' }>

export type WriteError =
  | CommandError
  | InvalidInput
  | AmbiguousName
  | NothingNamed
  | ContentError
  | NoDistributedId
  /** The content is a reference: it is kept elsewhere. */
  | { readonly _tag: 'not-stored'; readonly path: string; readonly uri: string }
  /** The ledger was opened only to answer. */
  | { readonly _tag: 'read-only' }
  /** The history holds a type of event that this version does not know: it cannot say what is needed. */
  | { readonly _tag: 'not-understood'; readonly type: string }
  /** There are files and no history that could say whether they are needed. */
  | { readonly _tag: 'empty-history' }

export const describeWriteError = (error: WriteError): string => {
  const words = wordsOf(error)
  // What a write names is sought as it was given: nobody would see why it is not there.
  const form = error._tag.endsWith('not-found') || error._tag === 'type-mismatch' ? wordNotInNfc(words) : undefined
  return form === undefined ? words : `${words}; ${form}`
}

const wordsOf = (error: WriteError): string => {
  switch (error._tag) {
    case 'invalid-input':
      return error.problems.map(describeProblem).join('; ')
    case 'ambiguous-name':
      return describeAmbiguousName(error)
    case 'not-found':
      return describeQueryError(error)
    case 'illegal-path':
      return `the path ${JSON.stringify(error.path)}: expected ${error.expected}`
    case 'path-taken':
      return `"${error.path}" is there already with other content (${error.present}, offered: ${error.offered}); remove it first, or say overwrite`
    case 'path-not-found':
      if (error.similar === undefined) return `there is no file "${error.path}" and nothing below it`
      return `there is no file "${error.path}"${error.similar.length === 0 ? '' : `; did you mean ${error.similar.map((path) => `"${path}"`).join(' or ')}?`}`
    case 'not-stored':
      return `"${error.path}" is a reference: fetch it from ${error.uri}`
    case 'unreadable-content':
      return `"${error.path}" cannot be read: ${error.reason}`
    case 'inside-a-ledger':
      return describeInsideALedger(error)
    case 'no-distributed-id':
      return error.run === null
        ? 'a distributed version needs a distributedId, or a run whose group stands for it'
        : `the run ${error.run} has no group; give a distributedId`
    case 'not-understood':
      return `the history holds events of the type "${error.type}", which this version does not know and which may need files: upgrade model-ledger first`
    case 'empty-history':
      return 'there is no history that could say which files are needed: nothing is collected; if the history was lost, restore or import it'
    case 'read-only':
      return 'this ledger was opened with readOnly and records nothing; open it without'
    default:
      return describeCommandError(error)
  }
}

/** Why an import was refused, or failed. */
export type ImportError =
  | { readonly _tag: 'not-an-export'; readonly line: number; readonly reason: string }
  | { readonly _tag: 'incomplete-export'; readonly events: number }
  /** The store holds something else where the export's events belong. */
  | { readonly _tag: 'store-not-empty'; readonly stream: string; readonly revision: number }
  /** Others have the ledger open, or wrote to it meanwhile. */
  | { readonly _tag: 'in-use'; readonly reason: string }
  | StoreClosed
  /** Events of this ledger are lost. */
  | HistoryDamage
  /** The event cannot have followed on those before it, by whichever rules it was recorded. */
  | {
      readonly _tag: 'impossible-event'
      readonly line: number
      readonly stream: string
      readonly revision: number
      readonly reason: string
    }
  | { readonly _tag: 'import-failed'; readonly line: number; readonly reason: string }

/** Why a store could not be opened. `reason` says what is wrong with which place, and what would be right. */
export interface OpeningError {
  readonly _tag:
    | 'cannot-open'
    | 'no-driver'
    | 'newer-format'
    | 'read-only'
    | 'locked'
    | 'not-an-event-store'
    | 'not-a-directory'
    | 'not-a-file-store'
    | 'damaged-store'
    | 'damaged-file-store'
    | 'unfit-file-system'
    | 'bad-connection-string'
    | 'bad-option'
    | 'unreachable'
    | 'refused'
    | 'unsupported-server'
  readonly path?: string
  readonly reason: string
}

/** The answer of a question to `watch` holds what nobody can compare, so that no change of it could be told. */
export interface NotComparable {
  readonly _tag: 'not-comparable'
  /** The way to it in the answer; empty for the answer itself. */
  readonly at: string
  readonly actual: string
}

/** There is no ledger at the place that is named, or at none. */
export interface NoLedger {
  readonly _tag: 'no-ledger'
  readonly path?: string
}

/** What a consumer could not do: its handler, or the store of its checkpoint, failed with `cause`. */
export interface ConsumerFailed {
  readonly _tag: 'handler-failed' | 'checkpoint-failed'
  readonly cause: unknown
}

/** The checkpoint of a consumer is of another ledger, or ahead of this one. */
export interface CheckpointMismatch {
  readonly _tag: 'checkpoint-mismatch'
  readonly consumer: string
  readonly reason: string
}

/** A fault of this library, or of a function that it was given; only the TaskEithers answer it. */
export interface Fault {
  readonly _tag: 'fault'
  readonly cause: unknown
}

/** The particulars of everything that a ledger refuses or cannot do: each code with what it knows. */
export type LedgerFailure =
  | WriteError
  | QueryError
  | LineageRejection
  | BadMoment
  | NotComparable
  | ReadError
  | ImportError
  | DownloadError
  | OpeningError
  | NoLedger
  | ConsumerFailed
  | CheckpointMismatch
  | Fault

/** Every code that a `LedgerError` of this version may have; docs/reference/errors.md says what each means. */
export type LedgerErrorCode = LedgerFailure['_tag']

/** A tagged error, as the methods reject with it. */
export interface Tagged {
  readonly _tag: LedgerErrorCode
}

/** The category of an error that is a value, by its code; a `LedgerError` has its own. */
export const categoryOf = <Code extends LedgerErrorCode>(error: { readonly _tag: Code }): (typeof CATEGORIES)[Code] =>
  CATEGORIES[error._tag]

interface Rejected<Failure extends Tagged> extends Error {
  readonly name: 'LedgerError'
  /** Stable; the tag of `error`. */
  readonly code: Failure['_tag']
  /** What kind of thing went wrong: what to do about it, whichever code it has. */
  readonly category: (typeof CATEGORIES)[Failure['_tag']]
  /** The particulars. */
  readonly error: Failure
}

/**
 * What a method of a ledger rejects with. `code` is stable and is the tag of `error`, which holds the
 * particulars; `category` says what to do about it; `message` says what was wrong, where, and what would be right.
 * Where code or category is known, so is the type of `error`.
 */
export type LedgerError<Failure extends Tagged = LedgerFailure> = Failure extends Tagged ? Rejected<Failure> : never

interface LedgerErrorClass {
  new <Failure extends Tagged>(error: Failure, message: string): Rejected<Failure>
  /** To this `instanceof` narrows; to that of a generic class with `any` in place of its parameter. */
  readonly prototype: LedgerError
}

export const LedgerError: LedgerErrorClass = class LedgerError<Failure extends Tagged> extends Error {
  static {
    knownAcrossCopies(LedgerError, 'LedgerError')
  }
  override readonly name = 'LedgerError'
  readonly code: Failure['_tag']
  readonly category: (typeof CATEGORIES)[Failure['_tag']]
  readonly error: Failure
  constructor(error: Failure, message: string) {
    super(message)
    this.code = error._tag
    this.category = categoryOf<Failure['_tag']>(error)
    // A cause is whoever's it is.
    this.error = 'cause' in error ? error : frozen(error)
  }
}

/** What a store threw, as the methods reject with it; what is thrown by others stays what it is. */
export const fromStoreError = (error: unknown): unknown => {
  if (!(error instanceof EventStoreError)) return error
  const problem = readProblemOf(error)
  return new LedgerError(problem, describeReadError(problem))
}

/** What is iterated of the event store: it rejects with a `LedgerError`. */
export async function* eachFromStore<A>(items: AsyncIterable<A>): AsyncGenerator<A> {
  try {
    yield* items
  } catch (error) {
    throw fromStoreError(error)
  }
}

/** The right side of an Either; throws a `LedgerError` of the left one. */
export const orThrow =
  <Failure extends LedgerFailure>(describe: (error: Failure) => string) =>
  <A>(answer: E.Either<Failure, A>): A => {
    if (answer._tag === 'Right') return answer.right
    throw new LedgerError(answer.left, describe(answer.left))
  }

/** Runs a TaskEither as a Promise that rejects with a `LedgerError`. */
export const promised = <Failure extends LedgerFailure>(describe: (error: Failure) => string) => {
  const answered = orThrow(describe)
  return async <A>(task: TE.TaskEither<Failure, A>): Promise<A> => answered(await task())
}
