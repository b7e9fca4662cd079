/**
 * Snapshots in a directory, one file for each key: a line that says what it is, each part as V8 lays it down, with
 * its length before it, and the SHA-256 of all. What is not whole, or was written by another format, is as good as none.
 */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { SnapshotProblem, SnapshotStore } from '../../projections/snapshot-store.js'
import { syncDirectory } from './layout.js'
import { failureOf, writeAll } from './system.js'

const HEADER = Buffer.from('model-ledger snapshot, format 2\n')
const DIGEST_BYTES = 32
/** Of a double, which holds any length that a file can have. */
const LENGTH_BYTES = 8
const CHUNK_BYTES = 4 * 1024 * 1024
/** A temporary file that is older was left by a process that died. */
const ABANDONED_MS = 3600 * 1000

/** Takes a directory, which is made when there is something to keep. */
export const directorySnapshotStore = ({ path }: { readonly path: string }): SnapshotStore => {
  const fileOf = (key: string): string => join(path, `${encodeURIComponent(key)}.snapshot`)

  return {
    load: (key) => TE.fromTask(() => readFile(fileOf(key)).then(readSnapshot, () => undefined)),

    save: (key, parts) =>
      TE.tryCatch(async () => {
        await mkdir(path, { recursive: true })
        await removeAbandoned(path)
        const temporary = join(path, `${randomUUID()}.tmp`)
        try {
          await writeSnapshot(temporary, parts)
          await rename(temporary, fileOf(key))
        } catch (cause) {
          await rm(temporary, { force: true }).catch(() => undefined)
          throw cause
        }
        await syncDirectory(path)
      }, problem(path)),
  }
}

const readSnapshot = (bytes: Buffer): ReadonlyArray<unknown> | undefined => {
  const end = bytes.length - DIGEST_BYTES
  const covered = bytes.subarray(0, Math.max(end, 0))
  if (!covered.subarray(0, HEADER.length).equals(HEADER)) return undefined
  if (!createHash('sha256').update(covered).digest().equals(bytes.subarray(end))) return undefined
  try {
    const parts: unknown[] = []
    for (let from = HEADER.length; from < end; ) {
      const start = from + LENGTH_BYTES
      from = start + covered.readDoubleLE(from)
      parts.push(deserialize(covered.subarray(start, from)))
    }
    return parts
  } catch {
    // Written by a newer Node than this.
    return undefined
  }
}

const writeSnapshot = async (file: string, parts: Iterable<unknown>): Promise<void> => {
  const handle = await open(file, 'wx')
  try {
    const hash = createHash('sha256')
    let at = 0
    /** In chunks, so that others have their turn between them. */
    const write = async (bytes: Buffer): Promise<void> => {
      for (let from = 0; from < bytes.length; from += CHUNK_BYTES) {
        const chunk = bytes.subarray(from, from + CHUNK_BYTES)
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
  for (const name of await readdir(path)) {
    if (!name.endsWith('.tmp')) continue
    const file = join(path, name)
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
    if (mtimeMs < Date.now() - ABANDONED_MS) await rm(file, { force: true })
  }
}

const problem =
  (path: string) =>
  (cause: unknown): SnapshotProblem => ({ _tag: 'snapshot-failed', reason: failureOf(cause, path).reason })
