/** Writes the files of a version into a directory of the caller's, and nothing outside of it. */
import { createHash } from 'node:crypto'
import { link, open, realpath, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { DownloadError } from '../../domain/ports/download.js'
import { type FileStore, type FileStoreError, FileStoreFailure } from '../../domain/ports/file-store.js'
import { digestOf, isDigest } from '../../domain/values/digest.js'
import type { ManifestEntry } from '../../domain/values/manifest/manifest.js'
import { checkManifestPath, fitsWindows, type NamesAlike } from '../../domain/values/manifest/path.js'
import { forEachConcurrently } from '../shared/concurrency.js'
import { makeDirectory } from '../shared/make-directory.js'
import { downloads, whenOpenable } from '../shared/open-files.js'
import { Refusal, writingBelow } from './download-refusal.js'
import {
  AT_ONCE,
  assertApart,
  assertOutsideLedgers,
  findMissingDirectories,
  inScratch,
  isSameFile,
  keepsModes,
  modeFor,
  type StoredEntry,
} from './download-target.js'
import { BESIDE_EVENTS } from './ledger-folder.js'
import { hashing, observed } from './read-ahead.js'
import { codeOf, writeAll } from './system.js'

export interface Download {
  readonly files: FileStore
  readonly entries: Iterable<ManifestEntry>
  /** A directory; made if there is none. */
  readonly to: string
  /** Replaces files that are there with other content or another mode; refused unless told. */
  readonly overwrite?: boolean
  /** Compares what is written with its digest; on unless told. */
  readonly verify?: boolean
  /** Which names the target takes for one and the same; found out unless told. */
  readonly namesAlike?: NamesAlike
  readonly progress?: (progress: DownloadProgress) => void
  readonly signal?: AbortSignal
}

export interface DownloadProgress {
  readonly filesDone: number
  readonly files: number
  readonly bytesDone: number
  readonly bytes: number
}

export interface Downloaded {
  /** The target, absolute and free of symbolic links. */
  readonly directory: string
  readonly written: number
  /** Files that were there already with the same content and mode. */
  readonly kept: number
  /** What is kept elsewhere; it is not fetched. */
  readonly references: ReadonlyArray<ManifestEntry>
}

/**
 * Downloads the entries that are stored files. Every file is written under a temporary name and compared
 * with its digest before it appears, so that an interrupted download leaves complete files only; the next
 * one keeps those. Paths are checked again, no symbolic link inside the target is followed, and whatever
 * can be refused is refused before anything is written. The target must not be changed meanwhile by
 * somebody who is not trusted. Nothing is synced: after a loss of power, download again.
 */
export const download = (options: Download): TE.TaskEither<DownloadError, Downloaded> =>
  writingBelow(options.to, options.signal, () => run(options))

const run = async (options: Download): Promise<Downloaded> => {
  const { stored, references } = sortOut(options.entries)
  options.signal?.throwIfAborted()
  await assertOutsideLedgers(options.to)
  await makeDirectory(options.to)
  const directory = await realpath(options.to)
  return inScratch(directory, async (scratch) => ({
    directory,
    references,
    ...(await write(options, stored, directory, scratch)),
  }))
}

const sortOut = (entries: Iterable<ManifestEntry>) => {
  const stored: StoredEntry[] = []
  const references: ManifestEntry[] = []
  for (const entry of entries) {
    const { path, digest, size } = entry
    const refuse = (expected: string) => new Refusal({ _tag: 'illegal-entry', path, expected })
    const checked = checkManifestPath(path)
    if (E.isLeft(checked)) throw refuse(checked.left)
    if (process.platform === 'win32' && !fitsWindows(path)) throw refuse('names that Windows can hold')
    if (entry.reference !== undefined) references.push(entry)
    else if (isDigest(digest)) stored.push({ path, digest, size, isExecutable: entry.executable === true })
    else throw refuse(`the sha256 digest of a stored file, not ${digest}`)
  }
  return { stored, references }
}

const write = async (
  { files, overwrite = false, verify = true, namesAlike, progress, signal }: Download,
  stored: ReadonlyArray<StoredEntry>,
  directory: string,
  scratch: string,
) => {
  const bytes = stored.reduce((sum, { size }) => sum + (size ?? 0), 0)
  const done = { files: 0, bytes: 0 }
  const report = (more: Partial<typeof done>): void => {
    done.files += more.files ?? 0
    done.bytes += more.bytes ?? 0
    progress?.({ filesDone: done.files, files: stored.length, bytesDone: done.bytes, bytes })
  }

  await assertApart(stored, namesAlike, scratch)
  const missingDirectories = await findMissingDirectories(directory, stored)
  const missing: StoredEntry[] = []
  const hash = hashing(signal)
  let kept: Promise<boolean> | undefined
  const hasModes = () => (kept ??= keepsModes(scratch))
  const isThere = (entry: StoredEntry) => isSameFile(join(directory, entry.path), entry, hash, hasModes, signal)
  await forEachConcurrently(stored, AT_ONCE, async (entry) => {
    const found = await isThere(entry)
    if (found === true) report({ files: 1, bytes: entry.size ?? 0 })
    else if (found === undefined || overwrite) {
      if (found === false || BESIDE_EVENTS.test(entry.path)) await assertOutsideLedgers(join(directory, entry.path))
      missing.push(entry)
    } else throw new Refusal({ _tag: 'target-differs', path: join(directory, entry.path) })
  })

  const fetch = async ({ path, digest, isExecutable }: StoredEntry, temporary: string): Promise<void> => {
    const refuse = (error: FileStoreError) =>
      new Refusal(error._tag === 'closed' ? error : { _tag: 'file-unavailable', path, error })
    const opened = await files.open('file', digest)()
    if (E.isLeft(opened)) throw refuse(opened.left)
    const sum = createHash('sha256')
    let size = 0
    const handle = await whenOpenable(() => open(temporary, 'wx', modeFor({ isExecutable })), signal)
    try {
      for await (const chunk of opened.right) {
        signal?.throwIfAborted()
        const writing = observed(writeAll(handle, chunk, size))
        if (verify) sum.update(chunk)
        await writing
        size += chunk.length
        report({ bytes: chunk.length })
      }
    } catch (cause) {
      throw cause instanceof FileStoreFailure ? refuse(cause.error) : cause
    } finally {
      await handle.close()
    }
    const found = digestOf(sum)
    if (verify && found !== digest) throw refuse({ _tag: 'file-damaged', digest, found, size })
  }

  const place = async (entry: StoredEntry, temporary: string): Promise<void> => {
    const path = join(directory, entry.path)
    if (overwrite) return rename(temporary, path)
    // Unlike a rename, a link replaces nothing that came into being meanwhile.
    const code = await link(temporary, path).then(() => undefined, codeOf)
    if (code === undefined) return rm(temporary)
    const found = await isThere(entry)
    if (found === false) throw new Refusal({ _tag: 'target-differs', path })
    // A file system without links.
    if (found === undefined) await rename(temporary, path)
  }

  for (const path of missingDirectories) await makeDirectory(join(directory, path))
  await forEachConcurrently(missing, AT_ONCE, async (entry, index) => {
    const temporary = join(scratch, String(index))
    await downloads.within(() => fetch(entry, temporary), signal)
    await place(entry, temporary)
    report({ files: 1 })
  })
  return { written: missing.length, kept: stored.length - missing.length }
}
