/** Which draft a part is for, and whose part it is, where that is not told. */
import * as E from 'fp-ts/lib/Either.js'
import { type RunRef, runPath } from '../values/references.js'
import type { RunFact } from '../values/run-fact.js'

/** Neither is there a distributed id, nor a run that is in a group. */
export interface NoDistributedId {
  readonly _tag: 'no-distributed-id'
  readonly run: string | null
}

/** The writers of a group write one version: its name is the distributed id unless told. */
export const distributedIdOf = (
  run: RunRef | undefined,
  fact: Pick<RunFact, 'group'> | undefined,
): E.Either<NoDistributedId, string> =>
  E.fromNullable<NoDistributedId>({ _tag: 'no-distributed-id', run: run === undefined ? null : runPath(run) })(
    fact?.group,
  )

/** A part is its run's, and a run has one; outside of runs each call brings a part of its own. */
export const writerOf = (run: RunRef | undefined, commandId: string): string => run?.run ?? commandId
