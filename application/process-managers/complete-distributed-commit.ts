/**
 * The second half of a distributed commit. The seal and the version stand in two streams, so a crash may
 * come between them; whoever finds a seal without its version logs it.
 */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { LogVersion } from '../../domain/artifact/commands.js'
import { draftKey } from '../../domain/artifact/state.js'
import type { DistributedCommitted } from '../../domain/distributed-draft/events.js'
import { commandIdOf, type Envelope } from '../../domain/values/envelope.js'
import { numberOfKey } from '../../domain/values/key-table.js'
import type { DraftRef } from '../../domain/values/references.js'
import { draftStream } from '../../domain/values/stream-names.js'
import type { CommandError } from '../command-handling/command-error.js'
import type { CommandHandler } from '../command-handling/command-handler.js'
import type { Receipt } from '../command-handling/receipt.js'

/** What of the command handler completing a commit needs. */
export type CommitHandler = Pick<CommandHandler, 'facts' | 'logVersion'>

/**
 * Logs the version of a sealed generation; again, if it was logged before: with the same receipt. What is logged is read
 * from the seal, so that nobody can claim one.
 */
export const completeCommit = (
  handler: CommitHandler,
  draft: DraftRef,
  generation: number,
): TE.TaskEither<CommandError, Receipt> =>
  pipe(
    handler.facts.draft(draft, ({ ended }) => ended[generation]),
    TE.flatMap((end): TE.TaskEither<CommandError, Receipt> => {
      if (end?.committed === undefined) return TE.left({ _tag: 'not-sealed', stream: draftStream(draft), generation })
      const { how, by, at, committed } = end
      return how === 'abandoned'
        ? TE.left({ _tag: 'draft-ended', generation, end: { how, by, at } })
        : logSealed(handler, draft, committed)
    }),
  )

/** The id follows from the seal, so anybody may have given another command under it: then the next one is taken. */
const logSealed = (
  handler: CommitHandler,
  draft: DraftRef,
  seal: DistributedCommitted,
  taken = 0,
): TE.TaskEither<CommandError, Receipt> => {
  const { command, envelope } = logCommandOf(draft, seal, taken)
  return pipe(
    handler.logVersion(command, envelope),
    TE.orElse(
      (error): TE.TaskEither<CommandError, Receipt> =>
        error._tag === 'command-id-reused' ? logSealed(handler, draft, seal, taken + 1) : TE.left(error),
    ),
  )
}

/** Logs the versions of all sealed generations of a draft that have none yet; one that has to wait keeps none of the others. */
export const completeCommits = (
  handler: CommitHandler,
  draft: DraftRef,
): TE.TaskEither<CommandError, ReadonlyArray<Receipt>> =>
  pipe(
    handler.facts.draft(draft, ({ ended }) =>
      ended.flatMap(({ how }, generation) => (how === 'sealed' ? generation : [])),
    ),
    TE.flatMap((sealed) =>
      sealed.length === 0
        ? TE.right([])
        : handler.facts.artifact(draft.artifact, ({ distributed }) =>
            sealed.filter(
              (generation) =>
                numberOfKey(distributed, draftKey({ distributedId: draft.distributedId, generation })) === undefined,
            ),
          ),
    ),
    TE.flatMap((left) => async () => {
      const tried: Array<E.Either<CommandError, Receipt>> = []
      for (const generation of left) tried.push(await completeCommit(handler, draft, generation)())
      return E.sequenceArray(tried)
    }),
  )

/** The command, in the committer's envelope. `taken` says how many of its ids other commands have already. */
export const logCommandOf = (
  draft: DraftRef,
  committed: DistributedCommitted,
  taken = 0,
): { readonly command: LogVersion; readonly envelope: Envelope } => {
  const { generation, artifactType, manifest, run, base, description, metadata, aliases, tags, envelope } = committed
  const command: LogVersion = {
    type: 'LogArtifactVersion',
    artifact: draft.artifact,
    artifactType,
    manifest,
    distributed: { distributedId: draft.distributedId, generation },
    ...(run === undefined ? {} : { run: run.ref }),
    ...(base === undefined ? {} : { base }),
    ...(description === undefined ? {} : { description }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(aliases === undefined ? {} : { aliases }),
    ...(tags === undefined ? {} : { tags }),
  }
  const parts = taken === 0 ? [generation] : [generation, taken]
  const commandId = commandIdOf(draftStream(draft), ...parts.map(String))
  return { command, envelope: { ...envelope, commandId, causationId: envelope.commandId } }
}
