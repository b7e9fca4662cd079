/** How the arguments of the methods are checked: one object each, member by member. */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { Config, Metrics } from '../../domain/run/commands.js'
import { decodeWith, nullable, record, rule, text, wholeNumber } from '../../domain/values/codec.js'
import { Actor, CommandId, circumstances as ofEnvelope } from '../../domain/values/envelope.js'
import { instant } from '../../domain/values/instant.js'
import { EntryDigest, Uri } from '../../domain/values/manifest/manifest.js'
import {
  Alias,
  Aliases,
  ArtifactType,
  Description,
  DistributedId,
  ExpectedHolder,
  ExpectedHolders,
  GroupName,
  Metadata,
  RunOutcome,
  Tags,
  WriterName,
} from '../../domain/values/names.js'
import type * as args from './arguments.js'
import { describeWriteError, type InvalidInput, LedgerError } from './errors.js'

/** May stand in the argument of every method that records something. */
const circumstances = { commandId: CommandId, actor: Actor, ...ofEnvelope }

const path = (what: string) => text(what, (value) => value.length > 0)
export const NameText = path('a name')
const ArtifactPath = path('an artifact: [[entity/]project/]name')
const ModelPath = path('a registered model: [[entity/]registry/]name')
export const VersionText = path('a version: [[entity/]project/]name[:alias|:vN]')
const RunPath = path('a run: [[entity/]project/]run')
export const FilePath = path('a path')

const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array
const isStream = (value: unknown): value is AsyncIterable<Uint8Array> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

const items = {
  file: record('{file, as?}', { file: FilePath }, { as: FilePath }),
  directory: record('{directory, as?}', { directory: FilePath }, { as: FilePath }),
  bytes: record('{bytes, as}', {
    bytes: rule('a text of whole characters or a Uint8Array', (value): value is string | Uint8Array =>
      typeof value === 'string' ? value.isWellFormed() : isBytes(value),
    ),
    as: FilePath,
  }),
  stream: record('{stream, as}', { stream: rule('an async iterable of bytes', isStream), as: FilePath }),
  reference: record(
    '{reference, as, digest?, size?, versionId?}',
    { reference: Uri, as: FilePath },
    { digest: EntryDigest, size: wholeNumber('a size in bytes'), versionId: path('a version id') },
  ),
}

export type ContentItem = args.ContentItem
export const ContentItem = new t.Type<args.ContentItem>(
  'a local path, or one of {file}, {directory}, {bytes, as}, {stream, as}, {reference, as}',
  (value): value is args.ContentItem => E.isRight(decodeItem(value, [])),
  (value, context) => decodeItem(value, context),
  (value) => value,
)

const decodeItem = (value: unknown, context: t.Context): t.Validation<args.ContentItem> => {
  if (typeof value === 'string') return FilePath.is(value) ? t.success(value) : t.failure(value, context)
  if (typeof value !== 'object' || value === null) return t.failure(value, context)
  if ('file' in value) return items.file.validate(value, context)
  if ('directory' in value) return items.directory.validate(value, context)
  if ('bytes' in value) return items.bytes.validate(value, context)
  if ('stream' in value) return items.stream.validate(value, context)
  if ('reference' in value) return items.reference.validate(value, context)
  return t.failure(value, context)
}

export const ContentInput = t.readonlyArray(ContentItem, 'a list of content')

const OnProgress = rule('a function', (value): value is args.OnProgress => typeof value === 'function')

/** What is left of an argument when it was checked. */
type Codec<A> = t.Decoder<unknown, args.Checked<A>>

const describedVersion = { description: Description, metadata: Metadata, aliases: Aliases, tags: Tags }

export const EnvelopeFields: Codec<args.EnvelopeFields> = record('circumstances', {}, circumstances)
export const CreateArtifact: Codec<args.CreateArtifact> = record(
  'createArtifact',
  { name: ArtifactPath, type: ArtifactType },
  { description: Description, ...circumstances },
)
export const LogArtifact: Codec<args.LogArtifact> = record(
  'logArtifact',
  { name: ArtifactPath, type: ArtifactType, content: ContentInput },
  { ...describedVersion, run: RunPath, expect: ExpectedHolders, onProgress: OnProgress, ...circumstances },
)
export const NewArtifact: Codec<args.NewArtifact> = record('newArtifact', { name: ArtifactPath, type: ArtifactType })
export const AddToDraft: Codec<args.AddToDraft> = record('add', {}, { overwrite: t.boolean })
export const LogDraft: Codec<args.LogDraft> = record(
  'log',
  {},
  {
    ...describedVersion,
    run: RunPath,
    expect: ExpectedHolders,
    expectNewest: t.boolean,
    ...circumstances,
  },
)
export const UpsertDistributed: Codec<args.UpsertDistributed> = record(
  'upsertDistributed',
  { name: ArtifactPath, type: ArtifactType, content: ContentInput },
  {
    distributedId: DistributedId,
    run: RunPath,
    writer: WriterName,
    generation: wholeNumber('a generation'),
    openNext: t.boolean,
    onProgress: OnProgress,
    ...circumstances,
  },
)
export const CommitDistributed: Codec<args.CommitDistributed> = record(
  'commitDistributed',
  { name: ArtifactPath, type: ArtifactType },
  {
    content: ContentInput,
    distributedId: DistributedId,
    run: RunPath,
    writer: WriterName,
    generation: wholeNumber('a generation'),
    openNext: t.boolean,
    lastWriterWins: t.boolean,
    onProgress: OnProgress,
    ...describedVersion,
    ...circumstances,
  },
)
export const AbandonDistributed: Codec<args.AbandonDistributed> = record(
  'abandonDistributed',
  { name: ArtifactPath, distributedId: DistributedId },
  { generation: wholeNumber('a generation'), ...circumstances },
)
export const Describe: Codec<args.Describe> = record(
  'describe',
  { version: VersionText },
  {
    description: nullable(Description),
    metadata: nullable(Metadata),
    ...circumstances,
  },
)
export const Tag: Codec<args.Tag> = record('tag', { version: VersionText, tags: Tags }, circumstances)
export const DeleteVersion: Codec<args.DeleteVersion> = record(
  'deleteVersion',
  { version: VersionText },
  { deleteAliases: t.boolean, expect: ExpectedHolders, ...circumstances },
)
export const MoveAlias: Codec<args.MoveAlias> = record(
  'moveAlias',
  { version: VersionText, alias: Alias },
  { expect: ExpectedHolder, ...circumstances },
)
export const RemoveAlias: Codec<args.RemoveAlias> = record(
  'removeAlias',
  { name: path('an artifact or a registered model: [[entity/]project/]name'), alias: Alias },
  { expect: ExpectedHolder, ...circumstances },
)
export const CreateModel: Codec<args.CreateModel> = record(
  'createRegisteredModel',
  { name: ModelPath, type: ArtifactType },
  { description: Description, ...circumstances },
)
export const Link: Codec<args.Link> = record(
  'link',
  { version: VersionText, to: ModelPath },
  { aliases: Aliases, expect: ExpectedHolders, ...circumstances },
)
export const Unlink: Codec<args.Unlink> = record(
  'unlink',
  { version: VersionText },
  { expect: ExpectedHolders, ...circumstances },
)
export const DescribeModel: Codec<args.DescribeModel> = record(
  'describeRegisteredModel',
  { name: ModelPath, description: Description },
  circumstances,
)
export const TagModel: Codec<args.TagModel> = record(
  'tagRegisteredModel',
  { name: ModelPath, tags: Tags },
  circumstances,
)
export const StartRun: Codec<args.StartRun> = record(
  'startRun',
  {},
  {
    run: RunPath,
    group: GroupName,
    config: Config,
    jobType: t.string,
    ...circumstances,
  },
)
export const SummariseRun: Codec<args.SummariseRun> = record(
  'summariseRun',
  { run: RunPath, metrics: Metrics },
  circumstances,
)
export const UseArtifact: Codec<args.UseArtifact> = record(
  'useArtifact',
  { run: RunPath, version: VersionText },
  circumstances,
)
export const FinishRun: Codec<args.FinishRun> = record(
  'finishRun',
  { run: RunPath },
  { outcome: RunOutcome, ...circumstances },
)
export const LinkModel: Codec<args.LinkModel> = record(
  'linkModel',
  { content: ContentInput, to: ModelPath },
  {
    name: ArtifactPath,
    type: ArtifactType,
    run: RunPath,
    onProgress: OnProgress,
    ...describedVersion,
    ...circumstances,
  },
)

export const OpenFile: Codec<args.OpenFile> = record('openFile', { version: VersionText, path: FilePath })

/** A date alone is its beginning, in UTC, as it is for `at`. */
export const Time = new t.Type<string>(
  'a time as an ISO 8601 text (2026-05-03, 2026-05-03T14:00:00Z) or a Date',
  instant.is,
  (value, context) =>
    instant.validate(typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T00:00Z` : value, context),
  instant.encode,
)

/** Hears of something, now and then. */
export const Listener = rule('a function', (value): value is () => void => typeof value === 'function')
export const Signal = rule('an AbortSignal', (value): value is AbortSignal => value instanceof AbortSignal)

/** The same of an argument that may be left out. */
export const checkedIfGiven = async <A>(codec: t.Decoder<unknown, A>, given: unknown): Promise<A | undefined> =>
  checkedIfGivenNow(codec, given)

/** Likewise, of what is alive, which is never awaited: it may have a method `then` of its own. */
export const checkedIfGivenNow = <A>(codec: t.Decoder<unknown, A>, given: unknown): A | undefined =>
  given === undefined ? undefined : checkedNow(codec, given)

/** The argument of a method, checked; rejects with a `LedgerError` that names everything that is wrong. */
export const checked = async <A>(codec: t.Decoder<unknown, A>, given: unknown): Promise<A> => checkedNow(codec, given)

/** Likewise, of what is alive, and of a function that answers at once; throws the `LedgerError`. */
export const checkedNow = <A>(codec: t.Decoder<unknown, A>, given: unknown): A => {
  const decoded = decodeWith(codec)(given)
  if (E.isRight(decoded)) return decoded.right
  const error: InvalidInput = { _tag: 'invalid-input', problems: decoded.left }
  throw new LedgerError(error, describeWriteError(error))
}
