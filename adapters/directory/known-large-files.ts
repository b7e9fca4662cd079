/**
 * A guess whether a large file is stored already, made from its size and a few samples of it before it is
 * read: one that is there should only be hashed, and compared with what is stored, a new one hashed and copied
 * in the same pass. Each file known is a file named by that fingerprint, which holds its digest; those of earlier
 * releases are empty. A wrong guess costs time and nothing else.
 */
import { createHash } from 'node:crypto'
import { type FileHandle, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Digest, isDigest } from '../../domain/values/digest.js'
import { whenOpenable } from '../shared/open-files.js'
import { CHUNK_BYTES } from './read-ahead.js'

export interface KnownLargeFiles {
  readonly fingerprintOf: (handle: FileHandle, size: number) => Promise<string>
  /** The digest of the file, or that it is known without its digest. `undefined` if it is not known. */
  readonly find: (fingerprint: string) => Promise<Digest | 'some' | undefined>
  readonly add: (fingerprint: string, digest: Digest) => Promise<void>
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
  find: (fingerprint) =>
    whenOpenable(() => readFile(join(directory, fingerprint), 'utf8')).then(
      (text) => (isDigest(text) ? text : 'some'),
      () => undefined,
    ),
  add: (fingerprint, digest) =>
    whenOpenable(() => writeFile(join(directory, fingerprint), digest)).catch(() => undefined),
  remove: (fingerprint) => rm(join(directory, fingerprint), { force: true }).catch(() => undefined),
})

const SAMPLE_BYTES = 4096
