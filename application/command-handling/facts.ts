/**
 * The facts that a decision needs beyond its own stream, read from the other streams themselves, never from a projection.
 * Which of them a command needs stands with its definition.
 */

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { type ArtifactState, draftKey } from '../../domain/artifact/state.js'
import { liveVersion } from '../../domain/artifact/versions.js'
import type { DistributedDraftState } from '../../domain/distributed-draft/state.js'
import type { EventStore } from '../../domain/ports/event-store.js'
import type { Facts, SourceFact } from '../../domain/ports/facts.js'
import { type FoundLink, liveLink, standingLinks } from '../../domain/registered-model/links.js'
import type { RegisteredModelState } from '../../domain/registered-model/state.js'
import { type RunState, runFact } from '../../domain/run/state.js'
import type { ReadonlyState } from '../../domain/values/decider.js'
import { numberOfKey } from '../../domain/values/key-table.js'
import type { ManifestSummary } from '../../domain/values/manifest/manifest.js'
import type { VersionChoice, VersionNumber } from '../../domain/values/names.js'
import {
  type ArtifactRef,
  type DraftRef,
  isModel,
  type ModelRef,
  type RunRef,
  type VersionRef,
  versionPath,
} from '../../domain/values/references.js'
import type { RunFact } from '../../domain/values/run-fact.js'
import type { ManifestStore } from '../manifest-store.js'
import type { CommandError } from './command-error.js'
import { checkManifest, fitStored, mergeStored } from './manifest-facts.js'

/** Looks at the present state of another stream; what it answers is taken out at once. */
export interface FactReader {
  readonly artifact: <A>(
    artifact: ArtifactRef,
    readState: (state: ReadonlyState<ArtifactState>) => A,
  ) => TE.TaskEither<CommandError, A>
  readonly model: <A>(
    model: ModelRef,
    readState: (state: ReadonlyState<RegisteredModelState>) => A,
  ) => TE.TaskEither<CommandError, A>
  readonly run: <A>(run: RunRef, readState: (state: ReadonlyState<RunState>) => A) => TE.TaskEither<CommandError, A>
  readonly draft: <A>(
    draft: DraftRef,
    readState: (state: ReadonlyState<DistributedDraftState>) => A,
  ) => TE.TaskEither<CommandError, A>
  /** What these events of an artifact said of a version. */
  readonly said: Port['said']
  readonly manifests: ManifestStore
}

/**
 * The registered models in which a link to a version of an artifact, or to any, is to be looked for. A projection knows
 * that, which says where to look and never what is.
 */
export type ModelsLinkedTo = (
  artifact: ArtifactRef,
  version: VersionNumber | undefined,
) => TE.TaskEither<CommandError, ReadonlyArray<ModelRef>>

type Port = Facts<CommandError>

export const factsFrom = (reader: FactReader, store: EventStore, modelsLinkedTo: ModelsLinkedTo): Port => ({
  loss: () => lossIn(store),
  said: reader.said,
  run: (run) => runOf(run, reader),
  source: (meant) => sourceOf(meant, reader),
  sourceOfLink: (model, number, source) => sourceOfLink(model, number, source, reader),
  linksTo: (artifact, version) =>
    pipe(
      modelsLinkedTo(artifact, version),
      TE.flatMap(
        TE.traverseSeqArray((model) => reader.model(model, (state) => standingLinks(model, state, artifact, version))),
      ),
      TE.map((links) => links.flat()),
    ),
  copied: (source, claimed) => copiedOf(source, claimed, reader),
  manifest: (claimed) => checkManifest(claimed, reader.manifests),
  content: (claimed) =>
    pipe(
      checkManifest(claimed, reader.manifests),
      TE.flatMap(() => reader.manifests.keepFiles(claimed.digest)),
    ),
  newest: (artifact) => reader.artifact(artifact, ({ newestLive }) => newestLive),
  seal: ({ artifact, distributedId }, generation) =>
    reader.artifact(artifact, ({ artifactType, distributed }) => ({
      artifactType,
      isLogged: numberOfKey(distributed, draftKey({ distributedId, generation })) !== undefined,
    })),
  merged: (parts, lastWriterWins, base) => mergeStored(parts, lastWriterWins, base, reader.manifests),
  fitting: (parts, base) => fitStored(parts, base, reader.manifests),
})

/** What the store has lost, as of now. */
const lossIn = (store: EventStore): ReturnType<Port['loss']> =>
  pipe(
    store.head(),
    TE.flatMap(() => {
      const damage = store.damage?.()
      return damage?._tag === 'head-of-another-ledger' ? TE.left(damage) : TE.right(damage?.loss)
    }),
  )

const runOf = (run: RunRef | undefined, reader: FactReader): TE.TaskEither<CommandError, RunFact | undefined> =>
  run === undefined
    ? TE.right(undefined)
    : pipe(
        reader.run(run, runFact),
        TE.flatMap(
          (fact): TE.TaskEither<CommandError, RunFact> =>
            fact === null ? TE.left({ _tag: 'run-not-found', run }) : TE.right(fact),
        ),
      )

export const sourceOf = (
  { collection, version }: Parameters<Port['source']>[0],
  reader: FactReader,
): TE.TaskEither<CommandError, SourceFact> =>
  isModel(collection)
    ? pipe(
        reader.model(collection, (state): E.Either<CommandError, FoundLink> => liveLink(collection, version, state)),
        TE.flatMapEither((found) => found),
        TE.flatMap(({ number, link }) => sourceOfLink(collection, number, link.source, reader)),
      )
    : versionFact(collection, version, reader)

/** Where the source was deleted, the refusal names the link too. */
const sourceOfLink = (
  model: ModelRef,
  number: VersionNumber,
  { version, ...artifact }: SourceFact['source'],
  reader: FactReader,
): TE.TaskEither<CommandError, SourceFact> => {
  const through = { model, version: number }
  return pipe(
    versionFact(artifact, version, reader),
    TE.bimap(
      (error) => (error._tag === 'version-deleted' ? { ...error, link: through } : error),
      (fact) => ({ ...fact, through }),
    ),
  )
}

const versionFact = (
  artifact: ArtifactRef,
  version: VersionChoice,
  reader: FactReader,
): TE.TaskEither<CommandError, SourceFact> => {
  const notThere = { _tag: 'version-not-found', collection: artifact, version, newest: null, exists: false } as const
  return pipe(
    reader.artifact(
      artifact,
      (state): E.Either<CommandError, SourceFact> =>
        pipe(
          liveVersion(artifact, version, state),
          E.flatMap(
            ({ number, version: { manifest } }): E.Either<CommandError, SourceFact> =>
              state.artifactType === null
                ? E.left(notThere)
                : E.right({
                    source: { ...artifact, version: number },
                    artifactType: state.artifactType,
                    manifest,
                    ...(state.archived === null ? {} : { archived: state.archived }),
                  }),
          ),
        ),
    ),
    TE.flatMapEither((found) => found),
  )
}

const copiedOf = (
  copied: VersionRef | undefined,
  claimed: ManifestSummary,
  reader: FactReader,
): ReturnType<Port['copied']> => {
  if (copied === undefined) return TE.right(undefined)
  const { version, ...artifact } = copied
  const expected = (digest: string): string => `that of ${versionPath(artifact, version)}, ${digest}`
  return pipe(
    versionFact(artifact, version, reader),
    TE.filterOrElse(
      ({ manifest }) => manifest.digest === claimed.digest,
      ({ manifest: { digest } }): CommandError => ({
        _tag: 'invalid-command',
        problems: [{ at: 'manifest', expected: expected(digest), actual: claimed.digest }],
      }),
    ),
  )
}
