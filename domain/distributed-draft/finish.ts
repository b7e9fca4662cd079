/**
 * The second half of a distributed commit. The seal and the version stand in two streams, so a crash may
 * come between them; whoever finds a seal without its version logs it. Doing it twice changes nothing,
 * because the command's id and content follow from the seal alone.
 */
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { LogArtifactVersion } from '../artifact/commands.js'
import { draftKey } from '../artifact/state.js'
import type { EnvelopedCommand } from '../commands.js'
import { nameBasedUuid } from '../digest.js'
import type { ArtifactRef } from '../names.js'
import type { CommandError } from '../rejection.js'
import { draftStream } from '../streams.js'
import type { Receipt, WriteShell } from '../write-shell.js'
import type { DistributedCommitted } from './events.js'

/** The command that logs the version of a sealed generation. */
export const logCommandOf = (
  artifact: ArtifactRef,
  distributedId: string,
  committed: DistributedCommitted,
): EnvelopedCommand => {
  const { generation, artifactType, manifest, run, description, metadata, aliases, tags, envelope } = committed
  const command: LogArtifactVersion = {
    type: 'LogArtifactVersion',
    artifact,
    artifactType,
    manifest,
    distributed: { distributedId, generation },
    ...(run === undefined ? {} : { run: run.ref }),
    ...(description === undefined ? {} : { description }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(aliases === undefined ? {} : { aliases }),
    ...(tags === undefined ? {} : { tags }),
  }
  const commandId = nameBasedUuid(draftStream(artifact, distributedId), String(generation))
  return { ...envelope, commandId, causationId: envelope.commandId, command }
}

/** Logs the version of one sealed generation; again, if it was logged before: with the same receipt. */
export const finishGeneration = (
  { handle }: Pick<WriteShell, 'handle'>,
  artifact: ArtifactRef,
  distributedId: string,
  committed: DistributedCommitted,
): TE.TaskEither<CommandError, Receipt> => handle(logCommandOf(artifact, distributedId, committed))

/** Logs the versions of all sealed generations of a draft that have none yet. */
export const finishDraft = (
  shell: WriteShell,
  artifact: ArtifactRef,
  distributedId: string,
): TE.TaskEither<CommandError, ReadonlyArray<Receipt>> =>
  pipe(
    shell.facts.draft(artifact, distributedId, ({ ended }) => ended.flatMap(({ committed }) => committed ?? [])),
    TE.flatMap((sealed) =>
      shell.facts.artifact(artifact, ({ distributed }) =>
        sealed.filter(({ generation }) => !distributed.has(draftKey({ distributedId, generation }))),
      ),
    ),
    TE.flatMap(TE.traverseSeqArray((committed) => finishGeneration(shell, artifact, distributedId, committed))),
  )
