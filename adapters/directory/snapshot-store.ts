/**
 * Snapshots in a directory, one file for each key: a line that says what it is, the value as V8 lays it
 * down, and the SHA-256 of both. What is not whole, or was written by another format, is as good as none.
 */
import { createHash, randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { SnapshotProblem, SnapshotStore } from '../../projections/snapshot-store.js'
import { syncDirectory } from './layout.js'
import { failureOf, writeAll } from './system.js'

const HEADER = Buffer.from('model-ledger snapshot, format 1\n')
const DIGEST_BYTES = 32
const CHUNK_BYTES = 4 * 1024 * 1024
/** A temporary file that is older was left by a process that died. */
const ABANDONED_MS = 3600 * 1000

/** Takes a directory, which is made when there is something to keep. */
export const directorySnapshotStore = ({ path }: { readonly path: string }): SnapshotStore => {
  const fileOf = (key: string): string => join(path, `${encodeURIComponent(key)}.snapshot`)

  return {
    load: (key) => TE.fromTask(() => readFile(fileOf(key)).then(readSnapshot, () => undefined)),

    save: (key, value) =>
      TE.tryCatch(async () => {
        await mkdir(path, { recursive: true })
        await removeAbandoned(path)
        const temporary = join(path, `${randomUUID()}.tmp`)
        try {
          await writeSnapshot(temporary, value)
          await rename(temporary, fileOf(key))
        } catch (cause) {
          await rm(temporary, { force: true }).catch(() => undefined)
          throw cause
        }
        await syncDirectory(path)
      }, problem(path)),
  }
}

const readSnapshot = (bytes: Buffer): unknown => {
  const end = bytes.length - DIGEST_BYTES
  const covered = bytes.subarray(0, Math.max(end, 0))
  if (!covered.subarray(0, HEADER.length).equals(HEADER)) return undefined
  if (!createHash('sha256').update(covered).digest().equals(bytes.subarray(end))) return undefined
  try {
    return deserialize(covered.subarray(HEADER.length))
  } catch {
    // Written by a newer Node than this.
    return undefined
  }
}

const writeSnapshot = async (file: string, value: unknown): Promise<void> => {
  const body = serialize(value)
  const handle = await open(file, 'wx')
  try {
    await writeAll(handle, HEADER, 0)
    const digest = await writeBody(handle, body)
    await writeAll(handle, digest, HEADER.length + body.length)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** In chunks, so that others have their turn between them; answers the digest of the file so far. */
const writeBody = async (handle: FileHandle, body: Buffer): Promise<Buffer> => {
  const hash = createHash('sha256').update(HEADER)
  for (let from = 0; from < body.length; from += CHUNK_BYTES) {
    const chunk = body.subarray(from, from + CHUNK_BYTES)
    hash.update(chunk)
    await writeAll(handle, chunk, HEADER.length + from)
  }
  return hash.digest()
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
