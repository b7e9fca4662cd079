/** SHA-256 digests, tagged with their algorithm: `sha256:` and 64 lower-case hexadecimal digits. */
import { createHash, type Hash, hash } from 'node:crypto'
import type * as t from 'io-ts'
import { rule } from './codec.js'

interface DigestBrand {
  readonly Digest: unique symbol
}
export type Digest = t.Branded<`sha256:${string}`, DigestBrand>

export const sha256 = (bytes: string | Uint8Array): Digest => digestFrom(hash('sha256', bytes))

/** A hash of bytes as they come. */
export const streamingHash = (): Hash => createHash('sha256')

/** The digest that these 64 hexadecimal digits say. */
export const digestFrom = (hexadecimal: string): Digest => `${TAG}${hexadecimal}` as Digest

/** The digest of what was fed to a streaming hash. */
export const digestOf = (hash: Hash): Digest => digestFrom(hash.digest('hex'))

const TAG = 'sha256:'
const LENGTH = TAG.length + 64

/** By character code: 1 for hexadecimal digits. */
const HEXADECIMAL = Uint8Array.from({ length: 128 }, (_, code) => (/[0-9a-f]/.test(String.fromCharCode(code)) ? 1 : 0))

/** Asked of every version at each rebuild, so without a branch for each digit, which no processor could foresee. */
export const isDigest = (text: unknown): text is Digest => {
  if (typeof text !== 'string' || text.length !== LENGTH || !text.startsWith(TAG)) return false
  let all = 1
  for (let at = TAG.length; at < LENGTH; at++) all &= HEXADECIMAL[text.charCodeAt(at)] ?? 0
  return all === 1
}

export const Digest = rule<Digest, string>('a digest: sha256: and 64 hexadecimal digits', isDigest)

const BYTES = 32

/** Writes the 32 bytes of a digest. */
export const writeDigest = (bytes: Uint8Array, at: number, digest: Digest): void => {
  for (let index = 0; index < BYTES; index++) {
    const place = TAG.length + 2 * index
    bytes[at + index] = (nibble(digest.charCodeAt(place)) << 4) | nibble(digest.charCodeAt(place + 1))
  }
}

/** Of `0` to `9` and `a` to `f`, without a branch: letters have the bit of 64. */
const nibble = (code: number): number => (code & 15) + 9 * (code >> 6)

/** The digest that these 32 bytes are. */
export const readDigest = ({ buffer, byteOffset }: Uint8Array, at: number): Digest =>
  digestFrom(Buffer.from(buffer, byteOffset + at, BYTES).toString('hex'))

/**
 * A UUID made from names (RFC 9562, version 5): the same parts always give the same id. The namespace is
 * this ledger's own.
 */
export const nameBasedUuid = (...parts: ReadonlyArray<string>): string => {
  const hex = hash('sha1', Buffer.concat([NAMESPACE, Buffer.from(JSON.stringify(parts))]))
  const variant = '89ab'[Number.parseInt(hex.charAt(16), 16) & 3]
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
const NAMESPACE = Buffer.from('6f1d2c54a9b04c1e8c3f5b7a90e4d213', 'hex')

/** SHA-256 over 0x00 and a text: the hash of a leaf, in the manner of RFC 6962. */
export const createLeafHash = (text: string): Digest => sha256(`\0${text}`)
