/**
 * What versions hold, kept on this machine for whoever wants files in place of bytes: a folder for each manifest, under
 * its digest, whatever the version is called and whichever ledger has it. It may be deleted at any time.
 */
import { chmod, lstat, mkdir, readdir, realpath, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { DownloadError } from '../../domain/ports/download.js'
import type { Digest } from '../../domain/values/digest.js'
import { forEachConcurrently } from '../shared/concurrency.js'
import { makeDirectory } from '../shared/make-directory.js'
import { whenOpenable } from '../shared/open-files.js'
import { type Download, download } from './download.js'
import { Refusal, writingBelow } from './download-refusal.js'
import {
  AT_ONCE,
  assertOutsideLedgers,
  inScratch,
  isSameFile,
  isStored,
  keepsModes,
  type StoredEntry,
} from './download-target.js'
import { hashing } from './read-ahead.js'
import { codeOf } from './system.js'

export interface Cached extends Pick<Download, 'files' | 'entries' | 'progress' | 'signal'> {
  /** Of the manifest. */
  readonly digest: Digest
  /** The folder of the cache; made if there is none. */
  readonly cache: string
}

/** Where the user of this machine has such folders. One who is no more than a number, as in some containers, may have none. */
export const defaultCache = (): E.Either<DownloadError, string> =>
  E.tryCatch(
    () => {
      const { XDG_CACHE_HOME: xdg = '', LOCALAPPDATA: local } = process.env
      if (process.platform === 'win32')
        return join(local ?? join(homedir(), 'AppData', 'Local'), 'model-ledger', 'cache')
      if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'model-ledger')
      return join(isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'model-ledger')
    },
    () => ({
      _tag: 'target-failed',
      path: '~/.cache/model-ledger',
      reason: 'this user has no home folder: tell openLedger by `cache` where models are kept, or set XDG_CACHE_HOME',
    }),
  )

/**
 * The folder that holds what a manifest names, and nothing else. Everything in it is compared with its digest before
 * the folder is given; what is missing or wrong is fetched into a folder beside it and put in its place by a rename, so
 * that processes share it. Files are read-only, and copies: nothing in a file store is reached through them.
 */
export const cached = (options: Cached): TE.TaskEither<DownloadError, string> =>
  writingBelow(options.cache, options.signal, () => folderOf(options))

const folderOf = async ({ cache, digest, entries, ...options }: Cached): Promise<string> => {
  options.signal?.throwIfAborted()
  const stored = [...entries].filter(isStored)
  await assertOutsideLedgers(cache)
  await makeDirectory(cache)
  const root = await realpath(cache)
  const folder = join(root, digest.replace(':', '-'))
  const wrong = await whatIsWrong(folder, stored, options.signal, () => inScratch(root, keepsModes))
  if (wrong?.length === 0) return folder
  await inScratch(root, async (scratch) => {
    const fresh = join(scratch, 'files')
    const fetched = await download({ ...options, entries: wrong ?? stored, to: fresh })()
    if (E.isLeft(fetched)) throw new Refusal(fetched.left)
    await forEachConcurrently(wrong ?? stored, AT_ONCE, ({ path }) => makeReadOnly(join(fresh, path)))
    await put(fresh, folder, wrong ?? stored)
  })
  return folder
}

/** For all who might read it. */
const makeReadOnly = async (path: string): Promise<void> => chmod(path, (await lstat(path)).mode & 0o555)

/** Whole, unless another process was first: then each file in the place of one that is the same, or wrong. */
const put = async (fresh: string, folder: string, stored: ReadonlyArray<StoredEntry>): Promise<void> => {
  const code = await rename(fresh, folder).then(() => undefined, codeOf)
  if (code === undefined) return
  await forEachConcurrently(stored, AT_ONCE, async ({ path }) => {
    const place = join(folder, path)
    await mkdir(dirname(place), { recursive: true })
    await rename(join(fresh, path), place)
  })
}

/** What is missing, or not as it was logged; `undefined` where there is nothing. What does not belong there is removed. */
const whatIsWrong = async (
  folder: string,
  stored: ReadonlyArray<StoredEntry>,
  signal: AbortSignal | undefined,
  hasModes: () => Promise<boolean>,
): Promise<ReadonlyArray<StoredEntry> | undefined> => {
  const found = await lstat(folder).catch((cause: unknown) => {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw cause
  })
  if (found?.isDirectory() !== true) {
    await rm(folder, { force: true })
    return undefined
  }
  await removeStrangers(folder, stored)
  const hash = hashing(signal)
  const wrong: StoredEntry[] = []
  await forEachConcurrently(stored, AT_ONCE, async (entry) => {
    const isRight = await isSameFile(join(folder, entry.path), entry, hash, hasModes, signal)
    if (isRight !== true) wrong.push(entry)
  })
  return wrong
}

const removeStrangers = async (folder: string, stored: ReadonlyArray<StoredEntry>): Promise<void> => {
  const files = new Set(stored.map(({ path }) => path))
  const folders = new Set<string>()
  for (const path of files)
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1))
      folders.add(path.slice(0, slash))
  const walk = async (directory: string, prefix: string): Promise<void> => {
    for (const entry of await whenOpenable(() => readdir(directory, { withFileTypes: true }))) {
      const path = `${prefix}${entry.name}`
      const inside = join(directory, entry.name)
      if (entry.isDirectory() && folders.has(path)) await walk(inside, `${path}/`)
      else if (!(entry.isFile() && files.has(path))) await rm(inside, { recursive: true, force: true })
    }
  }
  await walk(folder, '')
}
