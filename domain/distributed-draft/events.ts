/** What has happened to a distributed draft. */
import * as t from 'io-ts'
import { oneOf, record, wholeNumber } from '../values/codec.js'
import { RecordedEnvelope } from '../values/envelope.js'
import { ManifestSummary, RemovedPaths } from '../values/manifest/manifest.js'
import {
  Aliases,
  ArtifactType,
  Description,
  Generation,
  Metadata,
  Tags,
  VersionNumber,
  WriterName,
  WriterNames,
} from '../values/names.js'
import { NamedRun } from '../values/run-fact.js'

export const DistributedPartUpserted = record(
  'DistributedPartUpserted',
  {
    type: oneOf('DistributedPartUpserted'),
    generation: Generation,
    artifactType: ArtifactType,
    writer: WriterName,
    part: ManifestSummary,
  },
  {
    run: NamedRun,
    /** The version on which it builds, if it names one. */
    base: VersionNumber,
    removed: RemovedPaths,
    /** Its entries may lie over what the base holds under their paths. */
    overwrite: t.literal(true),
  },
)
export type DistributedPartUpserted = t.TypeOf<typeof DistributedPartUpserted>

/** The draft is sealed. The event carries everything that logging the version needs. */
export const DistributedCommitted = record(
  'DistributedCommitted',
  {
    type: oneOf('DistributedCommitted'),
    generation: Generation,
    artifactType: ArtifactType,
    manifest: ManifestSummary,
    /** How many writers brought parts. */
    writers: wholeNumber('a number of writers'),
    /** The committer's own, under which the version is logged. */
    envelope: RecordedEnvelope,
  },
  {
    /** Their names, in the order in which they came first; left out where they would take too much of the event. */
    writerNames: WriterNames,
    run: NamedRun,
    /** The version on which it builds. */
    base: VersionNumber,
    lastWriterWins: t.literal(true),
    description: Description,
    metadata: Metadata,
    aliases: Aliases,
    tags: Tags,
  },
)
export type DistributedCommitted = t.TypeOf<typeof DistributedCommitted>

export const DistributedAbandoned = record(
  'DistributedAbandoned',
  {
    type: oneOf('DistributedAbandoned'),
    generation: Generation,
    writers: wholeNumber('a number of writers'),
  },
  {
    /** It was sealed before, and no version could come of it. */
    sealed: t.literal(true),
  },
)
export type DistributedAbandoned = t.TypeOf<typeof DistributedAbandoned>

export const distributedDraftEvents = { DistributedPartUpserted, DistributedCommitted, DistributedAbandoned }
export type DistributedDraftEvent = t.TypeOf<(typeof distributedDraftEvents)[keyof typeof distributedDraftEvents]>
