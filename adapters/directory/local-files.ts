/** Looks at the caller's disk: which files a path stands for that is named as content. */
import { isUtf8 } from 'node:buffer'
import { readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { InsideALedger } from '../../domain/ports/inside-a-ledger.js'
import { isFileUri } from '../../domain/values/manifest/manifest.js'
import { compareUtf8 } from '../../domain/values/manifest/path.js'
import { forEachConcurrently } from '../shared/concurrency.js'
import { isLedgerFolder, LEDGER_NAMES, ledgerAround } from './ledger-folder.js'
import { codeOf, isExecutable } from './system.js'

export interface UnreadableContent {
  readonly _tag: 'unreadable-content'
  readonly path: string
  readonly reason: string
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
  /** What belongs to a ledger, below the directory or where a link in it leads: paths relative to the directory. */
  readonly leftOut: ReadonlyArray<string>
}

/**
 * A file gives itself under its own name; a directory gives every file below it, by its path relative to the
 * directory. Symbolic links are followed, also out of the directory, as W&B's `add_dir` does; one that leads
 * back into a directory above itself is an error, and so is whatever cannot be stored. What belongs to a ledger is no
 * content: named itself it is refused, below a directory it is left out.
 */
export const findLocalFiles = (
  path: string,
  as: 'file' | 'directory' | 'either',
): TE.TaskEither<UnreadableContent | InsideALedger, FoundFiles> =>
  pipe(
    outsideLedgers(path),
    TE.flatMap(() =>
      TE.tryCatch(
        () => findFiles(path, as),
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

const findFiles = async (path: string, as: 'file' | 'directory' | 'either'): Promise<FoundFiles> => {
  const found = await look(path)
  if (found.isDirectory) {
    if (as === 'file') throw new Unreadable(path, 'it is a directory; a file is wanted')
    return { isDirectory: true, ...(await filesBelow(path, found.id)) }
  }
  if (as === 'directory') throw new Unreadable(path, 'it is a file; a directory is wanted')
  const { isExecutable } = found
  return { isDirectory: false, files: [{ path: nameOfLocal(path), file: path, isExecutable }], leftOut: [] }
}

const filesBelow = async (root: string, rootId: string): Promise<Pick<FoundFiles, 'files' | 'leftOut'>> => {
  const named: Array<Omit<FoundFiles['files'][number], 'isExecutable'>> = []
  const leftOut: string[] = []
  const walk = async (directory: string, prefix: string, above: ReadonlySet<string>): Promise<void> => {
    const entries = await entriesOf(directory)
    if (entries.some(({ name }) => LEDGER_NAMES.has(name)) && (await isLedgerFolder(directory))) {
      leftOut.push(prefix.slice(0, -1))
      return
    }
    for (const { name, isFile, isLink } of entries) {
      const file = join(directory, name)
      const path = `${prefix}${name}`
      const found = isFile ? undefined : await look(file)
      if (isLink && (await ledgerAround(file)) !== undefined) leftOut.push(path)
      else if (found === undefined || !found.isDirectory) named.push({ path, file })
      else if (above.has(found.id)) throw new Unreadable(file, 'it links to a directory above itself; remove the link')
      else await walk(file, `${path}/`, new Set(above).add(found.id))
    }
  }
  await walk(root, '', new Set([rootId]))
  const files: Array<FoundFiles['files'][number]> = []
  await forEachConcurrently(named, LOOKED_AT_ONCE, async ({ path, file }) => {
    const { isExecutable } = await look(file)
    files.push({ path, file, isExecutable })
  })
  return { files: files.sort((one, other) => compareUtf8(one.path, other.path)), leftOut: leftOut.sort(compareUtf8) }
}

/** Enough that the disk's latency does not count. */
const LOOKED_AT_ONCE = 16

const entriesOf = async (directory: string) => {
  const entries = await readdir(directory, { withFileTypes: true, encoding: 'buffer' }).catch((cause: unknown) => {
    throw new Unreadable(directory, reasonOf(cause))
  })
  return entries.map((entry) => {
    const name = entry.name.toString()
    if (!isUtf8(entry.name))
      throw new Unreadable(
        join(directory, name),
        `its name is not UTF-8 (bytes ${entry.name.toString('hex')}); rename it`,
      )
    return { name, isFile: entry.isFile(), isLink: entry.isSymbolicLink() }
  })
}

interface Looked {
  readonly isDirectory: boolean
  readonly isExecutable: boolean
  readonly id: string
}

/** Follows links. Only files and directories can be content. */
const look = async (path: string): Promise<Looked> => {
  const stats = await stat(path, { bigint: true }).catch((cause: unknown) => {
    throw new Unreadable(path, reasonOf(cause))
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

const reasonOf = (cause: unknown): string => {
  switch (codeOf(cause)) {
    case 'ENOENT':
      return 'there is nothing of that name, or it is a symbolic link to nothing'
    case 'ELOOP':
      return 'it is a symbolic link that leads to itself'
    default:
      return cause instanceof Error ? cause.message : String(cause)
  }
}
