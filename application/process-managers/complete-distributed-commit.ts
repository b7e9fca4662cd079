/**
 * The second half of a distributed commit. The seal and the version stand in two streams, so a crash may
 * come between them; whoever finds a seal without its version logs it.
 */
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { draftKey } from '../../domain/artifact/state.js'
import type { ArtifactRef } from '../../domain/values/references.js'
import type { CommandError } from '../command-handling/command-error.js'
import type { CommandHandler } from '../command-handling/command-handler.js'
import type { Receipt } from '../command-handling/receipt.js'

/** Logs the versions of all sealed generations of a draft that have none yet. */
export const completeCommits = (
  { facts, finish }: Pick<CommandHandler, 'facts' | 'finish'>,
  artifact: ArtifactRef,
  distributedId: string,
): TE.TaskEither<CommandError, ReadonlyArray<Receipt>> =>
  pipe(
    facts.draft(artifact, distributedId, ({ ended }) => ended.flatMap(({ committed }) => committed?.generation ?? [])),
    TE.flatMap((sealed) =>
      sealed.length === 0
        ? TE.right([])
        : facts.artifact(artifact, ({ distributed }) =>
            sealed.filter((generation) => !distributed.has(draftKey({ distributedId, generation }))),
          ),
    ),
    TE.flatMap(TE.traverseSeqArray((generation) => finish(artifact, distributedId, generation))),
  )
