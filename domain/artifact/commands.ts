/** What can be asked of an artifact, the collection in which versions are born. */

import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import { aliasCommands } from '../collections/alias-commands.js'
import type { Saying } from '../collections/descriptions.js'
import {
  type AtHand,
  type Basis,
  type CommandIn,
  define,
  gather,
  noFacts,
  type WithFacts,
} from '../command-definition.js'
import type { Said, SaidAt } from '../ports/facts.js'
import { nullable } from '../values/codec.js'
import type { ReadonlyState } from '../values/decider.js'
import { ManifestSummary } from '../values/manifest/manifest.js'
import {
  Aliases,
  ArtifactType,
  Description,
  ExpectedHolders,
  Metadata,
  Tags,
  VersionChoice,
  VersionNumber,
} from '../values/names.js'
import { ArtifactRef, RunRef, VersionRef } from '../values/references.js'
import type { SealedDraft } from './sealed-draft.js'
import type { ArtifactState } from './state.js'
import { isLiveVersion, numberOfContent, versionAt } from './version-columns.js'
import { numberOf } from './versions.js'

type State = ReadonlyState<ArtifactState>

const ofArtifact = ({ artifact }: { readonly artifact: ArtifactRef }) => ({ category: 'artifact', artifact }) as const

/** Makes an artifact that has no version yet. */
export const CreateArtifact = define('CreateArtifact', {
  of: ofArtifact,
  members: { artifact: ArtifactRef, artifactType: ArtifactType },
  optional: { description: Description },
  facts: noFacts,
})
export type CreateArtifact = t.TypeOf<typeof CreateArtifact>

/** Replaces the description of an artifact; `null` takes it away. */
export const DescribeArtifact = define('DescribeArtifact', {
  of: ofArtifact,
  members: { artifact: ArtifactRef, description: nullable(Description) },
  optional: {},
  facts: noFacts,
})
export type DescribeArtifact = t.TypeOf<typeof DescribeArtifact>

/** Adds tags to an artifact itself; each of its versions has tags of its own. */
export const TagArtifact = define('TagArtifact', {
  of: ofArtifact,
  members: { artifact: ArtifactRef, tags: Tags },
  optional: {},
  facts: noFacts,
})
export type TagArtifact = t.TypeOf<typeof TagArtifact>

export const UntagArtifact = define('UntagArtifact', {
  of: ofArtifact,
  members: { artifact: ArtifactRef, tags: Tags },
  optional: {},
  facts: noFacts,
})
export type UntagArtifact = t.TypeOf<typeof UntagArtifact>

/** Leaves an artifact out of lists, and takes nothing new into it; what it holds stays. */
export const ArchiveArtifact = define('ArchiveArtifact', {
  of: ofArtifact,
  members: { artifact: ArtifactRef },
  optional: {},
  facts: noFacts,
})
export type ArchiveArtifact = t.TypeOf<typeof ArchiveArtifact>

/** Takes it out of the archive again. */
export const UnarchiveArtifact = define('UnarchiveArtifact', {
  of: ofArtifact,
  members: { artifact: ArtifactRef },
  optional: {},
  facts: noFacts,
})
export type UnarchiveArtifact = t.TypeOf<typeof UnarchiveArtifact>

const NOWHERE: SaidAt = { description: null, metadata: null }

/** Where that of a version is said of which a command says something itself; nowhere if there is no such version. */
const saidAt = (
  { description, metadata }: { readonly description?: unknown; readonly metadata?: unknown },
  numberIn: (state: State) => VersionNumber | undefined,
  state: State,
): SaidAt => {
  // Most say nothing.
  if (description === undefined && metadata === undefined) return NOWHERE
  const number = numberIn(state)
  const said = number === undefined ? undefined : versionAt(state.versions, number)?.said
  return {
    description: description === undefined ? null : (said?.description ?? null),
    metadata: metadata === undefined ? null : (said?.metadata ?? null),
  }
}

/** What a command asks of what is said. */
const told = ({
  description,
  metadata,
  mergeMetadata,
  expectMetadata,
}: Readonly<Partial<Record<keyof Saying, unknown>>>) => ({
  description,
  metadata: metadata === undefined ? (mergeMetadata ?? expectMetadata) : metadata,
})

/** As long as the same events say it, it is the same. */
const asBasis = ({ description, metadata }: SaidAt): Basis => `${description} ${metadata}`

/** Logs content as the next version; content that a live version already has makes no new one. */
export const LogArtifactVersion = define('LogArtifactVersion', {
  of: ofArtifact,
  members: { artifact: ArtifactRef, artifactType: ArtifactType, manifest: ManifestSummary },
  optional: {
    /** `null` as what is left out, but of a draft: there nothing is taken over. */
    description: nullable(Description),
    metadata: nullable(Metadata),
    aliases: Aliases,
    tags: Tags,
    /** The run that made it. */
    run: RunRef,
    /** The version from which it was drafted. */
    base: VersionNumber,
    /** Refuse if the newest live version is no longer this one. */
    expectedBase: VersionNumber,
    /** The version of another artifact whose content this is. */
    copiedFrom: VersionRef,
    expect: ExpectedHolders,
  },
  basis: (command, state: State) =>
    asBasis(saidAt(command, ({ versions }) => numberOfContent(versions, command.manifest.digest), state)),
  facts: (command, read, { state }: AtHand<State>) => {
    const { artifact, manifest, run, copiedFrom } = command
    // Of the version that has this content already.
    const at = saidAt(command, ({ versions }) => numberOfContent(versions, manifest.digest), state)
    return pipe(
      // What was deleted says so, and not that its files are gone.
      read.copied(copiedFrom, manifest),
      // What a sealed draft holds has been named by its parts since, and is kept.
      TE.flatMap(() => ('distributed' in command ? read.manifest(manifest) : read.content(manifest))),
      TE.flatMap(() => gather({ runFact: read.run(run), said: read.said(artifact, at) })),
    )
  },
})
export type LogArtifactVersion = t.TypeOf<typeof LogArtifactVersion>

/** The same, and what no caller can say. */
export type LogVersion = LogArtifactVersion & {
  /** The sealed draft of which the version comes: only the seal itself says that. */
  readonly distributed?: SealedDraft
  /**
   * What `base` said when the draft was begun, or `copiedFrom` when it was copied: a repetition may find something else
   * there, and is the same command.
   */
  readonly saidOfOrigin?: Said
}

/** Replaces the description or the metadata of a version; what is left out stays as it is, `null` takes it away. */
export const DescribeArtifactVersion = define('DescribeArtifactVersion', {
  of: ofArtifact,
  members: { artifact: ArtifactRef, version: VersionChoice },
  optional: {
    description: nullable(Description),
    metadata: nullable(Metadata),
    /** Over the metadata that are there: members to set, and with `null` to take away (RFC 7396). */
    mergeMetadata: Metadata,
    /** Refuse if the metadata are no longer these. */
    expectMetadata: nullable(Metadata),
  },
  basis: (command, state: State) => asBasis(saidAt(told(command), (state) => numberOf(command.version, state), state)),
  facts: (command, read, { state }: AtHand<State>) =>
    gather({
      said: read.said(
        command.artifact,
        saidAt(told(command), (state) => numberOf(command.version, state), state),
      ),
    }),
})
export type DescribeArtifactVersion = t.TypeOf<typeof DescribeArtifactVersion>

export const TagArtifactVersion = define('TagArtifactVersion', {
  of: ofArtifact,
  members: { artifact: ArtifactRef, version: VersionChoice, tags: Tags },
  optional: {},
  facts: noFacts,
})
export type TagArtifactVersion = t.TypeOf<typeof TagArtifactVersion>

export const UntagArtifactVersion = define('UntagArtifactVersion', {
  of: ofArtifact,
  members: { artifact: ArtifactRef, version: VersionChoice, tags: Tags },
  optional: {},
  facts: noFacts,
})
export type UntagArtifactVersion = t.TypeOf<typeof UntagArtifactVersion>

/** The number of the live version that is meant, if there is one. */
const liveNumber = (choice: VersionChoice, state: State): VersionNumber | undefined => {
  const number = numberOf(choice, state)
  return number !== undefined && isLiveVersion(state.versions, number) ? number : undefined
}

/** Marks a version as deleted. Its number, its facts and its history stay. */
export const DeleteArtifactVersion = define('DeleteArtifactVersion', {
  of: ofArtifact,
  members: { artifact: ArtifactRef, version: VersionChoice },
  optional: {
    /** Needed while an alias points to the version; removes them. */
    deleteAliases: t.boolean,
    /** Needed while registered models link to the version; their links stay, and say that their source is deleted. */
    leaveLinks: t.boolean,
    expect: ExpectedHolders,
  },
  basis: ({ version }, state: State) => liveNumber(version, state),
  facts: ({ artifact, version }, read, { state }: AtHand<State>) => {
    const number = liveNumber(version, state)
    return gather({ links: number === undefined ? TE.right([]) : read.linksTo(artifact, number) })
  },
})
export type DeleteArtifactVersion = t.TypeOf<typeof DeleteArtifactVersion>

/** Ends this life of the name: all its versions are deleted, and its aliases, tags and description go with them. */
export const DeleteArtifact = define('DeleteArtifact', {
  of: ofArtifact,
  members: { artifact: ArtifactRef },
  optional: {
    /** Needed while there are aliases besides `latest`. */
    deleteAliases: t.boolean,
    /** Needed while registered models link to its versions; their links stay, and say that their source is deleted. */
    leaveLinks: t.boolean,
  },
  facts: ({ artifact }, read) => gather({ links: read.linksTo(artifact) }),
})
export type DeleteArtifact = t.TypeOf<typeof DeleteArtifact>

export const artifactCommands = {
  CreateArtifact,
  DescribeArtifact,
  TagArtifact,
  UntagArtifact,
  ArchiveArtifact,
  UnarchiveArtifact,
  LogArtifactVersion,
  DescribeArtifactVersion,
  TagArtifactVersion,
  UntagArtifactVersion,
  DeleteArtifactVersion,
  DeleteArtifact,
}

/** Everything that is decided against the history of an artifact. */
export const commandsOnArtifact = { ...artifactCommands, ...aliasCommands }
export type ArtifactCommand = Exclude<CommandIn<typeof commandsOnArtifact>, LogArtifactVersion> | LogVersion
export type ArtifactCommandWithFacts = WithFacts<typeof commandsOnArtifact, ArtifactCommand>
