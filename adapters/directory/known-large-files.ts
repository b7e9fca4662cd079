/**
 * A guess whether a large file is stored already, made from its size and a few samples of it before it is
 * read: one that is there should only be hashed, a new one hashed and copied in the same pass. Each file
 * known is an empty file named by that fingerprint. A wrong guess costs time and nothing else.
 */
import { createHash } from 'node:crypto'
import { access, type FileHandle, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CHUNK_BYTES } from './read-ahead.js'

export interface KnownLargeFiles {
  readonly fingerprintOf: (handle: FileHandle, size: number) => Promise<string>
  readonly has: (fingerprint: string) => Promise<boolean>
  readonly add: (fingerprint: string) => Promise<void>
  readonly remove: (fingerprint: string) => Promise<void>
}

export const knownLargeFiles = (directory: string): KnownLargeFiles => ({
  fingerprintOf: async (handle, size) => {
    // Spread over the file: checkpoints of one model have equal sizes, equal heads and often equal tails.
    const count = Math.min(Math.max(Math.ceil(size / CHUNK_BYTES), 2), 16)
    const samples = Buffer.alloc(count * SAMPLE_BYTES)
    await Promise.all(
      Array.from({ length: count }, (_, at) =>
        handle.read(samples, at * SAMPLE_BYTES, SAMPLE_BYTES, Math.floor(((size - SAMPLE_BYTES) * at) / (count - 1))),
      ),
    )
    return createHash('sha256').update(`${size}:`).update(samples).digest('hex')
  },
  has: (fingerprint) =>
    access(join(directory, fingerprint)).then(
      () => true,
      () => false,
    ),
  add: (fingerprint) => writeFile(join(directory, fingerprint), '', { flag: 'wx' }).catch(() => undefined),
  remove: (fingerprint) => rm(join(directory, fingerprint), { force: true }).catch(() => undefined),
})

const SAMPLE_BYTES = 4096
