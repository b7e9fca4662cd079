/** Writes the files of a version into a directory of the caller's, and nothing outside of it. */
import { createHash, randomUUID } from 'node:crypto'
import type { Stats } from 'node:fs'
import { link, lstat, mkdir, open, readdir, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { DownloadError } from '../../domain/ports/download.js'
import {
  describeFileStoreError,
  type FileStore,
  type FileStoreError,
  FileStoreFailure,
  type StoredFile,
} from '../../domain/ports/file-store.js'
import { describeInsideALedger } from '../../domain/ports/inside-a-ledger.js'
import { type Digest, digestOf, isDigest, sha256 } from '../../domain/values/digest.js'
import type { ManifestEntry } from '../../domain/values/manifest/manifest.js'
import { checkManifestPath, fitsWindows, type NamesAlike, pathsThatCollide } from '../../domain/values/manifest/path.js'
import { forEachConcurrently } from '../shared/concurrency.js'
import { type Fill, readHandle } from '../shared/file-source.js'
import { BESIDE_EVENTS, isLedgerFolder, ledgerAround } from './ledger-folder.js'
import { createBuffers, hashAhead, observed, watched } from './read-ahead.js'
import { codeOf, failureOf, NO_FOLLOW, writeAll } from './system.js'

export interface Download {
  readonly files: FileStore
  readonly entries: Iterable<ManifestEntry>
  /** A directory; made if there is none. */
  readonly to: string
  /** Replaces files that are there with other content; refused unless told. */
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
  /** Files that were there already with the same content. */
  readonly kept: number
  /** What is kept elsewhere; it is not fetched. */
  readonly references: ReadonlyArray<ManifestEntry>
}

export const describeDownloadError = (error: DownloadError): string => {
  switch (error._tag) {
    case 'illegal-entry':
      return `${JSON.stringify(error.path)} cannot be downloaded: expected ${error.expected}`
    case 'paths-collide':
      return `the target cannot hold both ${error.collisions
        .slice(0, 5)
        .map(({ paths: [one, other] }) => `"${one}" and "${other}"`)
        .join(', ')}; ${
        error.collisions.some(({ paths: [one, other] }) => other.startsWith(`${one}/`))
          ? 'nor can any other: log a version that leaves one out'
          : 'choose a target on another file system, or log a version that leaves one out'
      }`
    case 'in-the-way':
      return `${error.path} is ${error.found}; move it away or choose another target`
    case 'inside-a-ledger':
      return describeInsideALedger(error)
    case 'target-differs':
      return `${error.path} is there already with other content; move it away, or say overwrite`
    case 'file-unavailable':
      return `"${error.path}" cannot be downloaded: ${describeFileStoreError(error.error)}`
    case 'target-failed':
      return `${error.path} could not be written: ${error.reason}`
    case 'closed':
      return error.reason
    case 'aborted':
      return 'the download was aborted; what is complete stays, and a new download goes on from there'
  }
}

/**
 * Downloads the entries that are stored files. Every file is written under a temporary name and compared
 * with its digest before it appears, so that an interrupted download leaves complete files only; the next
 * one keeps those. Paths are checked again, no symbolic link inside the target is followed, and whatever
 * can be refused is refused before anything is written. The target must not be changed meanwhile by
 * somebody who is not trusted. Nothing is synced: after a loss of power, download again.
 */
export const download = (options: Download): TE.TaskEither<DownloadError, Downloaded> =>
  TE.tryCatch(
    () => run(options),
    (cause) => {
      if (cause instanceof Refusal) return cause.error
      if (options.signal?.aborted) return { _tag: 'aborted' }
      return { _tag: 'target-failed', path: options.to, ...failureOf(cause, options.to) }
    },
  )

/** An entry whose bytes are in the file store. */
interface StoredEntry {
  readonly path: string
  readonly digest: Digest
  readonly size: number | null
}

const run = async (options: Download): Promise<Downloaded> => {
  const { stored, references } = sortOut(options.entries)
  options.signal?.throwIfAborted()
  await assertOutsideLedgers(options.to)
  await mkdir(options.to, { recursive: true })
  const directory = await realpath(options.to)
  const scratch = await makeScratch(directory)
  try {
    return { directory, references, ...(await write(options, stored, directory, scratch)) }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
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
    else if (isDigest(digest)) stored.push({ path, digest, size })
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
  const buffers = createBuffers()
  const hash = (fill: Fill) =>
    hashAhead(
      buffers,
      watched(fill, () => signal?.throwIfAborted()),
    )
  const isThere = (entry: StoredEntry) => isSameFile(join(directory, entry.path), entry, hash)
  await forEachConcurrently(stored, AT_ONCE, async (entry) => {
    const found = await isThere(entry)
    if (found === true) report({ files: 1, bytes: entry.size ?? 0 })
    else if (found === undefined || overwrite) {
      if (found === false || BESIDE_EVENTS.test(entry.path)) await assertOutsideLedgers(join(directory, entry.path))
      missing.push(entry)
    } else throw new Refusal({ _tag: 'target-differs', path: join(directory, entry.path) })
  })

  const fetch = async ({ path, digest }: StoredEntry, temporary: string): Promise<void> => {
    const refuse = (error: FileStoreError) =>
      new Refusal(error._tag === 'closed' ? error : { _tag: 'file-unavailable', path, error })
    const opened = await files.open('file', digest)()
    if (E.isLeft(opened)) throw refuse(opened.left)
    const sum = createHash('sha256')
    let size = 0
    const handle = await open(temporary, 'wx')
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

  for (const path of missingDirectories) await mkdir(join(directory, path), { recursive: true })
  await forEachConcurrently(missing, AT_ONCE, async (entry, index) => {
    const temporary = join(scratch, String(index))
    await fetch(entry, temporary)
    await place(entry, temporary)
    report({ files: 1 })
  })
  return { written: missing.length, kept: stored.length - missing.length }
}

const AT_ONCE = 4

const assertApart = async (stored: ReadonlyArray<StoredEntry>, alike: NamesAlike | undefined, scratch: string) => {
  const paths = stored.map(({ path }) => path)
  if (pathsThatCollide(paths).length === 0) return
  const collisions = pathsThatCollide(paths, alike ?? (await namesAlikeIn(scratch)))
  if (collisions.length > 0) throw new Refusal({ _tag: 'paths-collide', collisions })
}

const namesAlikeIn = async (directory: string): Promise<NamesAlike> => {
  await writeFile(join(directory, 'case'), '')
  await writeFile(join(directory, 'form-\u00e9'), '')
  const has = (name: string) =>
    lstat(join(directory, name)).then(
      () => true,
      () => false,
    )
  return { case: await has('CASE'), form: await has('form-e\u0301') }
}

/** Parents before what lies in them. */
const findMissingDirectories = async (directory: string, stored: ReadonlyArray<StoredEntry>) => {
  const wanted = new Set<string>()
  for (const { path } of stored)
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1))
      wanted.add(path.slice(0, slash))
  const missing: string[] = []
  await forEachConcurrently(wanted, AT_ONCE, async (path) => {
    const found = await statsOf(join(directory, path))
    if (found === undefined) missing.push(path)
    else if (!found.isDirectory()) throw inTheWay(join(directory, path), found)
    else if (await isLedgerFolder(join(directory, path))) throw inLedger(join(directory, path))
  })
  return missing.sort()
}

/** `undefined` if there is nothing. */
const isSameFile = async (
  path: string,
  { digest, size }: StoredEntry,
  hash: (fill: Fill) => Promise<StoredFile>,
): Promise<boolean | undefined> => {
  const found = await statsOf(path)
  if (found === undefined) return undefined
  if (!found.isFile()) throw inTheWay(path, found)
  if (size !== null && found.size !== size) return false
  const handle = await open(path, NO_FOLLOW)
  try {
    return (await hash(readHandle(handle, found.size))).digest === digest
  } finally {
    await handle.close()
  }
}

const statsOf = (path: string): Promise<Stats | undefined> =>
  lstat(path).catch((cause: unknown) => {
    if (codeOf(cause) === 'ENOENT' || codeOf(cause) === 'ENOTDIR') return undefined
    throw cause
  })

const assertOutsideLedgers = async (path: string): Promise<void> => {
  const ledger = await ledgerAround(path)
  if (ledger !== undefined) throw inLedger(path, ledger)
}

const inLedger = (path: string, ledger = path): Refusal => new Refusal({ _tag: 'inside-a-ledger', path, ledger })

const inTheWay = (path: string, found: Stats): Refusal =>
  new Refusal({ _tag: 'in-the-way', path, found: kindOf(found) })

const kindOf = (found: Stats): string => {
  if (found.isSymbolicLink()) return 'a symbolic link'
  if (found.isDirectory()) return 'a directory'
  return found.isFile() ? 'a file' : 'a pipe, a socket or a device'
}

/**
 * A directory inside the target, so that a rename out of it needs no copy. What a download left that was
 * killed is removed by the next one: at once if its process is known to be dead, else after a day.
 */
const makeScratch = async (directory: string): Promise<string> => {
  for (const name of await readdir(directory)) {
    const [, host, pid] = /^\.model-ledger-download\.([0-9a-f]{8})\.(\d+)\.[0-9a-f-]{36}$/.exec(name) ?? []
    if (pid === undefined) continue
    const path = join(directory, name)
    const age = Date.now() - ((await statsOf(path))?.mtimeMs ?? 0)
    if (host === HOST ? !isAlive(Number(pid)) : age > 24 * 3600 * 1000) await rm(path, { recursive: true, force: true })
  }
  const scratch = join(directory, `.model-ledger-download.${HOST}.${process.pid}.${randomUUID()}`)
  await mkdir(scratch)
  return scratch
}

const HOST = sha256(hostname()).slice(-8)

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (cause) {
    return codeOf(cause) === 'EPERM'
  }
}

class Refusal extends Error {
  readonly error: DownloadError
  constructor(error: DownloadError) {
    super(describeDownloadError(error))
    this.error = error
  }
}
