/** SHA-256 digests, tagged with their algorithm: `sha256:` and 64 lower-case hexadecimal digits. */
import { createHash, type Hash } from 'node:crypto'

export type Digest = `sha256:${string}`

export const sha256 = (bytes: string | Uint8Array): Digest => digestOf(createHash('sha256').update(bytes))

/** The digest of what was fed to a streaming hash. */
export const digestOf = (hash: Hash): Digest => `sha256:${hash.digest('hex')}`

export const isDigest = (text: unknown): text is Digest =>
  typeof text === 'string' && /^sha256:[0-9a-f]{64}$/.test(text)
