/**
 * How a file comes into the store: hashed while it is read and written under a temporary name, made
 * durable, and only then renamed to its digest. So no instruction at which a process may die leaves
 * anything but a complete file or a temporary one.
 */
import { constants } from 'node:fs'
import { chmod, copyFile, open, rm } from 'node:fs/promises'
import type { FileKind, FileSource, Progress, StoredFile } from '../../domain/ports/file-store.js'
import { type Digest, sha256 } from '../../domain/values/digest.js'
import { type Fill, openSourceFile, readBytes, readHandle, readStream, type SourceFile } from '../shared/file-source.js'
import { diskWork, streaming, whenOpenable } from '../shared/open-files.js'
import { keepingIn } from './keeping.js'
import type { KnownLargeFiles } from './known-large-files.js'
import type { Layout } from './layout.js'
import { type Buffers, CHUNK_BYTES, hashAhead, watched } from './read-ahead.js'
import { fileStats, writeAll } from './system.js'

export interface Putting {
  readonly layout: Layout
  readonly buffers: Buffers
  readonly known: KnownLargeFiles
  /** Aborts when nothing is waited for any longer; a put ends with what `assertGoingOn` throws. */
  readonly ended: AbortSignal
  readonly assertGoingOn: () => void
}

export const putInto = ({ layout, buffers, known, ended, assertGoingOn }: Putting) => {
  /** Devices whose files cannot share their blocks with files of the store. */
  const uncloneable = new Set<bigint>()
  const { create, keep, renew, whole } = keepingIn({ layout, buffers, known, ended })

  const put = async (kind: FileKind, source: FileSource, progress?: Progress): Promise<StoredFile> => {
    const report = whileGoingOn(assertGoingOn, onlyUpwards(progress))
    if ('path' in source) return diskWork.within(() => putFile(kind, source.path, report), ended)
    if ('bytes' in source)
      return diskWork.within(() => putUnknown(kind, watched(readBytes(source.bytes), report)), ended)
    const { fill, close } = readStream(source.stream, ended)
    try {
      return await putStream(kind, watched(fill, report))
    } finally {
      await close().catch(() => undefined)
    }
  }

  const putFile = async (kind: FileKind, path: string, report: Progress): Promise<StoredFile> => {
    const source = await openSourceFile(path, ended)
    try {
      return source.size < CHUNK_BYTES
        ? await putUnknown(kind, watched(source.read(), report), source.assertUnchanged)
        : await putLarge(kind, path, source, report)
    } finally {
      await source.close()
    }
  }

  /** What ends within one chunk is known before anything is written. */
  const putUnknown = (kind: FileKind, fill: Fill, check = unchanged): Promise<StoredFile> =>
    afterFirstChunk(buffers, fill, (bytes) => putBegun(kind, bytes, fill, check))

  /** Nothing is open before the first chunk is there, however long whoever gives it takes. */
  const putStream = (kind: FileKind, fill: Fill): Promise<StoredFile> =>
    afterFirstChunk(buffers, fill, (bytes) =>
      (bytes.length < CHUNK_BYTES ? diskWork : streaming).within(() => putBegun(kind, bytes, fill, unchanged), ended),
    )

  const putBegun = (kind: FileKind, first: Uint8Array, rest: Fill, check: () => Promise<void>): Promise<StoredFile> =>
    first.length < CHUNK_BYTES
      ? putSmall(kind, first, check)
      : putCopy(kind, oneThenOther(readBytes(first), rest), check)

  /** Hashed before anything is written. */
  const putSmall = async (kind: FileKind, bytes: Uint8Array, check: () => Promise<void>): Promise<StoredFile> => {
    const stored = { digest: sha256(bytes), size: bytes.length }
    const [isThere] = await Promise.all([renew(kind, stored), check()])
    if (isThere) return stored
    return create(kind, async (handle) => {
      await writeAll(handle, bytes, 0)
      return stored
    })
  }

  const putLarge = async (kind: FileKind, path: string, source: SourceFile, report: Progress): Promise<StoredFile> => {
    const guess = await known.find(await known.fingerprintOf(source.handle, source.size))
    if (guess !== undefined) {
      const { stored, isWhole } = await hashAndCompare(kind, guess, source, report)
      await source.assertUnchanged()
      if (await renew(kind, stored, isWhole)) return stored
    }
    return (
      (await putClone(kind, path, source.device, report)) ??
      (await putCopy(kind, watched(source.read(), report), source.assertUnchanged))
    )
  }

  /** Where it must be read to know whether it is whole, the stored file is read beside the source, and not hashed. */
  const hashAndCompare = async (
    kind: FileKind,
    guess: Digest | 'some',
    source: SourceFile,
    report: Progress,
  ): Promise<{ readonly stored: StoredFile; readonly isWhole: boolean }> => {
    const fill = watched(source.read(), report)
    const place = guess === 'some' ? undefined : layout.placeOf(kind, guess)
    const found = place === undefined ? undefined : await fileStats(place)
    const mustBeRead = place !== undefined && found?.size === source.size && !whole.isAsLeft(place, found)
    const comparison = mustBeRead ? await whole.comparisonWith(place) : undefined
    try {
      const stored = await hashAhead(buffers, fill, comparison?.write)
      const isWhole = comparison?.isEqual() === true && stored.digest === guess && stored.size === found?.size
      return { stored, isWhole }
    } finally {
      await comparison?.close()
    }
  }

  /** Hashed while it is written. */
  const putCopy = (kind: FileKind, fill: Fill, check: () => Promise<void>): Promise<StoredFile> =>
    create(kind, async (handle) => {
      const stored = await hashAhead(buffers, fill, (chunk, position) => writeAll(handle, chunk, position))
      await check()
      return stored
    })

  /** A copy that shares its blocks with the source, where the file system can do that. The copy is hashed, not the source. */
  const putClone = async (kind: FileKind, path: string, device: bigint, report: Progress) => {
    if (uncloneable.has(device)) return undefined
    const clone = layout.temporaryName()
    try {
      const how = constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL
      await whenOpenable(() => copyFile(path, clone, how), ended)
      await chmod(clone, layout.fileMode)
    } catch {
      // Whatever it was, the copy that is made instead will meet it and name it.
      uncloneable.add(device)
      await rm(clone, { force: true })
      return undefined
    }
    return keep(kind, clone, await whenOpenable(() => open(clone, 'r'), ended), async (handle) =>
      hashAhead(buffers, watched(readHandle(handle, (await handle.stat()).size), report)),
    )
  }

  return put
}

const afterFirstChunk = async (
  buffers: Buffers,
  fill: Fill,
  go: (bytes: Uint8Array) => Promise<StoredFile>,
): Promise<StoredFile> => {
  const first = buffers.take()
  try {
    return await go(first.subarray(0, await fill(first)))
  } finally {
    buffers.give(first)
  }
}

const whileGoingOn =
  (assertGoingOn: () => void, tell: Progress): Progress =>
  (done) => {
    assertGoingOn()
    tell(done)
  }

/** A file that is read a second time begins again at 0; its progress does not. */
const onlyUpwards = (progress: Progress | undefined): Progress => {
  let reported = 0
  return (done) => {
    if (done <= reported) return
    reported = done
    progress?.(done)
  }
}

const unchanged = async (): Promise<void> => undefined

const oneThenOther =
  (one: Fill, other: Fill): Fill =>
  async (into) =>
    (await one(into)) || other(into)
