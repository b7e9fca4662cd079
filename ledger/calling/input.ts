/** How the arguments of the methods are checked: one object each, member by member. */

import * as t from 'io-ts'
import { Config } from '../../domain/run/commands.js'
import { Metrics } from '../../domain/run/metrics.js'
import { isAbortSignal } from '../../domain/values/built-ins.js'
import { distinct, nullable, oneOf, record, rule, wholeNumber } from '../../domain/values/codec.js'
import { Actor, GivenCommandId, envelopeFields as ofEnvelope, Reason } from '../../domain/values/envelope.js'
import {
  Alias,
  Aliases,
  AliasOrAliases,
  ArtifactType,
  Description,
  DistributedId,
  ExpectedHolder,
  ExpectedHolderOrHolders,
  ExpectedHolders,
  ExpectedWriters,
  GroupName,
  Metadata,
  RunOutcome,
  Tags,
  WriterName,
} from '../../domain/values/names.js'
import type * as args from './arguments.js'
import { ContentInput, FilePath, Patterns, path } from './content-input.js'

export const Signal = rule('an AbortSignal', isAbortSignal)
/** May stand in the last argument of whatever takes long. */
const stopping = { signal: Signal }
export const Stopping = record('{signal?}', {}, stopping) satisfies Codec<args.Stoppable>

/** May stand in the argument of every method that records something. */
export const envelopeFields = { commandId: GivenCommandId, actor: Actor, ...ofEnvelope, ...stopping }

export const NameText = path('a name')
export const ArtifactPath = path('an artifact: [[entity/]project/]name')
const ModelPath = path('a registered model: [[entity/]registry/]name')
export const VersionText = path('a version: [[entity/]project/]name[:alias|:vN]')
export const RunPath = path('a run: [[entity/]project/]run')

const OnProgress = rule('a function', (value): value is args.OnProgress => typeof value === 'function')

const leavingOut = { exclude: Patterns, links: oneOf('follow', 'skip') }
const storing = { ...leavingOut, onProgress: OnProgress }

/** What is left of an argument when it was checked. */
type Codec<A> = t.Decoder<unknown, args.Checked<A>>

const describedVersion = { description: Description, metadata: Metadata, aliases: Aliases, tags: Tags }

export const EnvelopeFields = record('circumstances', {}, envelopeFields) satisfies Codec<args.EnvelopeFields>
const { reason: _, ...unexplained } = envelopeFields
export const AcceptLoss = record('acceptLoss', { reason: Reason }, unexplained) satisfies Codec<args.AcceptLoss>
export const CreateArtifact = record(
  'createArtifact',
  { name: ArtifactPath, type: ArtifactType },
  { description: Description, ...envelopeFields },
) satisfies Codec<args.CreateArtifact>
export const LogArtifact = record(
  'logArtifact',
  { name: ArtifactPath, type: ArtifactType, content: ContentInput },
  { ...describedVersion, run: RunPath, expect: ExpectedHolders, ...storing, ...envelopeFields },
) satisfies Codec<args.LogArtifact>
export const NewArtifact = record(
  'newArtifact',
  { name: ArtifactPath, type: ArtifactType },
  stopping,
) satisfies Codec<args.NewArtifact>
export const AddToDraft = record(
  'add',
  {},
  { overwrite: t.boolean, ...leavingOut, ...stopping },
) satisfies Codec<args.AddToDraft>
export const LogDraft = record(
  'log',
  {},
  {
    ...describedVersion,
    description: nullable(Description),
    metadata: nullable(Metadata),
    run: RunPath,
    expect: ExpectedHolders,
    expectNewest: t.boolean,
    ...envelopeFields,
  },
) satisfies Codec<args.LogDraft>
export const Copy = record(
  'copy',
  { version: VersionText, to: ArtifactPath },
  {
    type: ArtifactType,
    ...describedVersion,
    description: nullable(Description),
    metadata: nullable(Metadata),
    expect: ExpectedHolders,
    ...envelopeFields,
  },
) satisfies Codec<args.Copy>
const distributed = {
  content: ContentInput,
  distributedId: DistributedId,
  run: RunPath,
  writer: WriterName,
  generation: wholeNumber('a generation'),
  openNext: t.boolean,
  base: VersionText,
  remove: distinct(FilePath, 'a list of at most 1,000 paths to remove', 1000),
  overwrite: t.boolean,
  ...storing,
  ...envelopeFields,
}
export const UpsertDistributed = record(
  'upsertDistributed',
  { name: ArtifactPath, type: ArtifactType },
  distributed,
) satisfies Codec<args.UpsertDistributed>
export const CommitDistributed = record(
  'commitDistributed',
  { name: ArtifactPath, type: ArtifactType },
  {
    ...distributed,
    lastWriterWins: t.boolean,
    writers: ExpectedWriters,
    expectNewest: t.boolean,
    ...describedVersion,
  },
) satisfies Codec<args.CommitDistributed>
export const AbandonDistributed = record(
  'abandonDistributed',
  { name: ArtifactPath, distributedId: DistributedId },
  { generation: wholeNumber('a generation'), ...envelopeFields },
) satisfies Codec<args.AbandonDistributed>
const redescribed = {
  description: nullable(Description),
  metadata: nullable(Metadata),
  mergeMetadata: Metadata,
  expectMetadata: nullable(Metadata),
}
export const DescribeArtifact = record(
  'describeArtifact',
  { name: ArtifactPath, description: nullable(Description) },
  envelopeFields,
) satisfies Codec<args.DescribeArtifact>
export const TagArtifact = record(
  'tagArtifact',
  { name: ArtifactPath, tags: Tags },
  envelopeFields,
) satisfies Codec<args.TagArtifact>
export const ArchiveArtifact = record(
  'archiveArtifact',
  { name: ArtifactPath },
  envelopeFields,
) satisfies Codec<args.ArchiveArtifact>
export const Describe = record(
  'describe',
  { version: VersionText },
  { ...redescribed, ...envelopeFields },
) satisfies Codec<args.Describe>
export const Tag = record('tag', { version: VersionText, tags: Tags }, envelopeFields) satisfies Codec<args.Tag>
export const DeleteVersion = record(
  'deleteVersion',
  { version: VersionText },
  { deleteAliases: t.boolean, leaveLinks: t.boolean, expect: ExpectedHolders, ...envelopeFields },
) satisfies Codec<args.DeleteVersion>
export const DeleteArtifact = record(
  'deleteArtifact',
  { name: ArtifactPath },
  { deleteAliases: t.boolean, leaveLinks: t.boolean, ...envelopeFields },
) satisfies Codec<args.DeleteArtifact>
export const DeleteModel = record(
  'deleteRegisteredModel',
  { name: ModelPath },
  { deleteAliases: t.boolean, ...envelopeFields },
) satisfies Codec<args.DeleteModel>
export const MoveAlias = record(
  'moveAlias',
  { version: VersionText, alias: AliasOrAliases },
  { expect: ExpectedHolderOrHolders, ...envelopeFields },
) satisfies Codec<args.MoveAlias>
export const RemoveAlias = record(
  'removeAlias',
  { name: path('an artifact or a registered model: [[entity/]project/]name'), alias: Alias },
  { expect: ExpectedHolder, ...envelopeFields },
) satisfies Codec<args.RemoveAlias>
export const CreateModel = record(
  'createRegisteredModel',
  { name: ModelPath, type: ArtifactType },
  { description: Description, ...envelopeFields },
) satisfies Codec<args.CreateModel>
export const Link = record(
  'link',
  { version: VersionText, to: ModelPath },
  { aliases: Aliases, expect: ExpectedHolders, ...envelopeFields },
) satisfies Codec<args.Link>
export const Unlink = record(
  'unlink',
  { version: VersionText },
  { expect: ExpectedHolders, ...envelopeFields },
) satisfies Codec<args.Unlink>
export const DescribeModel = record(
  'describeRegisteredModel',
  { name: ModelPath },
  { ...redescribed, ...envelopeFields },
) satisfies Codec<args.DescribeModel>
export const TagModel = record(
  'tagRegisteredModel',
  { name: ModelPath, tags: Tags },
  envelopeFields,
) satisfies Codec<args.TagModel>
export const ArchiveModel = record(
  'archiveRegisteredModel',
  { name: ModelPath },
  envelopeFields,
) satisfies Codec<args.ArchiveModel>
/** What may be said of a run when it is started. */
export const runFields = { group: GroupName, config: Config, jobType: t.string, ...envelopeFields }
export const StartRun = record('startRun', {}, { run: RunPath, ...runFields }) satisfies Codec<args.StartRun>
export const SummariseRun = record(
  'summariseRun',
  { run: RunPath, metrics: Metrics },
  envelopeFields,
) satisfies Codec<args.SummariseRun>
export const UseArtifact = record(
  'useArtifact',
  { run: RunPath, version: VersionText },
  envelopeFields,
) satisfies Codec<args.UseArtifact>
export const FinishRun = record(
  'finishRun',
  { run: RunPath },
  { outcome: RunOutcome, ...envelopeFields },
) satisfies Codec<args.FinishRun>
export const LinkModel = record(
  'linkModel',
  { content: ContentInput, to: ModelPath },
  {
    name: ArtifactPath,
    type: ArtifactType,
    run: RunPath,
    ...storing,
    ...describedVersion,
    ...envelopeFields,
  },
) satisfies Codec<args.LinkModel>

const Bytes = wholeNumber('a number of bytes: 0, 1, 2, ...', 0)
const ByteRange = record('{start?, end?}', {}, { start: Bytes, end: Bytes })
export const OpenFile = record(
  'openFile',
  { version: VersionText, path: FilePath },
  { range: ByteRange, ...stopping },
) satisfies Codec<args.OpenFile>

/** Hears of something, now and then. */
export const Listener = rule('a function', (value): value is () => void => typeof value === 'function')
