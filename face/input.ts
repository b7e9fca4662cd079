/** What the methods of a ledger take: one object each, checked member by member. */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { Metadata } from '../domain/artifact/commands.js'
import { decodeWith, instant, nullable, record, rule, text, wholeNumber } from '../domain/codec.js'
import { Actor, CommandId, Reason } from '../domain/envelope.js'
import { EntryDigest, Uri } from '../domain/manifest/manifest.js'
import {
  Alias,
  Aliases,
  ArtifactType,
  Description,
  DistributedId,
  ExpectedHolder,
  ExpectedHolders,
  GroupName,
  RunOutcome,
  Tags,
  WriterName,
} from '../domain/names.js'
import { Config, Metrics } from '../domain/run/commands.js'
import { describeWriteError, type InvalidInput, LedgerError } from './error.js'

/** Who does it and why; may stand in the argument of every method that records something. */
const circumstances = {
  /** The caller's idempotency key: the same command with the same id is recorded once. New for each call unless told. */
  commandId: CommandId,
  /** Who gives the command; the ledger's own actor unless told. */
  actor: Actor,
  reason: Reason,
  onBehalfOf: Actor,
  correlationId: CommandId,
  causationId: CommandId,
  /** When it is claimed to have happened. */
  occurredAt: instant,
}
export const Circumstances = record('circumstances', {}, circumstances)
export type Circumstances = t.TypeOf<typeof Circumstances>

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

/**
 * Something that a version is to hold. A plain string is a local file or directory. `as` is its path inside
 * the version: a file's own name unless told, and for a directory the prefix (none unless told).
 */
export type ContentItem =
  | string
  | { readonly file: string; readonly as?: string }
  | { readonly directory: string; readonly as?: string }
  | { readonly bytes: string | Uint8Array; readonly as: string }
  | { readonly stream: AsyncIterable<Uint8Array>; readonly as: string }
  | {
      /** A URI. Nothing is fetched. */
      readonly reference: string
      readonly as: string
      /** What identifies its content: `sha256:…`, `md5:…` or `etag:…`; without it the URI itself, the weakest. */
      readonly digest?: string
      readonly size?: number
      readonly versionId?: string
    }

const items = {
  file: record('{file, as?}', { file: FilePath }, { as: FilePath }),
  directory: record('{directory, as?}', { directory: FilePath }, { as: FilePath }),
  bytes: record('{bytes, as}', {
    bytes: rule(
      'a text or a Uint8Array',
      (value): value is string | Uint8Array => typeof value === 'string' || isBytes(value),
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

export const ContentItem = new t.Type<ContentItem>(
  'a local path, or one of {file}, {directory}, {bytes, as}, {stream, as}, {reference, as}',
  (value): value is ContentItem => E.isRight(decodeItem(value, [])),
  (value, context) => decodeItem(value, context),
  (value) => value,
)

const decodeItem = (value: unknown, context: t.Context): t.Validation<ContentItem> => {
  if (typeof value === 'string') return value === '' ? t.failure(value, context) : t.success(value)
  if (typeof value !== 'object' || value === null) return t.failure(value, context)
  if ('file' in value) return items.file.validate(value, context)
  if ('directory' in value) return items.directory.validate(value, context)
  if ('bytes' in value) return items.bytes.validate(value, context)
  if ('stream' in value) return items.stream.validate(value, context)
  if ('reference' in value) return items.reference.validate(value, context)
  return t.failure(value, context)
}

export const ContentInput = t.readonlyArray(ContentItem, 'a list of content')
export type Content = ReadonlyArray<ContentItem>

/** Called now and then while content is stored. */
export type OnProgress = (progress: {
  readonly path: string
  readonly bytesDone: number
  readonly filesDone: number
}) => void
const OnProgress = rule('a function', (value): value is OnProgress => typeof value === 'function')

const describedVersion = { description: Description, metadata: Metadata, aliases: Aliases, tags: Tags }

export const CreateArtifact = record(
  'createArtifact',
  { name: ArtifactPath, type: ArtifactType },
  { description: Description, ...circumstances },
)
export const LogArtifact = record(
  'logArtifact',
  { name: ArtifactPath, type: ArtifactType, content: ContentInput },
  { ...describedVersion, run: RunPath, expect: ExpectedHolders, onProgress: OnProgress, ...circumstances },
)
export const NewArtifact = record('newArtifact', { name: ArtifactPath, type: ArtifactType })
export const AddToDraft = record('add', {}, { overwrite: t.boolean })
export const LogDraft = record(
  'log',
  {},
  {
    ...describedVersion,
    run: RunPath,
    expect: ExpectedHolders,
    /** Refuse if the version from which this was drafted is no longer the newest. */
    expectNewest: t.boolean,
    ...circumstances,
  },
)
export const UpsertDistributed = record(
  'upsertDistributed',
  { name: ArtifactPath, type: ArtifactType, content: ContentInput },
  {
    /** The group of the run unless told. */
    distributedId: DistributedId,
    run: RunPath,
    /** Whose part it is: the run unless told, and outside a run each call is a writer of its own. */
    writer: WriterName,
    generation: wholeNumber('a generation'),
    onProgress: OnProgress,
    ...circumstances,
  },
)
export const CommitDistributed = record(
  'commitDistributed',
  { name: ArtifactPath, type: ArtifactType },
  {
    content: ContentInput,
    distributedId: DistributedId,
    run: RunPath,
    writer: WriterName,
    generation: wholeNumber('a generation'),
    lastWriterWins: t.boolean,
    onProgress: OnProgress,
    ...describedVersion,
    ...circumstances,
  },
)
export const AbandonDistributed = record(
  'abandonDistributed',
  { name: ArtifactPath, distributedId: DistributedId },
  { generation: wholeNumber('a generation'), ...circumstances },
)
export const Describe = record(
  'describe',
  { version: VersionText },
  {
    description: nullable(Description),
    metadata: nullable(Metadata),
    ...circumstances,
  },
)
export const Tag = record('tag', { version: VersionText, tags: Tags }, circumstances)
export const DeleteVersion = record(
  'deleteVersion',
  { version: VersionText },
  { deleteAliases: t.boolean, expect: ExpectedHolders, ...circumstances },
)
export const MoveAlias = record(
  'moveAlias',
  { version: VersionText, alias: Alias },
  { expect: ExpectedHolder, ...circumstances },
)
export const RemoveAlias = record(
  'removeAlias',
  { name: path('an artifact or a registered model: [[entity/]project/]name'), alias: Alias },
  { expect: ExpectedHolder, ...circumstances },
)
export const CreateModel = record(
  'createRegisteredModel',
  { name: ModelPath, type: ArtifactType },
  { description: Description, ...circumstances },
)
export const Link = record(
  'link',
  { version: VersionText, to: ModelPath },
  { aliases: Aliases, expect: ExpectedHolders, ...circumstances },
)
export const Unlink = record('unlink', { version: VersionText }, { expect: ExpectedHolders, ...circumstances })
export const DescribeModel = record(
  'describeRegisteredModel',
  { name: ModelPath, description: Description },
  circumstances,
)
export const TagModel = record('tagRegisteredModel', { name: ModelPath, tags: Tags }, circumstances)
export const StartRun = record(
  'startRun',
  {},
  {
    /** New unless told. */
    run: RunPath,
    group: GroupName,
    config: Config,
    jobType: t.string,
    ...circumstances,
  },
)
export const SummariseRun = record('summariseRun', { run: RunPath, metrics: Metrics }, circumstances)
export const UseArtifact = record('useArtifact', { run: RunPath, version: VersionText }, circumstances)
export const FinishRun = record('finishRun', { run: RunPath }, { outcome: RunOutcome, ...circumstances })
export const LinkModel = record(
  'linkModel',
  { content: ContentInput, to: ModelPath },
  {
    /** The artifact's name; after the run and the model unless told. */
    name: ArtifactPath,
    /** What the registered model accepts unless told, and `model` if it is new. */
    type: ArtifactType,
    run: RunPath,
    onProgress: OnProgress,
    ...describedVersion,
    ...circumstances,
  },
)

/** The argument of a method, checked; rejects with a `LedgerError` that names everything that is wrong. */
export const checked = async <A>(codec: t.Decoder<unknown, A>, given: unknown): Promise<A> => {
  const decoded = decodeWith(codec)(given)
  if (E.isRight(decoded)) return decoded.right
  const error: InvalidInput = { _tag: 'invalid-input', problems: decoded.left }
  throw new LedgerError(error, describeWriteError(error))
}
