/** Looks at the caller's disk: which files a path stands for that is named as content. */

import { isUtf8 } from 'node:buffer'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { InsideALedger } from '../../domain/ports/inside-a-ledger.js'
import { messageOf } from '../../domain/values/built-ins.js'
import { isFileUri } from '../../domain/values/manifest/manifest.js'
import { compareUtf8 } from '../../domain/values/manifest/path.js'
import { forEachConcurrently } from '../shared/concurrency.js'
import { whenOpenable } from '../shared/open-files.js'
import { PATTERNS_FILE, type Patterns, patternsOf, VERSION_CONTROL } from './leaving-out.js'
import { isLedgerFolder, LEDGER_NAMES, ledgerAround } from './ledger-folder.js'
import { codeOf, isExecutable } from './system.js'

export interface UnreadableContent {
  readonly _tag: 'unreadable-content'
  readonly path: string
  readonly reason: string
}

export interface FindOptions {
  /** Patterns as in a `.gitignore`, of paths relative to the directory; a file that is named itself is held to them by its name. */
  readonly exclude?: ReadonlyArray<string> | undefined
  /** What becomes of symbolic links below a directory; they are followed unless told. */
  readonly links?: 'follow' | 'skip' | undefined
  /** Ends the walk through a directory, which fails then. */
  readonly signal?: AbortSignal | undefined
}

export interface FoundFiles {
  readonly isDirectory: boolean
  /** Sorted by the UTF-8 bytes of `path`, which has "/" between its parts on every platform. */
  readonly files: ReadonlyArray<{
    readonly path: string
    readonly file: string
    /** Whether its owner may execute it; never on Windows, whose files do not say so. */
    readonly isExecutable: boolean
  }>
  /** What lies below the directory and is no file of the version, by its path relative to the directory, in that order. */
  readonly leftOut: ReadonlyArray<LeftOut>
  /** What was left out by patterns; a directory counts as one, whatever is in it. */
  readonly byPatterns: { readonly files: number; readonly directories: number }
}

export interface LeftOut {
  /** Empty for the directory itself. */
  readonly path: string
  /** A link is left out because it is one; that leads into a ledger it is of a ledger. */
  readonly why: 'of-a-ledger' | 'version-control' | 'link' | 'empty-directory'
}

type Kind = 'file' | 'directory' | 'either'

/**
 * A file gives itself under its own name; a directory gives every file below it, by its path relative to the
 * directory. Symbolic links are followed, also out of the directory, as W&B's `add_dir` does; one that leads
 * back into a directory above itself or to nothing is an error, and so is whatever cannot be stored. What belongs to a ledger
 * is no content: named itself it is refused, below a directory it is left out. So is what patterns of the caller's or of a
 * `.ledgerignore` name, and links where they are to be skipped.
 */
export const findLocalFiles = (
  path: string,
  as: Kind,
  options: FindOptions = {},
): TE.TaskEither<UnreadableContent | InsideALedger, FoundFiles> =>
  pipe(
    outsideLedgers(path),
    TE.flatMap(() =>
      TE.tryCatch(
        () => findFiles(path, as, options),
        (cause) => (cause instanceof Unreadable ? cause.error : new Unreadable(path, reasonOf(cause)).error),
      ),
    ),
  )

/** What a file or a directory is called by itself, also where its path is relative or ends with a slash. */
export const nameOfLocal = (path: string): string => basename(resolve(path))

/** Refuses a path, or a `file:` URI, that belongs to a ledger, be it to read from or to write to. */
export const outsideLedgers =
  (place: string): TE.TaskEither<InsideALedger, void> =>
  async () => {
    const path = isFileUri(place) ? localPath(place) : place
    const ledger = path === undefined ? undefined : await ledgerAround(path)
    return ledger === undefined ? E.right(undefined) : E.left({ _tag: 'inside-a-ledger', path: place, ledger })
  }

/** `undefined` if it lies on another machine. */
const localPath = (uri: string): string | undefined => {
  try {
    return fileURLToPath(uri)
  } catch {
    return undefined
  }
}

const findFiles = async (path: string, as: Kind, options: FindOptions): Promise<FoundFiles> => {
  const { exclude = [] } = options
  const found = await look(path)
  if (found.isDirectory) {
    if (as === 'file') throw new Unreadable(path, 'it is a directory; a file is wanted')
    return { isDirectory: true, ...(await filesBelow(path, found.id, options)) }
  }
  if (as === 'directory') throw new Unreadable(path, 'it is a file; a directory is wanted')
  const name = nameOfLocal(path)
  // It is named itself: only the caller, who named it, can leave it out.
  const isExcluded = !VERSION_CONTROL.has(name) && patternsOf(exclude).leaveOut(name, false)
  return {
    isDirectory: false,
    files: isExcluded ? [] : [{ path: name, file: path, isExecutable: found.isExecutable }],
    leftOut: [],
    byPatterns: { files: isExcluded ? 1 : 0, directories: 0 },
  }
}

const filesBelow = async (
  root: string,
  rootId: string,
  { exclude = [], links, signal }: FindOptions,
): Promise<Omit<FoundFiles, 'isDirectory'>> => {
  const skipsLinks = links === 'skip'
  const named: Array<Omit<FoundFiles['files'][number], 'isExecutable'>> = []
  const leftOut: LeftOut[] = []
  const byPatterns = { files: 0, directories: 0 }

  /** Answers whether a path is left out for what it is called. */
  const isExcluded = (patterns: Patterns, path: string, name: string, isDirectory: boolean): boolean => {
    if (!patterns.leaveOut(path, isDirectory)) return false
    if (VERSION_CONTROL.has(name)) leftOut.push({ path, why: 'version-control' })
    else byPatterns[isDirectory ? 'directories' : 'files'] += 1
    return true
  }

  const visit = async (entry: Entry, within: Directory): Promise<void> => {
    signal?.throwIfAborted()
    const { name, isFile, isDirectory, isLink } = entry
    const [path, file] = [`${within.prefix}${name}`, join(within.directory, name)]
    if (isExcluded(within.patterns, path, name, isDirectory)) return
    if (isLink && skipsLinks) {
      leftOut.push({ path, why: 'link' })
      return
    }
    const found = isFile ? undefined : await look(file, isLink)
    if (isLink && found?.isDirectory === true && isExcluded(within.patterns, path, name, true)) return
    if (isLink && (await ledgerAround(file)) !== undefined) leftOut.push({ path, why: 'of-a-ledger' })
    else if (found === undefined || !found.isDirectory) named.push({ path, file })
    else if (within.above.has(found.id))
      throw new Unreadable(file, `it links to a directory above itself; ${INSTEAD_OF_LINKS}`)
    else {
      const above = new Set(within.above).add(found.id)
      await walk({ directory: file, prefix: `${path}/`, above, patterns: within.patterns })
    }
  }

  const walk = async (given: Directory): Promise<void> => {
    const { directory, prefix } = given
    const path = prefix.slice(0, -1)
    const entries = await entriesOf(directory)
    if (entries.some(({ name }) => LEDGER_NAMES.has(name)) && (await isLedgerFolder(directory))) {
      leftOut.push({ path, why: 'of-a-ledger' })
      return
    }
    if (entries.length === 0) leftOut.push({ path, why: 'empty-directory' })
    const patterns = await withOwn(given, entries, skipsLinks)
    for (const entry of entries) await visit(entry, { ...given, patterns })
  }

  await walk({ directory: root, prefix: '', above: new Set([rootId]), patterns: patternsOf(exclude) })
  const files: Array<FoundFiles['files'][number]> = []
  await forEachConcurrently(named, LOOKED_AT_ONCE, async ({ path, file }) => {
    signal?.throwIfAborted()
    const { isExecutable } = await look(file)
    files.push({ path, file, isExecutable })
  })
  const inOrder = <A extends { readonly path: string }>(items: A[]) =>
    items.sort((one, other) => compareUtf8(one.path, other.path))
  return { files: inOrder(files), leftOut: inOrder(leftOut), byPatterns }
}

/** Enough that the disk's latency does not count. */
const LOOKED_AT_ONCE = 16

/** A directory on the way down. */
interface Directory {
  readonly directory: string
  /** Of the paths in it: empty, or one that ends with a slash. */
  readonly prefix: string
  /** What identifies the directories through which one came. */
  readonly above: ReadonlySet<string>
  readonly patterns: Patterns
}

/** The patterns that hold in a directory: those of the directories above, and those that it holds itself. */
const withOwn = async (
  { directory, prefix, patterns }: Directory,
  entries: ReadonlyArray<Entry>,
  skipsLinks: boolean,
): Promise<Patterns> => {
  const own = entries.find(({ name }) => name === PATTERNS_FILE)
  if (own === undefined || (own.isLink && skipsLinks)) return patterns
  const file = join(directory, own.name)
  if ((await look(file, own.isLink)).isDirectory) return patterns
  const text = await whenOpenable(() => readFile(file, 'utf8')).catch((cause: unknown) => {
    throw new Unreadable(file, reasonOf(cause))
  })
  return patterns.with(text, prefix.slice(0, -1))
}

interface Entry {
  readonly name: string
  readonly isFile: boolean
  readonly isDirectory: boolean
  readonly isLink: boolean
}

const entriesOf = async (directory: string): Promise<ReadonlyArray<Entry>> => {
  const entries = await whenOpenable(() => readdir(directory, { withFileTypes: true, encoding: 'buffer' })).catch(
    (cause: unknown) => {
      throw new Unreadable(directory, reasonOf(cause))
    },
  )
  return entries.map((entry) => {
    const name = entry.name.toString()
    if (!isUtf8(entry.name))
      throw new Unreadable(
        join(directory, name),
        `its name is not UTF-8 (bytes ${entry.name.toString('hex')}); rename it`,
      )
    return { name, isFile: entry.isFile(), isDirectory: entry.isDirectory(), isLink: entry.isSymbolicLink() }
  })
}

interface Looked {
  readonly isDirectory: boolean
  readonly isExecutable: boolean
  readonly id: string
}

/** Follows links. Only files and directories can be content. */
const look = async (path: string, isLink = false): Promise<Looked> => {
  const stats = await stat(path, { bigint: true }).catch((cause: unknown) => {
    throw new Unreadable(path, isLink ? reasonOfLink(cause) : reasonOf(cause))
  })
  if (!stats.isFile() && !stats.isDirectory())
    throw new Unreadable(path, 'it is a socket, a pipe or a device; only files and directories can be stored')
  return {
    isDirectory: stats.isDirectory(),
    isExecutable: isExecutable(stats),
    id: `${stats.dev}:${stats.ino}`,
  }
}

class Unreadable extends Error {
  readonly error: UnreadableContent
  constructor(path: string, reason: string) {
    super(reason)
    this.error = { _tag: 'unreadable-content', path, reason }
  }
}

const INSTEAD_OF_LINKS = "remove the link, exclude it, or leave links out (links: 'skip', --links skip)"

/** Of a link that was found below a directory. */
const reasonOfLink = (cause: unknown): string => {
  switch (codeOf(cause)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `it is a symbolic link to nothing; ${INSTEAD_OF_LINKS}`
    case 'ELOOP':
      return `it is a symbolic link that leads to itself; ${INSTEAD_OF_LINKS}`
    default:
      return `it is a symbolic link: ${reasonOf(cause)}; ${INSTEAD_OF_LINKS}`
  }
}

const reasonOf = (cause: unknown): string => {
  switch (codeOf(cause)) {
    case 'ENOENT':
      return 'there is nothing of that name, or it is a symbolic link to nothing'
    case 'ELOOP':
      return 'it is a symbolic link that leads to itself'
    default:
      return messageOf(cause)
  }
}
