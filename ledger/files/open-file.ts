/** One file of a version, read as a stream that is compared with its digest on the way. */

import { type ByteRange, type FileStore, FileStoreFailure } from '../../domain/ports/file-store.js'
import { type Digest, digestOf, isDigest, streamingHash } from '../../domain/values/digest.js'
import type * as args from '../calling/arguments.js'
import { checked } from '../calling/checked.js'
import { describeWriteError, LedgerError, promised, type WriteError } from '../calling/errors.js'
import { OpenFile } from '../calling/input.js'
import { wrong } from '../calling/send-command.js'
import type { ContentMethods } from './contents.js'
import { noSuchPath } from './part.js'

export interface OpenedFile {
  /** `entity/project/name:vN` */
  readonly version: string
  readonly path: string
  readonly digest: Digest
  /**
   * The content, to be read once. The iteration rejects with a `LedgerError` if the store cannot give it, and before
   * the last bytes if they are not those that were logged: what is read to its end is right.
   */
  readonly bytes: AsyncIterable<Uint8Array>
  /**
   * Which bytes these are: from `start` up to `end` and without it. Those of a part of the file are not compared with anything: its
   * digest is that of all.
   */
  readonly range: ByteRange
  /** Of all of it, in bytes. */
  readonly size: number
  /** Whether its owner could execute it when it was logged. */
  readonly executable: boolean
}

interface OpenFilePorts {
  readonly content: ContentMethods['content']
  readonly files: FileStore
}

export const openFile =
  ({ content, files }: OpenFilePorts) =>
  async (asked: args.OpenFile): Promise<OpenedFile> => {
    const { version: named, path, range = {} } = await checked(OpenFile, asked)
    const { path: version, manifest } = await content(named)
    const entry = manifest.find((entry) => entry.path === path)
    if (entry === undefined) throw noSuchPath(path, manifest)
    const { digest, size, reference, executable = false } = entry
    if (reference !== undefined) throw refusal({ _tag: 'not-stored', path, uri: reference.uri })
    if (!isDigest(digest)) throw new TypeError(`${version} names a stored file by ${digest}`)
    const wanted = within(size ?? 0, range)
    const isWhole = wanted.start === 0 && wanted.end === (size ?? 0)
    const bytes = await promised(describeWriteError)(files.open('file', digest, isWhole ? undefined : wanted))
    const given = isWhole ? compared(bytes, digest) : counted(bytes, wanted)
    return { version, path, digest, size: size ?? 0, executable, range: wanted, bytes: given }
  }

type Asked = NonNullable<args.Checked<args.OpenFile>['range']>

/** What lies beyond the file is none. */
const within = (size: number, { start = 0, end }: Asked): ByteRange => {
  if (end !== undefined && end < start) throw refusal(wrong('range.end', `not before its start, ${start}`, String(end)))
  return { start: Math.min(start, size), end: Math.min(end ?? size, size) }
}

/** Nothing but their number can be held against what was logged. */
async function* counted(bytes: AsyncIterable<Uint8Array>, { start, end }: ByteRange): AsyncGenerator<Uint8Array> {
  let count = 0
  const assertFits = (fits: boolean): void => {
    const reason = `it gave ${count} bytes where the ${end - start} from ${start} to ${end} were wanted`
    if (!fits) throw refusal({ _tag: 'file-store-failed', operation: 'read a range', reason })
  }
  try {
    for await (const chunk of bytes) {
      count += chunk.length
      assertFits(count <= end - start)
      yield chunk
    }
  } catch (cause) {
    throw cause instanceof FileStoreFailure ? refusal(cause.error) : cause
  }
  assertFits(count === end - start)
}

/** Gives each chunk when the next is there, so that the last is given only if all of them have the digest. */
export async function* compared(bytes: AsyncIterable<Uint8Array>, digest: Digest): AsyncGenerator<Uint8Array> {
  const hash = streamingHash()
  let size = 0
  let held: Uint8Array | undefined
  try {
    for await (const chunk of bytes) {
      if (held !== undefined) yield held
      hash.update(chunk)
      size += chunk.length
      held = chunk
    }
  } catch (cause) {
    throw cause instanceof FileStoreFailure ? refusal(cause.error) : cause
  }
  const found = digestOf(hash)
  if (found !== digest) throw refusal({ _tag: 'file-damaged', digest, found, size })
  if (held !== undefined) yield held
}

const refusal = (error: WriteError) => new LedgerError(error, describeWriteError(error))
