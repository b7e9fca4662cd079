/** Whether a command would be refused whose content is not stored yet. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { ArtifactCommandWithFacts, CreateArtifact, LogArtifactVersion } from '../../domain/artifact/commands.js'
import { NOTHING_SAID } from '../../domain/collections/descriptions.js'
import { gather } from '../../domain/command-definition.js'
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
  readonly check: (
    stream: string,
    full: TE.TaskEither<CommandError, Full>,
    commandId: string,
  ) => TE.TaskEither<CommandError, unknown>
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
    const runFact = facts.run(command.run)
    if (command.type === 'LogArtifactVersion') {
      const full = pipe(
        runFact,
        TE.map((fact) => ({ ...command, manifest: ANY_CONTENT, runFact: fact, said: NOTHING_SAID })),
      )
      return pipe(handlers.artifact.check(artifactStream(artifact), full, commandId), TE.asUnit)
    }
    const full = pipe(
      gather({ runFact, baseFact: command.base === undefined ? TE.right(undefined) : facts.source(command.base) }),
      TE.map((gathered) => ({ ...command, part: ANY_CONTENT, fitting: E.right(undefined), ...gathered })),
    )
    return pipe(
      handlers.draft.check(draftStream(command), full, commandId),
      TE.flatMap(() => handlers.artifact.check(artifactStream(artifact), TE.right(create), commandId)),
      TE.asUnit,
    )
  }
