/** What can be asked of a distributed draft: a version that several writers make together. */
import * as t from 'io-ts'
import { oneOf, record, wholeNumber } from '../values/codec.js'
import { ManifestSummary } from '../values/manifest/manifest.js'
import { Aliases, ArtifactType, Description, DistributedId, Metadata, Tags, WriterName } from '../values/names.js'
import { ArtifactRef, RunRef } from '../values/references.js'

/** Which generation of the draft a command means. */
const meant = {
  /** Without it, the one that is open when the command comes, or the next. It is refused where that one has ended. */
  generation: wholeNumber('a generation of the draft: 0, 1, 2, ...'),
  /** Where the generation that is meant has ended, the next one is meant. */
  openNext: t.boolean,
}

/** Adds what one writer made. The first upsert creates the artifact and opens the draft. */
export const UpsertDistributedPart = record(
  'UpsertDistributedPart',
  {
    type: oneOf('UpsertDistributedPart'),
    artifact: ArtifactRef,
    artifactType: ArtifactType,
    distributedId: DistributedId,
    writer: WriterName,
    part: ManifestSummary,
  },
  {
    run: RunRef,
    ...meant,
  },
)
export type UpsertDistributedPart = t.TypeOf<typeof UpsertDistributedPart>

/** Seals the draft: its merged parts, and those that come with the commit, become a version. */
export const CommitDistributed = record(
  'CommitDistributed',
  {
    type: oneOf('CommitDistributed'),
    artifact: ArtifactRef,
    artifactType: ArtifactType,
    distributedId: DistributedId,
    writer: WriterName,
  },
  {
    part: ManifestSummary,
    run: RunRef,
    ...meant,
    /** Where two writers brought different content for one path, take the later one. */
    lastWriterWins: t.boolean,
    description: Description,
    metadata: Metadata,
    aliases: Aliases,
    tags: Tags,
  },
)
export type CommitDistributed = t.TypeOf<typeof CommitDistributed>

/** Gives the open generation up. */
export const AbandonDistributed = record(
  'AbandonDistributed',
  { type: oneOf('AbandonDistributed'), artifact: ArtifactRef, distributedId: DistributedId },
  { generation: meant.generation },
)
export type AbandonDistributed = t.TypeOf<typeof AbandonDistributed>
