/** What a download finds at its target, and what it refuses because of that: before anything is written, where it can. */
import { randomUUID } from 'node:crypto'
import type { Stats } from 'node:fs'
import { lstat, mkdir, open, readdir, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { StoredFile } from '../../domain/ports/file-store.js'
import { type Digest, isDigest, sha256 } from '../../domain/values/digest.js'
import type { ManifestEntry } from '../../domain/values/manifest/manifest.js'
import { type NamesAlike, pathsThatCollide } from '../../domain/values/manifest/path.js'
import { forEachConcurrently } from '../shared/concurrency.js'
import { type Fill, readHandle } from '../shared/file-source.js'
import { diskWork, whenOpenable } from '../shared/open-files.js'
import { Refusal } from './download-refusal.js'
import { isLedgerFolder, ledgerAround } from './ledger-folder.js'
import { codeOf, isExecutable, NO_FOLLOW } from './system.js'

/** An entry whose bytes are in the file store. */
export interface StoredEntry extends ManifestEntry {
  readonly digest: Digest
}

export const isStored = (entry: ManifestEntry): entry is StoredEntry =>
  entry.reference === undefined && isDigest(entry.digest)

/** So many files, or directories, are looked at or written at the same time. */
export const AT_ONCE = 4

export const assertApart = async (
  stored: ReadonlyArray<StoredEntry>,
  alike: NamesAlike | undefined,
  scratch: string | undefined,
) => {
  const paths = stored.map(({ path }) => path)
  if (pathsThatCollide(paths).length === 0) return
  const told = alike ?? (scratch === undefined ? undefined : await namesAlikeIn(scratch))
  const collisions = pathsThatCollide(paths, told ?? { case: false, form: false })
  if (collisions.length > 0) throw new Refusal({ _tag: 'paths-collide', collisions })
}

const namesAlikeIn = async (directory: string): Promise<NamesAlike> => {
  await whenOpenable(() => writeFile(join(directory, 'case'), ''))
  await whenOpenable(() => writeFile(join(directory, 'form-\u00e9'), ''))
  const has = (name: string) =>
    lstat(join(directory, name)).then(
      () => true,
      () => false,
    )
  return { case: await has('CASE'), form: await has('form-e\u0301') }
}

/** Parents before what lies in them. What lies in the place of one is `gone` by the time that it is made. */
export const findMissingDirectories = async (
  directory: string,
  stored: ReadonlyArray<StoredEntry>,
  gone: (path: string) => boolean,
) => {
  const wanted = new Set<string>()
  for (const { path } of stored)
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1))
      wanted.add(path.slice(0, slash))
  const missing: string[] = []
  await forEachConcurrently(wanted, AT_ONCE, async (path) => {
    const found = gone(path) ? undefined : await statsOf(join(directory, path))
    if (found === undefined) missing.push(path)
    else if (!found.isDirectory()) throw inTheWay(join(directory, path), found)
    else if (await isLedgerFolder(join(directory, path))) throw inLedger(join(directory, path))
  })
  return missing.sort()
}

/**
 * Whether files below a directory keep whether they are executable: on Windows, on some file systems, and under a umask
 * that takes it away they do not, and then nobody asks for it.
 */
export const keepsModes = async (scratch: string): Promise<boolean> => {
  const modeOf = async (name: string, mode: number) => {
    await whenOpenable(() => writeFile(join(scratch, name), '', { mode }))
    return isExecutable(await lstat(join(scratch, name)))
  }
  return (await modeOf('executable', modeFor({ executable: true }))) && !(await modeOf('other', 0o666))
}

/** With which mode it is made, and the umask takes of that what it takes. */
export const modeFor = ({ executable }: Pick<StoredEntry, 'executable'>): number => (executable ? 0o777 : 0o666)

/** `undefined` if there is nothing. */
export const isSameFile = async (
  path: string,
  entry: StoredEntry,
  hash: (fill: Fill) => Promise<StoredFile>,
  hasModes: () => Promise<boolean>,
  signal: AbortSignal | undefined,
): Promise<boolean | undefined> => {
  const { digest, size } = entry
  const found = await statsOf(path)
  if (found === undefined) return undefined
  if (!found.isFile()) throw inTheWay(path, found)
  if (size !== null && found.size !== size) return false
  if (isExecutable(found) !== (entry.executable === true) && (await hasModes())) return false
  return diskWork.within(async () => {
    const handle = await whenOpenable(() => open(path, NO_FOLLOW), signal)
    try {
      return (await hash(readHandle(handle, found.size))).digest === digest
    } finally {
      await handle.close()
    }
  }, signal)
}

const statsOf = (path: string): Promise<Stats | undefined> =>
  lstat(path).catch((cause: unknown) => {
    if (codeOf(cause) === 'ENOENT' || codeOf(cause) === 'ENOTDIR') return undefined
    throw cause
  })

export const assertOutsideLedgers = async (path: string): Promise<void> => {
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
  for (const name of await whenOpenable(() => readdir(directory))) {
    const [, host, pid] = SCRATCH.exec(name) ?? []
    if (pid === undefined) continue
    const path = join(directory, name)
    const age = Date.now() - ((await statsOf(path))?.mtimeMs ?? 0)
    if (host === HOST ? !isAlive(Number(pid)) : age > 24 * 3600 * 1000) await rm(path, { recursive: true, force: true })
  }
  const scratch = join(directory, `.model-ledger-download.${HOST}.${process.pid}.${randomUUID()}`)
  await mkdir(scratch)
  return scratch
}

const SCRATCH = /^\.model-ledger-download\.([0-9a-f]{8})\.(\d+)\.[0-9a-f-]{36}$/

/** Whether a directory of that name is one, of whichever download. */
export const isScratch = (name: string): boolean => SCRATCH.test(name)

/** Works in such a directory, and takes it away. */
export const inScratch = async <A>(directory: string, work: (scratch: string) => Promise<A>): Promise<A> => {
  const scratch = await makeScratch(directory)
  try {
    return await work(scratch)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

const HOST = sha256(hostname()).slice(-8)

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (cause) {
    return codeOf(cause) === 'EPERM'
  }
}
