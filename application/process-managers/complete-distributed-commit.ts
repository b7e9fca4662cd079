/**
 * The second half of a distributed commit. The seal and the version stand in two streams, so a crash may
 * come between them; whoever finds a seal without its version logs it.
 */
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { draftKey } from '../../domain/artifact/state.js'
import type { DraftRef } from '../../domain/values/references.js'
import type { CommandError } from '../command-handling/command-error.js'
import type { CommandHandler } from '../command-handling/command-handler.js'
import type { Receipt } from '../command-handling/receipt.js'

/** Logs the versions of all sealed generations of a draft that have none yet. */
export const completeCommits = (
  { facts, finish }: Pick<CommandHandler, 'facts' | 'finish'>,
  draft: DraftRef,
): TE.TaskEither<CommandError, ReadonlyArray<Receipt>> =>
  pipe(
    facts.draft(draft, ({ ended }) => ended.flatMap(({ committed }) => committed?.generation ?? [])),
    TE.flatMap((sealed) =>
      sealed.length === 0
        ? TE.right([])
        : facts.artifact(draft.artifact, ({ distributed }) =>
            sealed.filter(
              (generation) => !distributed.has(draftKey({ distributedId: draft.distributedId, generation })),
            ),
          ),
    ),
    TE.flatMap(TE.traverseSeqArray((generation) => finish(draft, generation))),
  )
