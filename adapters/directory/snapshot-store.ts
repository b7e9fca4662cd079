/**
 * Snapshots in a directory, one file for each key: a line that says what it is, each part as V8 lays it down, with
 * its length before it, and the SHA-256 of all. Another format is as good as none; what is not whole is a problem.
 * A file is read and written in pieces: Node reads none above 2 GiB at once.
 */

import { createHash, randomUUID } from 'node:crypto'
import { type FileHandle, open, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { SnapshotProblem, SnapshotStore } from '../../domain/ports/snapshot-store.js'
import { messageOf } from '../../domain/values/built-ins.js'
import { ofThisRealm } from '../../domain/values/clone.js'
import { optionsOrThrow, pathText, record, wholeNumber } from '../../domain/values/codec.js'
import { makeDirectory } from '../shared/make-directory.js'
import { whenOpenable } from '../shared/open-files.js'
import { replaceFile } from './replace-file.js'
import { codeOf, failureOf, writeAll } from './system.js'

const HEADER = Buffer.from('model-ledger snapshot, format 2\n')
const ANY_FORMAT = /^model-ledger snapshot, format \d+\n/
const DIGEST_BYTES = 32
/** Stands in the folder and says that it is a ledger's own. */
export const SNAPSHOTS_MARKER = 'model-ledger-snapshots'
/** Of a double, which holds any length that a file can have. */
const LENGTH_BYTES = 8
/** A temporary file that is older was left by a process that died. */
const ABANDONED_MS = 3600 * 1000

export interface DirectorySnapshotsOptions {
  /** A directory of its own, which is made when there is something to keep. */
  readonly path: string
  /** So many bytes are read or written at a time, and others have their turn in between; 4 MiB unless told. */
  readonly chunkBytes?: number
}

const Options = record(
  'the options of directorySnapshotStore',
  { path: pathText },
  { chunkBytes: wholeNumber('a number of bytes, at least 1', 1) },
)

/** Throws a `TypeError` in words if an option is wrong; whatever else is, its calls answer. */
export const directorySnapshotStore = (options: DirectorySnapshotsOptions): SnapshotStore => {
  const { path, chunkBytes = 4 * 1024 * 1024 } = optionsOrThrow(Options, options)
  const fileOf = (key: string): string => join(path, `${encodeURIComponent(key)}.snapshot`)

  return {
    load: (key) => TE.tryCatch(() => loadSnapshot(fileOf(key), chunkBytes), problem(path)),

    save: (key, parts, signal) =>
      TE.tryCatch(async () => {
        await makeDirectory(path)
        await mark(path)
        await removeAbandoned(path)
        await replaceFile(fileOf(key), join(path, `${randomUUID()}.tmp`), (temporary) =>
          writeSnapshot(temporary, parts, chunkBytes, signal),
        )
      }, problem(path)),
  }
}

/** Who shares the folder may not be allowed to write to what another made. */
const mark = (path: string): Promise<void> =>
  whenOpenable(() => writeFile(join(path, SNAPSHOTS_MARKER), 'model-ledger snapshots\n', { flag: 'wx' })).catch(
    (cause: unknown) => {
      if (codeOf(cause) !== 'EEXIST') throw cause
    },
  )

const loadSnapshot = async (file: string, chunkBytes: number): Promise<ReadonlyArray<unknown> | undefined> => {
  const handle = await whenOpenable(() => open(file, 'r')).catch((cause: unknown) => {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw cause
  })
  if (handle === undefined) return undefined
  try {
    return await readSnapshot(handle, chunkBytes)
  } catch (cause) {
    if (codeOf(cause) !== undefined) throw cause
    throw new Error(`${file}: ${messageOf(cause)}`)
  } finally {
    await handle.close()
  }
}

/** Read twice, so that nothing is built from bytes that are not known to be whole; once, where it is no longer than a chunk. */
const readSnapshot = async (handle: FileHandle, chunkBytes: number): Promise<ReadonlyArray<unknown> | undefined> => {
  const { size } = await handle.stat()
  const end = size - DIGEST_BYTES
  const whole = size <= chunkBytes ? await readAt(handle, 0, size, chunkBytes) : undefined
  const bytesAt = async (start: number, length: number): Promise<Buffer> =>
    whole === undefined ? readAt(handle, start, length, chunkBytes) : partOf(whole, start, length)
  const header = await bytesAt(0, Math.min(HEADER.length, Math.max(end, 0)))
  if (!header.equals(HEADER) && ANY_FORMAT.test(header.toString('latin1'))) return undefined
  if (!header.equals(HEADER)) throw new Error('it is no snapshot')
  const digest = whole === undefined ? await digestOf(handle, end, chunkBytes) : digestOfBytes(whole.subarray(0, end))
  if (!digest.equals(await bytesAt(end, DIGEST_BYTES))) {
    throw new Error('its bytes do not match its digest: it was cut off or changed')
  }
  const parts: unknown[] = []
  for (let at = HEADER.length; at < end; ) {
    const length = (await bytesAt(at, LENGTH_BYTES)).readDoubleLE()
    parts.push(ofThisRealm(deserialize(await bytesAt(at + LENGTH_BYTES, length))))
    at += LENGTH_BYTES + length
  }
  return parts
}

const digestOfBytes = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest()

const digestOf = async (handle: FileHandle, end: number, chunkBytes: number): Promise<Buffer> => {
  const hash = createHash('sha256')
  const chunk = Buffer.allocUnsafe(chunkBytes)
  for (let at = 0; at < end; ) {
    const { bytesRead } = await handle.read(chunk, 0, Math.min(chunk.length, end - at), at)
    if (bytesRead === 0) throw new Error('it was cut off while it was read')
    hash.update(chunk.subarray(0, bytesRead))
    at += bytesRead
  }
  return hash.digest()
}

const partOf = (whole: Buffer, start: number, length: number): Buffer => {
  if (start + length > whole.length) throw new Error('it was cut off while it was read')
  return whole.subarray(start, start + length)
}

/** In a buffer of its own: a part may be built upon it. */
const readAt = async (handle: FileHandle, start: number, length: number, chunkBytes: number): Promise<Buffer> => {
  const bytes = Buffer.allocUnsafeSlow(length)
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(bytes, done, Math.min(chunkBytes, length - done), start + done)
    if (bytesRead === 0) throw new Error('it was cut off while it was read')
    done += bytesRead
  }
  return bytes
}

const writeSnapshot = async (
  file: string,
  parts: Iterable<unknown>,
  chunkBytes: number,
  signal: AbortSignal | undefined,
): Promise<void> => {
  const handle = await whenOpenable(() => open(file, 'wx'), signal)
  try {
    const hash = createHash('sha256')
    let at = 0
    /** In chunks, so that others have their turn between them. */
    const write = async (bytes: Buffer): Promise<void> => {
      for (let from = 0; from < bytes.length; from += chunkBytes) {
        if (signal?.aborted === true) throw new Error('there was no time to write the snapshot to its end')
        const chunk = bytes.subarray(from, from + chunkBytes)
        hash.update(chunk)
        await writeAll(handle, chunk, at)
        at += chunk.length
      }
    }
    await write(HEADER)
    for (const part of parts) {
      const body = serialize(part)
      const length = Buffer.alloc(LENGTH_BYTES)
      length.writeDoubleLE(body.length)
      await write(length)
      await write(body)
    }
    await writeAll(handle, hash.digest(), at)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const removeAbandoned = async (path: string): Promise<void> => {
  for (const name of await whenOpenable(() => readdir(path))) {
    if (!name.endsWith('.tmp')) continue
    const file = join(path, name)
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
    if (mtimeMs < Date.now() - ABANDONED_MS) await rm(file, { force: true })
  }
}

const problem =
  (path: string) =>
  (cause: unknown): SnapshotProblem => ({ _tag: 'snapshot-failed', reason: failureOf(cause, path).reason })
