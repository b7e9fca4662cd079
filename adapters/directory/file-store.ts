/**
 * A file store in a directory. Processes on one machine, or on several that share the file system, may use
 * it at once: every file comes into being complete, by a rename.
 */
import { type FileHandle, lstat, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { type Digest, isDigest } from '../../domain/digest.js'
import { type FileKind, type FileStore, FileStoreFailure, type StoredFile } from '../../domain/file-store.js'
import { forEachAtOnce } from '../at-once.js'
import { readHandle } from '../file-source.js'
import { dating, fileStoreCalls } from '../file-store-calls.js'
import { knownLargeFiles } from './known-large-files.js'
import { type Layout, type OpenError, openLayout } from './layout.js'
import { moveIn, putInto } from './put.js'
import { CHUNK_BYTES, createBuffers, hashAhead, observed, watched } from './read-ahead.js'
import { codeOf, failureOf, fileStats, NO_FOLLOW } from './system.js'

/**
 * Opens the file store in a directory; makes one if there is no directory or an empty one. `now` is the
 * clock by which a repeated `put` is dated and what dead processes left is found old (after a day). With
 * `readOnly` it is read as it lies, also by whoever may not write there; what would change it fails.
 */
export const directoryFileStore = ({
  path,
  now = () => new Date(),
  readOnly = false,
}: {
  readonly path: string
  readonly now?: () => Date
  readonly readOnly?: boolean
}): TE.TaskEither<OpenError, FileStore> =>
  pipe(
    openLayout(path, dating(now), readOnly),
    TE.map((layout) => storeIn(layout, dating(now))),
    TE.map((store) => (readOnly ? onlyRead(store) : store)),
  )

const onlyRead = (store: FileStore): FileStore => {
  const refused = (operation: string) =>
    TE.left({ _tag: 'file-store-failed' as const, operation, reason: 'it was opened only to be read' })
  return { ...store, put: (kind) => refused(`store a ${kind}`), delete: (digest) => refused(`delete ${digest}`) }
}

const storeIn = (layout: Layout, now: () => Date): FileStore => {
  const buffers = createBuffers()
  const known = knownLargeFiles(layout.largeFiles)
  const calls = fileStoreCalls((cause) => failureOf(cause, layout.root))
  const { attempt, iterate, assertGoingOn, close } = calls
  const put = putInto({ layout, buffers, known, now, ended: calls.ended, assertGoingOn })

  const has = async (kind: FileKind, digest: Digest): Promise<StoredFile | undefined> => {
    const found = isDigest(digest) ? await fileStats(layout.placeOf(kind, digest)) : undefined
    return found && { digest, size: found.size }
  }

  const openStored = async (kind: FileKind, digest: Digest): Promise<FileHandle> => {
    const missing = new FileStoreFailure({ _tag: 'file-missing', digest })
    if (!isDigest(digest)) throw missing
    return open(layout.placeOf(kind, digest), NO_FOLLOW).catch((cause) => {
      throw ['ENOENT', 'ELOOP'].includes(codeOf(cause) ?? '') ? missing : cause
    })
  }

  async function* read(kind: FileKind, digest: Digest): AsyncGenerator<Uint8Array> {
    const handle = await openStored(kind, digest)
    try {
      let left = (await handle.stat()).size
      const fill = readHandle(handle, left)
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

  const verify = async (kind: FileKind, digest: Digest): Promise<StoredFile> => {
    const handle = await openStored(kind, digest)
    try {
      const found = await hashAhead(buffers, watched(readHandle(handle, (await handle.stat()).size), assertGoingOn))
      if (found.digest === digest) return found
      throw new FileStoreFailure({ _tag: 'file-damaged', digest, found: found.digest, size: found.size })
    } finally {
      await handle.close()
    }
  }

  async function* list(kind: FileKind): AsyncGenerator<ReadonlyArray<StoredFile & { readonly lastPut: Date }>> {
    const found: Array<StoredFile & { readonly lastPut: Date }> = []
    for (const directory of layout.fanOuts(kind)) {
      await forEachAtOnce(await namesIn(directory), 16, async (name) => {
        const digest = `sha256:${basename(directory)}${name}`
        if (!isDigest(digest)) return
        const stats = await fileStats(join(directory, name))
        if (stats !== undefined) found.push({ digest, size: stats.size, lastPut: stats.mtime })
      })
      while (found.length >= PAGE) yield found.splice(0, PAGE)
    }
    if (found.length > 0) yield found
  }

  /** A store that is only read may be none yet. */
  const namesIn = (directory: string): Promise<ReadonlyArray<string>> =>
    readdir(directory).catch((cause: unknown) => {
      if (codeOf(cause) === 'ENOENT') return []
      throw cause
    })

  /**
   * Out of sight first, and then looked at once more: a `put` that dated the file anew before that is seen,
   * and the file comes back; one that comes later finds no file and writes it anew. In between, for some
   * microseconds, a reader may miss a file that was just put again.
   */
  const remove = async (digest: Digest, unlessPutSince: Date): Promise<boolean> => {
    if (!isDigest(digest)) return false
    const place = layout.placeOf('file', digest)
    const found = await fileStats(place)
    if (found === undefined || found.mtime > unlessPutSince) return false
    const removed = layout.temporaryName()
    const isDeleted = await rename(place, removed).then(
      () => false,
      (cause: unknown) => {
        if (codeOf(cause) === 'ENOENT') return true
        throw cause
      },
    )
    if (isDeleted) return false
    if ((await lstat(removed)).mtime > unlessPutSince) {
      await moveIn(removed, place)
      return false
    }
    if (found.size >= CHUNK_BYTES) await forget(removed, found.size)
    await rm(removed)
    return true
  }

  const forget = async (path: string, size: number): Promise<void> => {
    const handle = await open(path, NO_FOLLOW)
    try {
      await known.remove(await known.fingerprintOf(handle, size))
    } finally {
      await handle.close()
    }
  }

  return {
    put: (kind, source, progress) => attempt(`store a ${kind}`, () => put(kind, source, progress)),
    open: (kind, digest) =>
      attempt(`open ${digest}`, async () => {
        if ((await has(kind, digest)) === undefined) throw new FileStoreFailure({ _tag: 'file-missing', digest })
        return iterate(`read ${digest}`, () => read(kind, digest))
      }),
    has: (kind, digest) => attempt(`look for ${digest}`, () => has(kind, digest)),
    verify: (kind, digest) => attempt(`verify ${digest}`, () => verify(kind, digest)),
    list: (kind) => iterate('list what it holds', () => list(kind)),
    delete: (digest, unlessPutSince) => attempt(`delete ${digest}`, () => remove(digest, unlessPutSince)),
    close,
  }
}

const PAGE = 1000
