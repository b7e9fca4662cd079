/** What can be asked of an artifact, the collection in which versions are born. */

import * as t from 'io-ts'
import { nullable, oneOf, record } from '../values/codec.js'
import { ManifestSummary } from '../values/manifest/manifest.js'
import {
  Aliases,
  ArtifactType,
  Description,
  DistributedId,
  ExpectedHolders,
  Metadata,
  Tags,
  VersionChoice,
  VersionNumber,
} from '../values/names.js'
import { ArtifactRef, RunRef } from '../values/references.js'

/** Makes an artifact that has no version yet. */
export const CreateArtifact = record(
  'CreateArtifact',
  { type: oneOf('CreateArtifact'), artifact: ArtifactRef, artifactType: ArtifactType },
  { description: Description },
)
export type CreateArtifact = t.TypeOf<typeof CreateArtifact>

/** Logs content as the next version; content that a live version already has makes no new one. */
export const LogArtifactVersion = record(
  'LogArtifactVersion',
  { type: oneOf('LogArtifactVersion'), artifact: ArtifactRef, artifactType: ArtifactType, manifest: ManifestSummary },
  {
    description: Description,
    metadata: Metadata,
    aliases: Aliases,
    tags: Tags,
    /** The run that made it. */
    run: RunRef,
    /** The version from which it was drafted. */
    base: VersionNumber,
    /** Refuse if the newest live version is no longer this one. */
    expectedBase: VersionNumber,
    expect: ExpectedHolders,
  },
)
export type LogArtifactVersion = t.TypeOf<typeof LogArtifactVersion>

export const SealedDraft = record('a sealed draft', { distributedId: DistributedId, generation: VersionNumber })
export type SealedDraft = t.TypeOf<typeof SealedDraft>

/** The same, and the sealed draft of which the version comes: no caller can say that, only the seal itself. */
export type LogVersion = LogArtifactVersion & { readonly distributed?: SealedDraft }

/** Replaces the description or the metadata of a version; what is left out stays as it is, `null` takes it away. */
export const DescribeArtifactVersion = record(
  'DescribeArtifactVersion',
  { type: oneOf('DescribeArtifactVersion'), artifact: ArtifactRef, version: VersionChoice },
  {
    description: nullable(Description),
    metadata: nullable(Metadata),
  },
)
export type DescribeArtifactVersion = t.TypeOf<typeof DescribeArtifactVersion>

export const TagArtifactVersion = record('TagArtifactVersion', {
  type: oneOf('TagArtifactVersion'),
  artifact: ArtifactRef,
  version: VersionChoice,
  tags: Tags,
})
export type TagArtifactVersion = t.TypeOf<typeof TagArtifactVersion>

export const UntagArtifactVersion = record('UntagArtifactVersion', {
  type: oneOf('UntagArtifactVersion'),
  artifact: ArtifactRef,
  version: VersionChoice,
  tags: Tags,
})
export type UntagArtifactVersion = t.TypeOf<typeof UntagArtifactVersion>

/** Marks a version as deleted. Its number, its facts and its history stay. */
export const DeleteArtifactVersion = record(
  'DeleteArtifactVersion',
  { type: oneOf('DeleteArtifactVersion'), artifact: ArtifactRef, version: VersionChoice },
  {
    /** Needed while an alias points to the version; removes them. */
    deleteAliases: t.boolean,
    expect: ExpectedHolders,
  },
)
export type DeleteArtifactVersion = t.TypeOf<typeof DeleteArtifactVersion>
