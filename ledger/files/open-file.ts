/** One file of a version, read as a stream that is compared with its digest on the way. */

import { type FileStore, FileStoreFailure } from '../../domain/ports/file-store.js'
import { type Digest, digestOf, isDigest, streamingHash } from '../../domain/values/digest.js'
import type * as args from '../calling/arguments.js'
import { describeWriteError, LedgerError, promised, type WriteError } from '../calling/errors.js'
import { checked, OpenFile } from '../calling/input.js'
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
  async (given: args.OpenFile): Promise<OpenedFile> => {
    const { version: named, path } = await checked(OpenFile, given)
    const { path: version, manifest } = await content(named)
    const entry = manifest.find((entry) => entry.path === path)
    if (entry === undefined) throw noSuchPath(path, manifest)
    const { digest, size, reference, executable = false } = entry
    if (reference !== undefined) throw refusal({ _tag: 'not-stored', path, uri: reference.uri })
    if (!isDigest(digest)) throw new TypeError(`${version} names a stored file by ${digest}`)
    const bytes = await promised(describeWriteError)(files.open('file', digest))
    return { version, path, digest, size: size ?? 0, executable, bytes: compared(bytes, digest) }
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
