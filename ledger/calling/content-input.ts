/** How content is checked: each kind by the member that names it. */

import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { isBytes } from '../../domain/values/built-ins.js'
import { record, rule, text, wholeNumber } from '../../domain/values/codec.js'
import { hasLength } from '../../domain/values/length.js'
import { EntryDigest, Uri } from '../../domain/values/manifest/manifest.js'
import { Table, TablePath } from '../../domain/values/table/table.js'
import type * as args from './arguments.js'

/** In code points; what operating systems take as a path, and longer than any name. */
const LONGEST_PATH = 4096

export const path = (what: string): t.Type<string> => {
  const short = text(what, (value) => hasLength(value, 1, LONGEST_PATH))
  return new t.Type<string>(
    what,
    short.is,
    (value, context) =>
      typeof value === 'string' && value !== '' && !hasLength(value, 1, LONGEST_PATH)
        ? t.failure(value, context, `${what}, of at most ${LONGEST_PATH} code points`)
        : short.validate(value, context),
    short.encode,
  )
}
export const FilePath = path('a path')

/** Their order counts, so none is taken out that is given twice. */
export const Patterns = rule(
  'a list of at most 1,000 patterns as in a .gitignore, each a text of one line',
  (value): value is ReadonlyArray<string> => Array.isArray(value) && value.length <= 1000 && value.every(isPattern),
)
const isPattern = (value: unknown): boolean =>
  typeof value === 'string' &&
  value.isWellFormed() &&
  value.length <= LONGEST_PATH &&
  value.trim() !== '' &&
  !/[\0\r\n]/.test(value)

const isStream = (value: unknown): value is AsyncIterable<Uint8Array> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

const items = {
  file: record('{file, as?}', { file: FilePath }, { as: FilePath }),
  directory: record('{directory, as?}', { directory: FilePath }, { as: FilePath }),
  bytes: record(
    '{bytes, as, executable?}',
    {
      bytes: rule('a text of whole characters or a Uint8Array', (value): value is string | Uint8Array =>
        typeof value === 'string' ? value.isWellFormed() : isBytes(value),
      ),
      as: FilePath,
    },
    { executable: t.boolean },
  ),
  stream: record(
    '{stream, as, executable?}',
    { stream: rule('an async iterable of bytes', isStream), as: FilePath },
    { executable: t.boolean },
  ),
  table: record('{table, as}', { table: Table, as: TablePath }),
  reference: record(
    '{reference, as, digest?, size?, versionId?}',
    { reference: Uri, as: FilePath },
    { digest: EntryDigest, size: wholeNumber('a size in bytes'), versionId: path('a version id') },
  ),
}

export type ContentItem = args.ContentItem
export const ContentItem = new t.Type<args.ContentItem>(
  'a local path, or one of {file}, {directory}, {bytes, as}, {stream, as}, {table, as}, {reference, as}',
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
  if ('table' in value) return items.table.validate(value, context)
  if ('reference' in value) return items.reference.validate(value, context)
  return t.failure(value, context)
}

const ContentList = t.readonlyArray(ContentItem, 'a list of content')

/** One thing stands for a list of it. */
export const ContentInput = new t.Type<ReadonlyArray<args.ContentItem>, args.Content, unknown>(
  ContentItem.name,
  ContentList.is,
  (value, context) => (Array.isArray(value) ? ContentList.validate(value, context) : only(value, context)),
  (value) => value,
)

const only = (value: unknown, context: t.Context): t.Validation<ReadonlyArray<args.ContentItem>> => {
  const item = ContentItem.validate(value, context)
  return E.isLeft(item) ? item : t.success([item.right])
}
