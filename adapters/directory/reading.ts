/** How what is stored is looked for, read, and listed. */
import { type FileHandle, open, readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import {
  type ByteRange,
  type FileKind,
  FileStoreFailure,
  type StoredFile,
  type Unfinished,
} from '../../domain/ports/file-store.js'
import { type Digest, isDigest } from '../../domain/values/digest.js'
import { forEachConcurrently } from '../shared/concurrency.js'
import { readHandle } from '../shared/file-source.js'
import { briefly, diskWork, streaming, whenOpenable } from '../shared/open-files.js'
import { recover, recoverAll } from './deleting.js'
import { HIDDEN, type Layout } from './layout.js'
import { type Buffers, CHUNK_BYTES, hashAhead, observed, watched } from './read-ahead.js'
import { codeOf, fileStats, NO_FOLLOW } from './system.js'

export interface Reading {
  readonly layout: Layout
  readonly buffers: Buffers
  /** Aborts when nothing is waited for any longer. */
  readonly ended: AbortSignal
  /** Throws when nothing is waited for any longer. */
  readonly assertGoingOn: () => void
}

export const readingFrom = ({ layout, buffers, ended, assertGoingOn }: Reading) => {
  const has = async (kind: FileKind, digest: Digest): Promise<StoredFile | undefined> => {
    const look = () => fileStats(layout.placeOf(kind, digest))
    if (!isDigest(digest)) return undefined
    const found = (await look()) ?? (kind === 'file' && (await recover(layout, digest)) ? await look() : undefined)
    return found && { digest, size: found.size }
  }

  const openStored = async (kind: FileKind, digest: Digest): Promise<FileHandle> => {
    const missing = new FileStoreFailure({ _tag: 'file-missing', digest })
    if (!isDigest(digest)) throw missing
    const openNow = () => whenOpenable(() => open(layout.placeOf(kind, digest), NO_FOLLOW), ended)
    return openNow()
      .catch(async (cause) => {
        if (codeOf(cause) === 'ENOENT' && kind === 'file' && (await recover(layout, digest))) return openNow()
        throw cause
      })
      .catch((cause) => {
        throw ['ENOENT', 'ELOOP'].includes(codeOf(cause) ?? '') ? missing : cause
      })
  }

  /** What is small is closed before it is given: whoever reads may take his time. */
  async function* read(kind: FileKind, digest: Digest, range?: ByteRange): AsyncGenerator<Uint8Array> {
    const size = range === undefined ? (await has(kind, digest))?.size : range.end - range.start
    if (size !== undefined && size <= CHUNK_BYTES) yield* await briefly.within(() => inOne(kind, digest, range), ended)
    else yield* inChunks(kind, digest, range)
  }

  const inOne = async (kind: FileKind, digest: Digest, range?: ByteRange): Promise<ReadonlyArray<Uint8Array>> => {
    const chunks: Uint8Array[] = []
    for await (const chunk of chunksOf(kind, digest, range)) chunks.push(chunk)
    return chunks
  }

  async function* inChunks(kind: FileKind, digest: Digest, range?: ByteRange): AsyncGenerator<Uint8Array> {
    const leave = await streaming.place(ended)
    try {
      yield* chunksOf(kind, digest, range)
    } finally {
      leave()
    }
  }

  async function* chunksOf(kind: FileKind, digest: Digest, range?: ByteRange): AsyncGenerator<Uint8Array> {
    const handle = await openStored(kind, digest)
    try {
      const { size } = await handle.stat()
      const { start, end } = range ?? { start: 0, end: size }
      if (end > size)
        throw new Error(`it has ${size} bytes, and those up to ${end} are wanted: it was cut short on disk`)
      let left = end - start
      const fill = readHandle(handle, left, start)
      const next = async (): Promise<Uint8Array> => {
        // A buffer of its own for every chunk: whoever reads may keep it.
        const chunk = Buffer.allocUnsafeSlow(Math.min(left, CHUNK_BYTES))
        const length = await fill(chunk)
        if (length < chunk.length) throw new Error(`it ended ${left - length} bytes early: it was cut short on disk`)
        left -= length
        return chunk
      }
      let reading = observed(next())
      for (let chunk = await reading; chunk.length > 0; chunk = await reading) {
        reading = observed(next())
        yield chunk
      }
    } finally {
      await handle.close()
    }
  }

  const verify = (kind: FileKind, digest: Digest): Promise<StoredFile> =>
    diskWork.within(() => verifyNow(kind, digest), ended)

  const verifyNow = async (kind: FileKind, digest: Digest): Promise<StoredFile> => {
    const handle = await openStored(kind, digest)
    try {
      const found = await hashAhead(buffers, watched(readHandle(handle, (await handle.stat()).size), assertGoingOn))
      if (found.digest === digest) return found
      throw new FileStoreFailure({ _tag: 'file-damaged', digest, found: found.digest, size: found.size })
    } finally {
      await handle.close()
    }
  }

  return { has, read, verify }
}

const PAGE = 1000

/** All of a kind, in pages, with what is found of deletions that were cut short. */
export async function* listIn(
  layout: Layout,
  kind: FileKind,
): AsyncGenerator<ReadonlyArray<StoredFile & { readonly lastPut: Date }>> {
  const found: Array<StoredFile & { readonly lastPut: Date }> = []
  if (kind === 'file') await recoverAll(layout)
  for (const directory of layout.fanOuts(kind)) {
    await forEachConcurrently(await namesIn(directory), 16, async (name) => {
      const digest = `sha256:${basename(directory)}${name}`
      if (!isDigest(digest)) return
      const stats = await fileStats(join(directory, name))
      if (stats !== undefined) found.push({ digest, size: stats.size, lastPut: stats.mtime })
    })
    while (found.length >= PAGE) yield found.splice(0, PAGE)
  }
  if (found.length > 0) yield found
}

/** Dated as those are that go by themselves: a rename renews it, and `utimes` does not. */
export const unfinishedIn = async (layout: Layout): Promise<ReadonlyArray<Unfinished>> => {
  const found: Unfinished[] = []
  const directory = dirname(layout.temporaryName())
  await forEachConcurrently(await namesIn(directory), 16, async (name) => {
    const stats = HIDDEN.test(name) ? undefined : await fileStats(join(directory, name))
    if (stats !== undefined) found.push({ size: stats.size, since: stats.ctime })
  })
  return found
}

/** A store that is only read may be none yet. */
const namesIn = (directory: string): Promise<ReadonlyArray<string>> =>
  whenOpenable(() => readdir(directory)).catch((cause: unknown) => {
    if (codeOf(cause) === 'ENOENT') return []
    throw cause
  })
