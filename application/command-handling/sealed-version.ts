/** How the version of a sealed generation is logged. All of it follows from the seal, so doing it twice changes nothing. */
import type { LogVersion } from '../../domain/artifact/commands.js'
import type { DistributedCommitted } from '../../domain/distributed-draft/events.js'
import { commandIdOf, type Envelope } from '../../domain/values/envelope.js'
import type { DraftRef } from '../../domain/values/references.js'
import { draftStream } from '../../domain/values/stream-names.js'

/** The command, in the committer's envelope. `taken` says how many of its ids other commands have already. */
export const logCommandOf = (
  draft: DraftRef,
  committed: DistributedCommitted,
  taken = 0,
): { readonly command: LogVersion; readonly envelope: Envelope } => {
  const { generation, artifactType, manifest, run, description, metadata, aliases, tags, envelope } = committed
  const command: LogVersion = {
    type: 'LogArtifactVersion',
    artifact: draft.artifact,
    artifactType,
    manifest,
    distributed: { distributedId: draft.distributedId, generation },
    ...(run === undefined ? {} : { run: run.ref }),
    ...(description === undefined ? {} : { description }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(aliases === undefined ? {} : { aliases }),
    ...(tags === undefined ? {} : { tags }),
  }
  const parts = taken === 0 ? [generation] : [generation, taken]
  const commandId = commandIdOf(draftStream(draft), ...parts.map(String))
  return { command, envelope: { ...envelope, commandId, causationId: envelope.commandId } }
}
