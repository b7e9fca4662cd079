/**
 * The port to what a decision needs beyond the history of its own stream. A fact is read from the other stream itself,
 * never from a projection, and recorded in the event; a later change of that stream does not undo it.
 */
import type * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { RecordedBy } from '../values/decider.js'
import type { JsonObject } from '../values/json.js'
import type { Loss } from '../values/loss.js'
import type { ManifestSummary } from '../values/manifest/manifest.js'
import type { MergeProblem } from '../values/manifest/merge.js'
import type { VersionChoice, VersionNumber } from '../values/names.js'
import type { ArtifactRef, CollectionRef, DraftRef, ModelRef, RunRef, VersionRef } from '../values/references.js'
import type { RunFact } from '../values/run-fact.js'

/** A live version of an artifact, found in its own stream. */
export interface SourceFact {
  readonly source: VersionRef
  readonly artifactType: string
  readonly manifest: ManifestSummary
  /** Present where its artifact is archived: by whom, and when. */
  readonly archived?: RecordedBy
  /** The link by which it was named. */
  readonly through?: { readonly model: ModelRef; readonly version: VersionNumber }
}

/** What one writer brought to a distributed draft. */
export interface Part {
  readonly writer: string
  readonly part: ManifestSummary
  /** Files, and directories with everything below, that are taken out first. */
  readonly removed?: ReadonlyArray<string>
  /** Whether its entries may lie over what the base holds under their paths. */
  readonly overwrite?: true
}

/** A link that stands, and the aliases of the registered model that point to it. */
export interface StandingLink {
  readonly model: ModelRef
  readonly version: VersionNumber
  /** The version of the artifact to which it leads. */
  readonly source: VersionNumber
  readonly aliases: ReadonlyArray<string>
}

/** What is said of a version of an artifact; `null` where nothing is. */
export interface Said {
  readonly description: string | null
  readonly metadata: JsonObject | null
}

/** The same, and who said the metadata and when, where there are any. */
export interface SaidFact extends Said {
  readonly metadataBy?: RecordedBy
}

/** What a sealed generation of a draft meets in its artifact, of which type that is now; `null` where there is none. */
export interface SealFact {
  readonly artifactType: string | null
  readonly isLogged: boolean
}

/** The revisions of the events that said it, in the artifact's stream. */
export type SaidAt = { readonly [Part in keyof Said]: number | null }

/** `Failure` is whatever keeps a fact from being had: a definition passes it on and makes none. */
export interface Facts<Failure> {
  /** Which events the store has lost; nothing where none is missing that was noted. */
  readonly loss: () => TE.TaskEither<Failure, Loss | undefined>
  /** The run that is named was started; it may be finished. Nothing where none is named. */
  readonly run: (run: RunRef | undefined) => TE.TaskEither<Failure, RunFact | undefined>
  /** What these events of an artifact said of a version. */
  readonly said: (artifact: ArtifactRef, at: SaidAt) => TE.TaskEither<Failure, SaidFact>
  /** The version that is meant is live. A link stands for its source. */
  readonly source: (meant: {
    readonly collection: CollectionRef
    readonly version: VersionChoice
  }) => TE.TaskEither<Failure, SourceFact>
  /** The source of this link is live. */
  readonly sourceOfLink: (
    model: ModelRef,
    number: VersionNumber,
    source: VersionRef,
  ) => TE.TaskEither<Failure, SourceFact>
  /**
   * The links that lead to a version of an artifact, or to any. A projection says which registered models may have one, and
   * their own streams what there is: one that is made at this very moment may be missing.
   */
  readonly linksTo: (
    artifact: ArtifactRef,
    version?: VersionNumber,
  ) => TE.TaskEither<Failure, ReadonlyArray<StandingLink>>
  /** The version that is copied is live, and has this content. Nothing where none is named. */
  readonly copied: (source: VersionRef | undefined, claimed: ManifestSummary) => TE.TaskEither<Failure, unknown>
  /** A manifest is stored, and is what is said of it. */
  readonly manifest: (claimed: ManifestSummary) => TE.TaskEither<Failure, unknown>
  /** The same; and its files are there, and are not collected until an event can name them. */
  readonly content: (claimed: ManifestSummary) => TE.TaskEither<Failure, unknown>
  /** The newest live version of an artifact. */
  readonly newest: (artifact: ArtifactRef) => TE.TaskEither<Failure, VersionNumber | null>
  readonly seal: (draft: DraftRef, generation: number) => TE.TaskEither<Failure, SealFact>
  /**
   * The manifests of parts in one, over that of their base, which is stored before an event names it; or what is in
   * conflict. The files of the base are not collected until an event can name them.
   */
  readonly merged: (
    parts: ReadonlyArray<Part>,
    lastWriterWins: boolean,
    base: ManifestSummary | undefined,
  ) => TE.TaskEither<Failure, E.Either<MergeProblem, ManifestSummary>>
  /** Whether the parts of one writer fit a base. */
  readonly fitting: (
    parts: ReadonlyArray<Part>,
    base: ManifestSummary,
  ) => TE.TaskEither<Failure, E.Either<MergeProblem, void>>
}
