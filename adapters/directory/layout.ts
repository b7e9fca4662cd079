/**
 * The directory of a file store: where things lie in it, and how it is made, opened and checked.
 *
 *     model-ledger-files     the marker: "model-ledger file store, format 2"
 *     files/ab/cdef…         a file, under the 64 digits of its SHA-256; `ab` is made with the first in it
 *     manifests/ab/cdef…     a manifest, likewise
 *     large-files/…          small files, see known-large-files.ts
 *     ledgers/…              an empty file for each ledger to which it belongs; made with the first
 *     tmp/                   what is being written or deleted
 *
 * The marker is written last. What is missing beside it was empty. A store of format 1 has all directories that `files` and
 * `manifests` can have, since the release that made it does not open it without them.
 */
import { randomUUID } from 'node:crypto'
import { lstat, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { COLLECTED_AFTER_MS, type FileKind } from '../../domain/ports/file-store.js'
import type { BadOption } from '../../domain/values/codec.js'
import type { Digest } from '../../domain/values/digest.js'
import { forEachConcurrently } from '../shared/concurrency.js'
import { makeDirectory } from '../shared/make-directory.js'
import { whenOpenable } from '../shared/open-files.js'
import { fileSystemClock } from './file-system-clock.js'
import { type MakeRoom, makingRoomIn } from './making-room.js'
import { codeOf, failureOf, syncDirectory, unlessThere } from './system.js'

const FORMAT = 2

export interface Layout {
  readonly root: string
  /** Read-only, for whoever may read the directory, but for what the umask takes away. */
  readonly fileMode: number
  readonly placeOf: (kind: FileKind, digest: Digest) => string
  readonly fanOuts: (kind: FileKind) => ReadonlyArray<string>
  readonly largeFiles: string
  readonly makeRoomFor: MakeRoom
  /** The clock by which files are dated. */
  readonly now: () => Promise<Date>
  /** A name in `tmp/` that nothing else has. */
  readonly temporaryName: () => string
}

export type OpenError = CannotOpen | BadOption

/** Which directory it is, and what is wrong with it. */
export interface CannotOpen {
  readonly _tag:
    | 'not-a-directory'
    /** The directory holds something else. */
    | 'not-a-file-store'
    | 'newer-format'
    /** It is a file store, and something of it was replaced. */
    | 'damaged-file-store'
    /** The file system does not do what the promises of a file store rest on. */
    | 'unfit-file-system'
    | 'cannot-open'
  readonly path: string
  readonly reason: string
  readonly code?: string
}

/**
 * Opens the file store in a directory; makes one if there is no directory or an empty one. Where it is only to be
 * read, nothing is made or tried, and no directory is a file store without files.
 */
export const openLayout = (
  path: string,
  now: (() => Date) | undefined,
  readOnly: boolean,
): TE.TaskEither<OpenError, Layout> => {
  const root = resolve(path)
  return TE.tryCatch(
    async () => {
      if (readOnly) {
        if (await isMarked(root)) await assertWhole(root)
        else await assertNoStranger(root, await whenOpenable(() => readdir(root)).catch(() => []))
        const clock = now ?? (() => new Date())
        return layoutIn(root, 0, async () => clock())
      }
      await makeRoot(root)
      const isMade = await isMarked(root)
      if (!isMade) await begin(root)
      await makeFolders(root)
      await assertWhole(root)
      if (!isMade) await mark(root)
      const fileMode = await modeOfFiles(root)
      await assertFit(root)
      const clock = now === undefined ? fileSystemClock(() => temporaryName(root)) : async () => now()
      const layout = layoutIn(root, fileMode, clock)
      await removeLeftovers(root, await clock())
      return layout
    },
    (cause) =>
      cause instanceof Refusal ? cause.error : { _tag: 'cannot-open', path: root, ...failureOf(cause, root) },
  )
}

export const MARKER = 'model-ledger-files'
export const BEING_MADE = `${MARKER}.being-made`
const FOLDERS = { file: 'files', manifest: 'manifests' } as const
const FOLDERS_OF_ROOT = [...Object.values(FOLDERS), 'large-files', 'tmp']
const FAN_OUT = Array.from({ length: 256 }, (_, at) => at.toString(16).padStart(2, '0'))

const layoutIn = (root: string, fileMode: number, now: Layout['now']): Layout => ({
  root,
  fileMode,
  now,
  placeOf: (kind, digest) => {
    const hex = digest.slice('sha256:'.length)
    return join(root, FOLDERS[kind], hex.slice(0, 2), hex.slice(2))
  },
  fanOuts: (kind) => FAN_OUT.map((name) => join(root, FOLDERS[kind], name)),
  largeFiles: join(root, 'large-files'),
  makeRoomFor: makingRoomIn(Object.values(FOLDERS).map((folder) => join(root, folder))),
  temporaryName: () => temporaryName(root),
})

/** A file that is being deleted, under a name in `tmp/` that holds the digits of its digest; it is never a leftover. */
export const HIDDEN = /^deleted-([0-9a-f]{64})-/

const temporaryName = (root: string): string => join(root, 'tmp', randomUUID())

class Refusal extends Error {
  readonly error: OpenError
  constructor(tag: OpenError['_tag'], path: string, reason: string) {
    super(reason)
    this.error = { _tag: tag, path, reason }
  }
}

const makeRoot = async (root: string): Promise<void> => {
  const first = await makeDirectory(root).catch(async (cause: unknown) => {
    const isFile = (await stat(root).catch(() => undefined))?.isDirectory() === false
    if (!isFile && codeOf(cause) !== 'ENOTDIR') throw cause
    throw new Refusal('not-a-directory', root, `${root} is not a directory, and none can be made there: name another`)
  })
  if (first === undefined) return
  for (let made = root; made.length >= first.length; made = dirname(made)) await syncDirectory(dirname(made))
}

const isMarked = async (root: string): Promise<boolean> => {
  const text = await whenOpenable(() => readFile(join(root, MARKER), 'utf8')).catch((cause: unknown) => {
    if (codeOf(cause) === 'ENOENT') return undefined
    if (codeOf(cause) === 'ENOTDIR')
      throw new Refusal('not-a-directory', root, `${root} is not a directory: name another`)
    throw cause
  })
  if (text === undefined) return false
  const found = Number(/^model-ledger file store, format (\d+)\n$/.exec(text)?.[1])
  if (Number.isNaN(found))
    throw new Refusal(
      'damaged-file-store',
      root,
      `${root} is a damaged file store: its file ${MARKER} does not name a format; restore it from a copy`,
    )
  if (found > FORMAT)
    throw new Refusal(
      'newer-format',
      root,
      `${root} is a file store of format ${found}, and this version knows format ${FORMAT}: upgrade model-ledger`,
    )
  return true
}

const assertNoStranger = async (root: string, names: ReadonlyArray<string>): Promise<void> => {
  const stranger = names.find((name) => name !== 'lost+found')
  // Looked for again, because another process may just have finished.
  if (stranger !== undefined && !names.includes(BEING_MADE) && !(await isMarked(root)))
    throw new Refusal(
      'not-a-file-store',
      root,
      `${root} is not empty ("${stranger}" is in it) and no file store: name an empty directory, or one that model-ledger made`,
    )
}

/** Several processes may make one at once, and one may go on after another died half-way. */
const begin = async (root: string): Promise<void> => {
  await assertNoStranger(root, await whenOpenable(() => readdir(root)))
  await mkdir(join(root, BEING_MADE)).catch(unlessThere)
}

const mark = async (root: string): Promise<void> => {
  const marker = temporaryName(root)
  const text = `model-ledger file store, format ${FORMAT}\n`
  await whenOpenable(() => writeFile(marker, text, { flag: 'wx', flush: true }))
  await rename(marker, join(root, MARKER))
  await rm(join(root, BEING_MADE), { recursive: true, force: true })
  await syncDirectory(root)
}

/** They may be missing in a store that was made, too: tools that copy leave out what is empty. */
const makeFolders = async (root: string): Promise<void> => {
  const make = (folder: string) => mkdir(join(root, folder)).then(() => true, unlessThere)
  if ((await Promise.all(FOLDERS_OF_ROOT.map(make))).includes(true)) await syncDirectory(root)
}

/** No symbolic link may stand where a directory should: what is written must stay inside. */
const assertWhole = async (root: string): Promise<void> => {
  for (const folder of FOLDERS_OF_ROOT) await assertDirectory(root, join(root, folder))
  for (const folder of Object.values(FOLDERS)) {
    const entries = await whenOpenable(() => readdir(join(root, folder), { withFileTypes: true })).catch(unlessMissing)
    const other = entries?.find((entry) => !entry.isDirectory() && FAN_OUT.includes(entry.name))
    if (other !== undefined) await assertDirectory(root, join(root, folder, other.name))
  }
}

/** That it is missing is no damage: there was nothing in it, or `verify` tells what is gone. */
const assertDirectory = async (root: string, path: string): Promise<void> => {
  if ((await lstat(path).catch(unlessMissing))?.isDirectory() !== false) return
  const reason = `${root} is a damaged file store: ${path} is not a directory; restore it from a copy`
  throw new Refusal('damaged-file-store', root, reason)
}

const unlessMissing = (cause: unknown): undefined => {
  if (codeOf(cause) !== 'ENOENT') throw cause
}

/** A copy that shares its blocks has its mode set, which the umask does not change: so what it leaves is found out. */
const modeOfFiles = async (root: string): Promise<number> => {
  const trial = temporaryName(root)
  try {
    const mode = (await stat(root)).mode & 0o444
    await whenOpenable(() => writeFile(trial, '', { flag: 'wx', mode }))
    return (await stat(trial)).mode & 0o444
  } finally {
    await rm(trial, { force: true })
  }
}

/** Shared and remote file systems differ; what the promises rest on is tried before anything is promised. */
const assertFit = async (root: string): Promise<void> => {
  const unfit = (reason: string) =>
    new Refusal(
      'unfit-file-system',
      root,
      `the file system of ${root} cannot keep what a file store promises (${reason}): use another one`,
    )
  const one = temporaryName(root)
  const other = temporaryName(root)
  try {
    await whenOpenable(() => writeFile(one, '', { flag: 'wx' }))
    const again = await whenOpenable(() => writeFile(one, '', { flag: 'wx' })).catch(codeOf)
    if (again !== 'EEXIST') throw unfit('a file that must be new can be created twice')

    for (let round = 0; round < 4; round++) {
      await whenOpenable(() => writeFile(other, String(round)))
      const read = () => whenOpenable(() => readFile(one, 'utf8'))
      const [, seen] = await Promise.all([rename(other, one), read().catch(codeOf)])
      if (seen === 'ENOENT') throw unfit('a file is missing for a moment when another is renamed over it')
      if ((await read()) !== String(round)) throw unfit('a rename is not seen at once')
    }

    const past = new Date('2001-02-03T04:05:06Z')
    await utimes(one, past, past)
    if (Math.abs((await lstat(one)).mtimeMs - past.getTime()) > 2000) throw unfit('the time of a file cannot be set')

    await syncDirectory(join(root, 'tmp')).catch((cause: unknown) => {
      throw unfit(`a directory cannot be made durable: ${failureOf(cause, root).reason}`)
    })
  } finally {
    await Promise.all([rm(one, { force: true }), rm(other, { force: true })])
  }
}

/** What a process left that died. By age, because the process may live on another machine; by ctime, because a rename renews it. */
const removeLeftovers = async (root: string, now: Date): Promise<void> => {
  const directory = join(root, 'tmp')
  await forEachConcurrently(await whenOpenable(() => readdir(directory)), 8, async (name) => {
    if (HIDDEN.test(name)) return
    const path = join(directory, name)
    const found = await lstat(path).catch(() => undefined)
    if (found !== undefined && found.ctimeMs < now.getTime() - COLLECTED_AFTER_MS) await rm(path, { force: true })
  })
}
