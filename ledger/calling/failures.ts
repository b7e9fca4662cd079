/** What a method can be refused with, of those that do not need the union of everything; and its words. */

import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type * as t from 'io-ts'
import { ABORTED, type Aborted } from '../../application/command-handling/command-error.js'
import type { BadMoment } from '../../application/projecting/as-of.js'
import { describeReadError, type ReadError } from '../../application/projecting/read-error.js'
import { type EventDamaged, EventStoreError, type ReadFailure, readProblemOf } from '../../domain/ports/event-store.js'
import { describeFileStoreError, type FileStoreError } from '../../domain/ports/file-store.js'
import { decodeWith } from '../../domain/values/codec.js'
import type { LineageRejection } from '../../projections/lineage/ref.js'
import type { BadCursor } from '../../projections/paging/cursor.js'
import { describeQueryError, type NameError, type QueryError } from '../../projections/registry/questions/errors.js'
import { type InvalidInput, orThrow } from './errors.js'

/** What every method can be refused with that takes a signal: it aborted, or is none. */
type Stopped = Aborted | InvalidInput

/** Nothing can be answered by now, or the moment that is asked about is none. */
export type MomentFailure = ReadError | BadMoment | Stopped

/** By the name of the method; each also ends with a `fault`, as everything may. */
export interface MethodFailures {
  readonly moment: MomentFailure
  readonly openDrafts: MomentFailure
  readonly artifact: MomentFailure | NameError
  readonly registeredModel: MomentFailure | NameError
  readonly runDetails: MomentFailure | NameError
  readonly resolve: MomentFailure | QueryError
  readonly version: MomentFailure | QueryError
  readonly entities: MomentFailure | BadCursor
  readonly projects: MomentFailure | BadCursor
  readonly artifactTypes: MomentFailure | NameError | BadCursor
  readonly artifacts: MomentFailure | NameError | BadCursor
  readonly artifactsByTag: MomentFailure | NameError | BadCursor
  readonly registeredModels: MomentFailure | NameError | BadCursor
  readonly registeredModelsByTag: MomentFailure | NameError | BadCursor
  readonly runs: MomentFailure | NameError | BadCursor
  readonly versions: MomentFailure | NameError | BadCursor
  readonly search: MomentFailure | NameError | BadCursor
  readonly waitFor: ReadError | Stopped
  readonly rebuild: ReadError | Stopped
  readonly progress: ReadError | Stopped
  readonly lineage: MomentFailure | QueryError | LineageRejection
  readonly paths: MomentFailure | QueryError | LineageRejection
  readonly history: MomentFailure | QueryError | BadCursor
  readonly aliasHistory: MomentFailure | NameError | BadCursor
  readonly diffMoments: MomentFailure
  readonly read: MomentFailure
  readonly verify: ReadFailure | EventDamaged | FileStoreError | Stopped
}

type Failure = MethodFailures[keyof MethodFailures]

const describeFailure = (error: Failure): string => {
  switch (error._tag) {
    case 'bad-moment':
      return `the moment: expected ${error.expected}, got ${error.actual}`
    case 'aborted':
      return ABORTED
    case 'bad-cursor':
      return `the cursor: expected ${error.expected}`
    case 'not-in-lineage':
      return `nothing of that name was there at position ${error.moment}`
    case 'file-missing':
    case 'file-damaged':
    case 'source-failed':
    case 'bad-clock':
    case 'files-of-another-ledger':
    case 'file-store-failed':
      return describeFileStoreError(error)
    case 'unavailable':
    case 'closed':
    case 'damaged-store':
    case 'damaged-event':
    case 'projection-failed':
    case 'not-reached':
      return describeReadError(error)
    case 'invalid-input':
    case 'not-found':
    case 'version-not-found':
    case 'version-deleted':
    case 'link-removed':
    case 'ambiguous-name':
      return describeQueryError(error)
  }
}

/** The right side; throws a `LedgerError` of the left one. */
export const answered: <A>(answer: E.Either<Failure, A>) => A = orThrow(describeFailure)

/** What a method answers: it rejects with a `LedgerError` of what stands above under its name, and of nothing else. */
export const answer = async <Name extends keyof MethodFailures, A>(
  _method: Name,
  task: TE.TaskEither<MethodFailures[Name], A>,
): Promise<A> => answered(await task())

/** What is read of the event store, by whoever rejects with an `EventStoreError`; what else is thrown goes on as it is. */
export const fromStore =
  <A>(work: () => Promise<A>): TE.TaskEither<ReadFailure | EventDamaged, A> =>
  async () => {
    try {
      return E.right(await work())
    } catch (error) {
      if (error instanceof EventStoreError) return E.left(readProblemOf(error))
      throw error
    }
  }

/** An argument, checked. */
export const checkedTask = <A>(codec: t.Decoder<unknown, A>, given: unknown): TE.TaskEither<InvalidInput, A> =>
  TE.mapLeft((problems: InvalidInput['problems']): InvalidInput => ({ _tag: 'invalid-input', problems }))(
    TE.fromEither(decodeWith(codec)(given)),
  )

export const checkedTaskIfGiven = <A>(
  codec: t.Decoder<unknown, A>,
  given: unknown,
): TE.TaskEither<InvalidInput, A | undefined> => (given === undefined ? TE.right(undefined) : checkedTask(codec, given))
