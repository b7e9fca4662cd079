/** What lies in the target of a download and is not of the version: told, and removed where that is asked for. */
import { access, constants, lstat, readdir, realpath, rmdir, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { compareUtf8, directoriesOf, foldName } from '../../domain/values/manifest/path.js'
import { forEachConcurrently } from '../shared/concurrency.js'
import { isEventFileAt } from '../shared/event-file.js'
import { whenOpenable } from '../shared/open-files.js'
import { Refusal } from './download-refusal.js'
import { isScratch } from './download-target.js'
import { VERSION_CONTROL } from './leaving-out.js'
import { BESIDE_EVENTS, isLedgerFolder, LEDGER_NAMES } from './ledger-folder.js'
import { codeOf } from './system.js'

/** Paths relative to the target, sorted: files, links, and empty directories with a slash at their ends. */
export interface Others {
  readonly removable: ReadonlyArray<string>
  /** What stays whatever is asked for: a ledger's file of events, and what cannot be looked at. */
  readonly kept: ReadonlyArray<string>
  /** Paths of the version in whose place something else lies that is removable, with all that is in it. */
  readonly inTheWay: ReadonlySet<string>
}

/** The paths of a version: its files, and the directories in which they lie. */
export interface VersionPaths {
  readonly files: ReadonlySet<string>
  readonly directories: ReadonlySet<string>
}

export const versionPathsOf = (paths: Iterable<string>): VersionPaths => {
  const files = new Set(paths)
  const directories = new Set<string>()
  for (const path of files) for (const directory of directoriesOf(path)) directories.add(directory)
  return { files, directories }
}

/** A directory on the way down: what it is called there, and under which name the version has it. */
interface Place {
  readonly actual: string
  readonly known: string
}

/**
 * Looks through the target. No symbolic link is followed. What a download under way keeps there, what is a ledger's own and
 * what version control keeps is neither told nor touched.
 */
export const findOthers = async (target: string, version: VersionPaths, isRemoving: boolean): Promise<Others> => {
  const removable: string[] = []
  const kept: string[] = []
  const inTheWay = new Set<string>()
  const { files, directories } = version
  const nameIn = nameInVersion(target, version)

  /** Answers whether all of it can be removed. */
  const walk = async (place: Place): Promise<boolean> => {
    const path = join(target, place.actual)
    const entries = await whenOpenable(() => readdir(path, { withFileTypes: true })).catch((cause: unknown) => {
      // Gone by now, or not there yet.
      if (codeOf(cause) === 'ENOENT') return []
      if (place.actual !== '' && ['EACCES', 'EPERM'].includes(codeOf(cause) ?? '')) return undefined
      throw cause
    })
    if (entries === undefined) {
      kept.push(place.actual)
      return false
    }
    if (entries.some(({ name }) => LEDGER_NAMES.has(name)) && (await isLedgerFolder(path))) return false
    if (entries.length === 0 && place.actual !== '' && !directories.has(place.known.slice(0, -1)))
      removable.push(place.actual)
    let isRemovable = true
    for (const entry of entries) {
      const path = { actual: `${place.actual}${entry.name}`, known: `${place.known}${entry.name}` }
      if (place.actual === '' && isScratch(entry.name)) continue
      const isAll = await visit(path, entry)
      isRemovable &&= isAll
    }
    return isRemovable
  }

  const visit = async ({ actual, known }: Place, entry: Entry): Promise<boolean> => {
    const name = await nameIn(actual, known)
    const isOfVersion = entry.isDirectory() ? directories.has(name) : entry.isFile() && files.has(name)
    const path = join(target, actual)
    if (!isOfVersion && VERSION_CONTROL.has(entry.name)) return false
    if (entry.isDirectory()) {
      const isAll = await walk({ actual: `${actual}/`, known: `${name}/` })
      if (isAll && files.has(name)) inTheWay.add(name)
      return isAll
    }
    if (isOfVersion) return true
    // A name that is not UTF-8 cannot be given back to the system.
    if (entry.name.includes('\uFFFD') || (isRemoving && entry.isFile() && (await mayBeOfLedger(path)))) {
      kept.push(actual)
      return false
    }
    removable.push(actual)
    if (files.has(name) || directories.has(name)) inTheWay.add(name)
    return true
  }

  await walk({ actual: '', known: '' })
  return { removable: removable.sort(compareUtf8), kept: kept.sort(compareUtf8), inTheWay }
}

interface Entry {
  readonly name: string
  readonly isDirectory: () => boolean
  readonly isFile: () => boolean
}

/** Also where that cannot be found out, since it cannot be read. SQLite's files consist of pages. */
const mayBeOfLedger = async (path: string): Promise<boolean> => {
  const file = path.replace(BESIDE_EVENTS, '')
  const size = (await lstat(file).catch(() => undefined))?.size ?? 0
  if (size === 0 || size % 512 !== 0) return false
  const isReadable = await access(file, constants.R_OK).then(
    () => true,
    () => false,
  )
  return !isReadable || isEventFileAt(file)
}

/**
 * Under which path the version has what lies at another: a file system may take names for one that differ in case or Unicode
 * form, and then both lead to the same file.
 */
const nameInVersion = (target: string, { files, directories }: VersionPaths) => {
  let folded: Map<string, string> | undefined
  const fold = (path: string): string => foldName(path, { case: true, form: true })
  return async (actual: string, known: string): Promise<string> => {
    if (files.has(known) || directories.has(known)) return known
    folded ??= new Map([...directories, ...files].map((path) => [fold(path), path]))
    const other = folded.get(fold(known))
    return other !== undefined && (await isOneFile(join(target, actual), join(target, other))) ? other : known
  }
}

const isOneFile = async (one: string, other: string): Promise<boolean> => {
  const [a, b] = await Promise.all([one, other].map((path) => lstat(path, { bigint: true }).catch(() => undefined)))
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino
}

/** Those that must be gone before the version has room, and those that can wait until it lies there. */
export const inTheWayFirst = ({ removable, inTheWay }: Others) => {
  const isFirst = (path: string): boolean => {
    const bare = path.replace(/\/$/, '')
    return inTheWay.has(bare) || directoriesOf(bare).some((directory) => inTheWay.has(directory))
  }
  return { first: removable.filter(isFirst), later: removable.filter((path) => !isFirst(path)) }
}

/** Removes them, and the directories that are left empty by it and are none of the version. What is gone already is no matter. */
export const removeOthers = async (
  target: string,
  paths: ReadonlyArray<string>,
  { directories }: VersionPaths,
  signal: AbortSignal | undefined,
): Promise<void> => {
  const emptied = new Set<string>()
  const removeOne = remover(target)
  await forEachConcurrently(paths, REMOVED_AT_ONCE, async (path) => {
    signal?.throwIfAborted()
    if (!path.endsWith('/')) await removeOne(path, unlink)
    for (const directory of directoriesOf(path)) emptied.add(directory)
  })
  // The innermost first.
  for (const directory of [...emptied].sort(compareUtf8).reverse())
    if (!directories.has(directory)) await removeOne(directory, rmdir)
}

/** Enough that the disk's latency does not count. */
const REMOVED_AT_ONCE = 16

/** What is not there, and a directory that holds something after all, stays as it is. */
const LEFT = new Set(['ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST'])

/** The last part of a path is never followed; that the ones before are directories still is looked at anew. */
const remover = (target: string) => {
  let looked: string | undefined
  return async (path: string, remove: (path: string) => Promise<void>): Promise<void> => {
    const place = join(target, path)
    const parent = dirname(place)
    try {
      if (parent !== looked && (await realpath(parent)) !== parent)
        throw new Refusal({ _tag: 'in-the-way', path: parent, found: 'a symbolic link' })
      looked = parent
      await remove(place)
    } catch (cause) {
      if (!LEFT.has(codeOf(cause) ?? '')) throw cause
    }
  }
}
