/** Writes the files of a version into a directory of the caller's, and nothing outside of it. */
import { createHash } from 'node:crypto'
import { link, open, realpath, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { DownloadError } from '../../domain/ports/download.js'
import { type FileStore, type FileStoreError, FileStoreFailure } from '../../domain/ports/file-store.js'
import { digestOf } from '../../domain/values/digest.js'
import type { ManifestEntry } from '../../domain/values/manifest/manifest.js'
import {
  checkManifestPath,
  compareUtf8,
  directoriesOf,
  fitsWindows,
  type NamesAlike,
} from '../../domain/values/manifest/path.js'
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
  isStored,
  keepsModes,
  modeFor,
  type StoredEntry,
} from './download-target.js'
import { BESIDE_EVENTS } from './ledger-folder.js'
import { findOthers, inTheWayFirst, type Others, removeOthers, type VersionPaths, versionPathsOf } from './others.js'
import { hashing, observed } from './read-ahead.js'
import { codeOf, writeAll } from './system.js'

export interface Download {
  readonly files: FileStore
  readonly entries: Iterable<ManifestEntry>
  /** A directory; made if there is none. */
  readonly to: string
  /** Replaces files that are there with other content or another mode; refused unless told. */
  readonly overwrite?: boolean
  /** Removes what lies in the target and is not of the version; it is only told unless told. */
  readonly exact?: boolean
  /** Changes nothing, and answers what would be. What only a try shows, such as which names the target takes for one, is left out. */
  readonly dryRun?: boolean
  /** Called once with all that is about to be removed, if there is something; if it throws, nothing is removed or written. */
  readonly onRemove?: (paths: ReadonlyArray<string>) => void
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
  /**
   * What lies there now and is not of the version, by paths relative to the target: files, links, and empty directories with a
   * slash at their ends. A ledger's folder, and what version control keeps, is neither told nor removed.
   */
  readonly others: ReadonlyArray<string>
  /** Likewise, what of that was removed. */
  readonly removed: ReadonlyArray<string>
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
  const version = versionPathsOf([...stored, ...references].map(({ path }) => path))
  if (options.dryRun === true) {
    const directory = await realpath(options.to).catch(() => resolve(options.to))
    const { others, missing } = await look(options, stored, version, {
      directory,
      scratch: undefined,
      report: reporter(options, stored),
    })
    return { directory, references, ...countOf(stored, missing), ...toldOf(others, options) }
  }
  await makeDirectory(options.to)
  const directory = await realpath(options.to)
  return inScratch(directory, async (scratch) => {
    const target = { directory, scratch, report: reporter(options, stored) }
    const plan = await look(options, stored, version, target)
    await write(options, version, plan, target)
    return { directory, references, ...countOf(stored, plan.missing), ...toldOf(plan.others, options) }
  })
}

const countOf = (stored: ReadonlyArray<StoredEntry>, missing: ReadonlyArray<StoredEntry>) => ({
  written: missing.length,
  kept: stored.length - missing.length,
})

const toldOf = ({ removable, kept }: Others, { exact = false }: Download) => ({
  others: exact ? kept : [...removable, ...kept].sort(compareUtf8),
  removed: exact ? removable : [],
})

const sortOut = (entries: Iterable<ManifestEntry>) => {
  const stored: StoredEntry[] = []
  const references: ManifestEntry[] = []
  for (const entry of entries) {
    const { path, digest } = entry
    const refuse = (expected: string) => new Refusal({ _tag: 'illegal-entry', path, expected })
    const checked = checkManifestPath(path)
    if (E.isLeft(checked)) throw refuse(checked.left)
    if (process.platform === 'win32' && !fitsWindows(path)) throw refuse('names that Windows can hold')
    if (entry.reference !== undefined) references.push(entry)
    else if (isStored(entry)) stored.push(entry)
    else throw refuse(`the sha256 digest of a stored file, not ${digest}`)
  }
  return { stored, references }
}

type Report = (more: { readonly files?: number; readonly bytes?: number }) => void

const reporter = ({ progress }: Download, stored: ReadonlyArray<StoredEntry>): Report => {
  const bytes = stored.reduce((sum, { size }) => sum + (size ?? 0), 0)
  const done = { files: 0, bytes: 0 }
  return (more) => {
    done.files += more.files ?? 0
    done.bytes += more.bytes ?? 0
    progress?.({ filesDone: done.files, files: stored.length, bytesDone: done.bytes, bytes })
  }
}

interface Target<Scratch> {
  readonly directory: string
  readonly scratch: Scratch
  readonly report: Report
}

/** What is to be done: found out, or refused, before anything is changed. */
interface Plan {
  readonly others: Others
  /** Parents before what lies in them. */
  readonly directories: ReadonlyArray<string>
  readonly missing: ReadonlyArray<StoredEntry>
  /** `undefined` if there is nothing at its place, else whether it is the file. */
  readonly isThere: (entry: StoredEntry) => Promise<boolean | undefined>
}

const look = async (
  { overwrite = false, exact = false, namesAlike, signal }: Download,
  stored: ReadonlyArray<StoredEntry>,
  version: VersionPaths,
  { directory, scratch, report }: Target<string | undefined>,
): Promise<Plan> => {
  await assertApart(stored, namesAlike, scratch)
  const others = await findOthers(directory, version, exact)
  const isGone = (path: string): boolean =>
    exact && [path, ...directoriesOf(path)].some((each) => others.inTheWay.has(each))
  const directories = await findMissingDirectories(directory, stored, isGone)
  const missing: StoredEntry[] = []
  const hash = hashing(signal)
  let kept: Promise<boolean> | undefined
  const hasModes = () =>
    (kept ??= scratch === undefined ? Promise.resolve(process.platform !== 'win32') : keepsModes(scratch))
  const isThere = (entry: StoredEntry) => isSameFile(join(directory, entry.path), entry, hash, hasModes, signal)
  await forEachConcurrently(stored, AT_ONCE, async (entry) => {
    const found = isGone(entry.path) ? undefined : await isThere(entry)
    if (found === true) report({ files: 1, bytes: entry.size ?? 0 })
    else if (found === undefined || overwrite) {
      if (found === false || BESIDE_EVENTS.test(entry.path)) await assertOutsideLedgers(join(directory, entry.path))
      missing.push(entry)
    } else throw new Refusal({ _tag: 'target-differs', path: join(directory, entry.path) })
  })
  return { others, directories, missing, isThere }
}

const write = async (
  { files, overwrite = false, exact = false, verify = true, onRemove, signal }: Download,
  version: VersionPaths,
  { others, directories, missing, isThere }: Plan,
  { directory, scratch, report }: Target<string>,
): Promise<void> => {
  const fetch = async ({ path, digest, ...entry }: StoredEntry, temporary: string): Promise<void> => {
    const refuse = (error: FileStoreError) =>
      new Refusal(error._tag === 'closed' ? error : { _tag: 'file-unavailable', path, error })
    const opened = await files.open('file', digest)()
    if (E.isLeft(opened)) throw refuse(opened.left)
    const sum = createHash('sha256')
    let size = 0
    const handle = await whenOpenable(() => open(temporary, 'wx', modeFor(entry)), signal)
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

  const { first, later } = inTheWayFirst(others)
  if (exact && others.removable.length > 0) onRemove?.(others.removable)
  if (exact) await removeOthers(directory, first, version, signal)
  for (const path of directories) await makeDirectory(join(directory, path))
  await forEachConcurrently(missing, AT_ONCE, async (entry, index) => {
    const temporary = join(scratch, String(index))
    await downloads.within(() => fetch(entry, temporary), signal)
    await place(entry, temporary)
    report({ files: 1 })
  })
  // What is not in the way stays until the version lies there whole: whoever is cut off before goes on from there.
  if (exact) await removeOthers(directory, later, version, signal)
}
