/** What must hold of the artifact before a distributed draft is sealed. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { CreateArtifact } from '../../domain/artifact/commands.js'
import type { distributedDraft } from '../../domain/commands/deciders.js'
import type {
  CommitDistributed,
  DistributedDraftCommand,
  DistributedDraftCommandWithFacts,
  UpsertDistributedPart,
} from '../../domain/distributed-draft/commands.js'
import type { DistributedDraftEvent } from '../../domain/distributed-draft/events.js'
import type { DistributedDraftState } from '../../domain/distributed-draft/state.js'
import type { DomainEvent } from '../../domain/events/catalogue.js'
import { sha256 } from '../../domain/values/digest.js'
import { commandIdOf, type Envelope } from '../../domain/values/envelope.js'
import { versionNumberAt } from '../../domain/values/names.js'
import { artifactStream, draftStream } from '../../domain/values/stream-names.js'
import type { CommandError } from './command-error.js'
import { type Call, prepare } from './encode.js'
import type { Rules } from './round.js'

/**
 * The rules of drafts, which make the artifact of a command that they accept: its type is settled before anything is
 * recorded in the draft.
 */
export const settlingArtifact = (
  rules: typeof distributedDraft,
  create: (stream: string, given: CreateArtifact, call: Call) => TE.TaskEither<CommandError, unknown>,
): Rules<DistributedDraftCommand, DistributedDraftCommandWithFacts, DistributedDraftState, DistributedDraftEvent> => ({
  ...rules,
  // What is refused depends on the generation and on whether there are parts.
  basis: (command, state) => `${state.generation} ${rules.basis(command, state)}`,
  gather: (command, facts, atHand) =>
    pipe(
      rules.gather(command, facts, atHand),
      TE.tap((full): TE.TaskEither<CommandError, unknown> => {
        const { state, envelope } = atHand
        if (command.type === 'AbandonDistributed' || E.isLeft(rules.decide(full)(state))) return TE.right(undefined)
        return pipe(
          TE.fromEither(full.type === 'CommitDistributed' ? checkVersionFits(full, envelope) : E.right(undefined)),
          TE.flatMap(() => create(...artifactFor(command, envelope))),
        )
      }),
    ),
})

/** The command that makes the artifact of a draft, with an id that follows from the draft's command. */
const artifactFor = (
  draft: UpsertDistributedPart | CommitDistributed,
  envelope: Envelope,
): readonly [stream: string, given: CreateArtifact, call: Call] => {
  const { artifact, artifactType } = draft
  const create: CreateArtifact = { type: 'CreateArtifact', artifact, artifactType }
  const commandId = commandIdOf(draftStream(draft), envelope.commandId, artifactType)
  const digest = sha256(JSON.stringify(create))
  return [artifactStream(artifact), create, { envelope: { ...envelope, commandId }, digest, idFrom: 'ledger' }]
}

/**
 * Whether the version of a commit can be recorded, whatever its number will be: once the draft is sealed it is
 * too late to find its events too large. They name the draft and the commit, and repeat the envelope for each alias.
 */
const checkVersionFits = (
  {
    artifact,
    distributedId,
    run,
    baseFact,
    description,
    metadata,
    tags,
    aliases = [],
  }: Extract<DistributedDraftCommandWithFacts, { type: 'CommitDistributed' }>,
  envelope: Envelope,
): E.Either<CommandError, unknown> => {
  const most = Number.MAX_SAFE_INTEGER
  const newest = versionNumberAt(most)
  const digest = sha256('')
  const logged: DomainEvent = {
    type: 'ArtifactVersionRelogged',
    version: newest,
    manifest: { digest, entries: most, bytes: most },
    distributed: { distributedId, generation: most },
    notApplied: ['description', 'metadata', 'tags'],
    ...(run === undefined ? {} : { run: { ref: run, finished: true } }),
    ...(baseFact === undefined ? {} : { base: newest }),
    ...(description === undefined ? {} : { description }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(tags === undefined ? {} : { tags }),
  }
  const moved = [...aliases, 'latest'].map(
    (alias): DomainEvent => ({ type: 'AliasMoved', alias, from: newest, to: newest }),
  )
  const stream = artifactStream(artifact)
  const { commandId } = envelope
  const ofVersion = { ...envelope, commandId: commandIdOf(stream), causationId: commandId }
  return prepare(stream, [logged, ...moved], ofVersion, digest, new Date(0).toISOString())
}
