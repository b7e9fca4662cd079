/**
 * The facts of other streams that a decision needs, gathered from those streams themselves, never from a
 * projection. They are recorded in the event; a later change of the other stream does not undo them.
 */

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { LogVersion } from '../../domain/artifact/commands.js'
import { type ArtifactCommandWithFacts, liveVersion } from '../../domain/artifact/decide.js'
import type { ArtifactState } from '../../domain/artifact/state.js'
import type { MoveAlias } from '../../domain/collections/alias-commands.js'
import type { CommitDistributed, UpsertDistributedPart } from '../../domain/distributed-draft/commands.js'
import { type DistributedDraftCommandWithFacts, partsToCommit } from '../../domain/distributed-draft/decide.js'
import type { DistributedDraftState } from '../../domain/distributed-draft/state.js'
import type { LinkToRegistry } from '../../domain/registered-model/commands.js'
import {
  type FoundLink,
  liveLink,
  type RegisteredModelCommandWithFacts,
  type SourceFact,
} from '../../domain/registered-model/decide.js'
import type { RegisteredModelState } from '../../domain/registered-model/state.js'
import type { UseArtifactVersion } from '../../domain/run/commands.js'
import type { RunCommandWithFacts } from '../../domain/run/decide.js'
import { type RunState, runFact } from '../../domain/run/state.js'
import type { Envelope } from '../../domain/values/envelope.js'
import type { ManifestSummary } from '../../domain/values/manifest/manifest.js'
import { mergeParts } from '../../domain/values/manifest/merge.js'
import type { VersionChoice } from '../../domain/values/names.js'
import {
  type ArtifactRef,
  type CollectionRef,
  type DraftRef,
  isModel,
  type ModelRef,
  type RunRef,
} from '../../domain/values/references.js'
import type { RunFact } from '../../domain/values/run-fact.js'
import type { ManifestStore } from '../manifest-store.js'
import type { CommandError } from './command-error.js'

/** Looks at the present state of another stream; what it answers is taken out at once. */
export interface FactReader {
  readonly artifact: <A>(
    artifact: ArtifactRef,
    readState: (state: ArtifactState) => A,
  ) => TE.TaskEither<CommandError, A>
  readonly model: <A>(model: ModelRef, readState: (state: RegisteredModelState) => A) => TE.TaskEither<CommandError, A>
  readonly run: <A>(run: RunRef, readState: (state: RunState) => A) => TE.TaskEither<CommandError, A>
  readonly draft: <A>(draft: DraftRef, readState: (state: DistributedDraftState) => A) => TE.TaskEither<CommandError, A>
  readonly manifests: ManifestStore
}

type Gathered<C> = TE.TaskEither<CommandError, C>

/**
 * The run exists (it may be finished), and the manifest is stored and is what the command says. What a sealed draft
 * holds has been named by its parts since.
 */
export const gatherForLog = (command: LogVersion, facts: FactReader): Gathered<ArtifactCommandWithFacts> =>
  pipe(
    ('distributed' in command ? checkManifest : keepContent)(command.manifest, facts),
    TE.flatMap(() => withRun(command, facts)),
  )

/** The source version: live, found through its own stream; a link stands for its source. */
export const gatherForLink = (command: LinkToRegistry, facts: FactReader): Gathered<RegisteredModelCommandWithFacts> =>
  pipe(
    sourceOf(command.source, facts),
    TE.map(({ source }) => ({ ...command, sourceFact: source })),
  )

/** An alias of a registered model is to lead to files: the source of the link is live. */
export const gatherForMove = (
  command: MoveAlias,
  state: RegisteredModelState,
  facts: FactReader,
): Gathered<RegisteredModelCommandWithFacts> => {
  const { collection, version } = command
  const found = liveLink(collection, version, state)
  // What is wrong with the link itself, the decision says.
  return E.isLeft(found) || !isModel(collection)
    ? TE.right(command)
    : pipe(
        sourceOfLink(collection, found.right, facts),
        TE.map(() => command),
      )
}

/** The version that is used, and the registered version through which it was reached. */
export const gatherForUse = (command: UseArtifactVersion, facts: FactReader): Gathered<RunCommandWithFacts> =>
  pipe(
    sourceOf(command.used, facts),
    TE.map(({ source, through }) => ({
      ...command,
      usedFact: { version: source.source, ...(through === undefined ? {} : { through }) },
    })),
  )

export const gatherForUpsert = (
  command: UpsertDistributedPart,
  facts: FactReader,
): Gathered<DistributedDraftCommandWithFacts> =>
  pipe(
    keepContent(command.part, facts),
    TE.flatMap(() => withRun(command, facts)),
  )

/** The parts' manifests, merged; the merged manifest is stored before the event that names it. */
export const gatherForCommit = (
  command: CommitDistributed & { readonly envelope: Envelope },
  state: DistributedDraftState,
  facts: FactReader,
): Gathered<DistributedDraftCommandWithFacts> =>
  pipe(
    command.part === undefined ? TE.right(undefined) : keepContent(command.part, facts),
    TE.flatMap(() => mergeStoredParts(command, state, facts)),
    TE.flatMap((merged) => withRun({ ...command, merged }, facts)),
  )

const mergeStoredParts = (
  command: CommitDistributed,
  state: DistributedDraftState,
  facts: FactReader,
): Gathered<Extract<DistributedDraftCommandWithFacts, { type: 'CommitDistributed' }>['merged']> =>
  pipe(
    partsToCommit(command, state),
    TE.traverseSeqArray(({ writer, part }) =>
      pipe(
        facts.manifests.get(part.digest),
        TE.map((manifest) => ({ writer, manifest })),
      ),
    ),
    TE.flatMap((parts) => {
      const merged = mergeParts(parts, command.lastWriterWins === true)
      return E.isLeft(merged) || parts.length === 0
        ? TE.right(E.isLeft(merged) ? merged : E.left([]))
        : pipe(facts.manifests.put(merged.right), TE.map(E.right))
    }),
  )

/**
 * Before the event names them: the manifest is what the command says, its files are there, and garbage collection
 * leaves them alone until the event is recorded.
 */
const keepContent = (claimed: ManifestSummary, facts: FactReader): TE.TaskEither<CommandError, void> =>
  pipe(
    checkManifest(claimed, facts),
    TE.flatMap(() => facts.manifests.keepFiles(claimed.digest)),
  )

const checkManifest = (claimed: ManifestSummary, { manifests }: FactReader): TE.TaskEither<CommandError, void> =>
  pipe(
    manifests.summary(claimed.digest),
    TE.flatMap(
      (stored): TE.TaskEither<CommandError, void> =>
        stored.entries === claimed.entries && stored.bytes === claimed.bytes
          ? TE.right(undefined)
          : TE.left({ _tag: 'manifest-mismatch', claimed, stored }),
    ),
  )

/** The run exists; it may be finished. */
export const withRun = <C extends { readonly run?: RunRef }>(
  command: C,
  facts: FactReader,
): Gathered<C & { readonly runFact?: RunFact }> => {
  const { run } = command
  if (run === undefined) return TE.right(command)
  return pipe(
    facts.run(run, runFact),
    TE.flatMap(
      (runFact): Gathered<C & { readonly runFact?: RunFact }> =>
        runFact === null ? TE.left({ _tag: 'run-not-found', run }) : TE.right({ ...command, runFact }),
    ),
  )
}

interface Source {
  readonly source: SourceFact
  readonly through?: { readonly model: ModelRef; readonly version: number }
}

/** The version that is meant, live, found through its own stream; a link stands for its source. */
export const sourceOf = (
  { collection, version }: { readonly collection: CollectionRef; readonly version: VersionChoice },
  facts: FactReader,
): TE.TaskEither<CommandError, Source> =>
  isModel(collection)
    ? pipe(
        facts.model(collection, (state): E.Either<CommandError, FoundLink> => liveLink(collection, version, state)),
        TE.flatMapEither((found) => found),
        TE.flatMap((found) => sourceOfLink(collection, found, facts)),
      )
    : pipe(
        versionFact(collection, version, facts),
        TE.map((source) => ({ source })),
      )

/** The source of a link; where it was deleted, the refusal names the link too. */
const sourceOfLink = (
  model: ModelRef,
  { number, link }: FoundLink,
  facts: FactReader,
): TE.TaskEither<CommandError, Source> => {
  const { version, ...artifact } = link.source
  const through = { model, version: number }
  return pipe(
    versionFact(artifact, version, facts),
    TE.bimap(
      (error) => (error._tag === 'version-deleted' ? { ...error, link: through } : error),
      (source) => ({ source, through }),
    ),
  )
}

const versionFact = (
  artifact: ArtifactRef,
  version: VersionChoice,
  facts: FactReader,
): TE.TaskEither<CommandError, SourceFact> =>
  pipe(
    facts.artifact(
      artifact,
      (state): E.Either<CommandError, SourceFact> =>
        pipe(
          liveVersion(artifact, version, state),
          E.map(({ number, version: { manifest } }) => ({
            source: { ...artifact, version: number },
            // A version exists only in an artifact that was created with a type.
            artifactType: state.artifactType ?? '',
            manifest,
          })),
        ),
    ),
    TE.flatMapEither((found) => found),
  )
