/** Whether a command would be refused whose content is not stored yet. */
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { ArtifactCommandWithFacts, CreateArtifact, LogArtifactVersion } from '../../domain/artifact/commands.js'
import { NOTHING_SAID } from '../../domain/collections/descriptions.js'
import type {
  DistributedDraftCommandWithFacts,
  UpsertDistributedPart,
} from '../../domain/distributed-draft/commands.js'
import type { Facts } from '../../domain/ports/facts.js'
import { sha256 } from '../../domain/values/digest.js'
import type { ManifestSummary } from '../../domain/values/manifest/manifest.js'
import { artifactStream, draftStream } from '../../domain/values/stream-names.js'
import type { CommandError } from './command-error.js'

export type WithoutContent = Omit<LogArtifactVersion, 'manifest'> | Omit<UpsertDistributedPart, 'part'>

/** Stands where the content is not known yet; no rule that can refuse a command here looks at it. */
const ANY_CONTENT: ManifestSummary = { digest: sha256(''), entries: 0, bytes: 0 }

interface Checks<Full> {
  readonly check: (stream: string, full: Full, commandId: string) => TE.TaskEither<CommandError, unknown>
}

export const checkWithoutContent =
  (
    handlers: {
      readonly artifact: Checks<ArtifactCommandWithFacts>
      readonly draft: Checks<DistributedDraftCommandWithFacts>
    },
    facts: Facts<CommandError>,
  ) =>
  (command: WithoutContent, commandId: string): TE.TaskEither<CommandError, void> => {
    const { artifact, artifactType } = command
    const create: CreateArtifact = { type: 'CreateArtifact', artifact, artifactType }
    return pipe(
      facts.run(command.run),
      TE.flatMap((runFact) =>
        command.type === 'LogArtifactVersion'
          ? handlers.artifact.check(
              artifactStream(artifact),
              { ...command, manifest: ANY_CONTENT, runFact, said: NOTHING_SAID },
              commandId,
            )
          : pipe(
              handlers.draft.check(draftStream(command), { ...command, part: ANY_CONTENT, runFact }, commandId),
              TE.flatMap(() => handlers.artifact.check(artifactStream(artifact), create, commandId)),
            ),
      ),
      TE.map(() => undefined),
    )
  }
