/** What must hold of the artifact before a distributed draft is sealed. */
import type * as E from 'fp-ts/lib/Either.js'
import type { CreateArtifact } from '../../domain/artifact/commands.js'
import type { CommitDistributed, UpsertDistributedPart } from '../../domain/distributed-draft/commands.js'
import type { DomainEvent } from '../../domain/events/catalogue.js'
import { nameBasedUuid, sha256 } from '../../domain/values/digest.js'
import type { Envelope } from '../../domain/values/envelope.js'
import { artifactStream, draftStream } from '../../domain/values/stream-names.js'
import type { CommandError } from './command-error.js'
import type { Call } from './encode.js'
import { prepare } from './encode.js'

/** The command that makes the artifact of a draft, with an id that follows from the draft's command. */
export const artifactFor = (
  draft: UpsertDistributedPart | CommitDistributed,
  envelope: Envelope,
): readonly [stream: string, given: CreateArtifact, call: Call] => {
  const { artifact, artifactType } = draft
  const create: CreateArtifact = { type: 'CreateArtifact', artifact, artifactType }
  const commandId = nameBasedUuid(draftStream(draft), envelope.commandId, artifactType)
  const digest = sha256(JSON.stringify(create))
  return [artifactStream(artifact), create, { envelope: { ...envelope, commandId }, digest, idFrom: 'ledger' }]
}

/**
 * Whether the version of a commit can be recorded, whatever its number will be: once the draft is sealed it is
 * too late to find its events too large. They name the draft and the commit, and repeat the envelope for each alias.
 */
export const checkVersionFits = (
  { artifact, distributedId, run, description, metadata, tags, aliases = [] }: CommitDistributed,
  envelope: Envelope,
): E.Either<CommandError, unknown> => {
  const most = Number.MAX_SAFE_INTEGER
  const digest = sha256('')
  const logged: DomainEvent = {
    type: 'ArtifactVersionLogged',
    version: most,
    manifest: { digest, entries: most, bytes: most },
    distributed: { distributedId, generation: most },
    ...(run === undefined ? {} : { run: { ref: run, finished: true } }),
    ...(description === undefined ? {} : { description }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(tags === undefined ? {} : { tags }),
  }
  const moved = [...aliases, 'latest'].map(
    (alias): DomainEvent => ({ type: 'AliasMoved', alias, from: most, to: most }),
  )
  const stream = artifactStream(artifact)
  const { commandId } = envelope
  const ofVersion = { ...envelope, commandId: nameBasedUuid(stream), causationId: commandId }
  return prepare(stream, [logged, ...moved], ofVersion, digest, new Date(0).toISOString())
}
