/** What a case of the file stores' contract is given, and what all of them use. */

import { createHash } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import type { FileKind, FileStore, StoredFile } from '../../domain/ports/file-store.js'
import { type Digest, digestFrom } from '../../domain/values/digest.js'
import { equal } from '../expectations.js'
import { gather, right } from '../results.js'

export type Damage = (store: FileStore, kind: FileKind, digest: Digest) => Promise<void>

export const unreachable: Damage = async () => undefined

export interface World {
  readonly store: FileStore
  /** Changes a byte of a stored file behind the store's back. */
  readonly damage: Damage
  /** Writes a file of the caller's. */
  readonly file: (bytes: Uint8Array) => Promise<string>
}

export const MIB = 1024 * 1024

export const digestOf = (bytes: Uint8Array): Digest => digestFrom(createHash('sha256').update(bytes).digest('hex'))

/** The digest of what is read; to compare whole megabytes takes `toEqual` seconds. */
export const contentOf = async (store: FileStore, kind: FileKind, digest: Digest): Promise<Digest> =>
  digestOf(Buffer.concat(await gather(right(await store.open(kind, digest)()))))

export const listed = async (store: FileStore, kind: FileKind) => (await gather(store.list(kind))).flat()

export async function* pieces(parts: ReadonlyArray<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* parts
}

export const sorted = (files: ReadonlyArray<StoredFile>) => files.map(({ digest, size }) => `${digest} ${size}`).sort()

export const aMinuteFromNow = () => new Date(Date.now() + 60_000)

/** Longer than the clocks of file systems tick. */
export const aMoment = () => new Promise((resolve) => setTimeout(resolve, 20))

/** The digests of all files of a store, each of which holds the bytes that its digest is of. */
export const wholeFiles = async (store: FileStore): Promise<ReadonlySet<Digest>> => {
  const digests: Digest[] = []
  for await (const page of store.list('file')) digests.push(...page.map(({ digest }) => digest))
  const torn = (await Promise.all(digests.map((digest) => store.verify('file', digest)()))).filter(E.isLeft)
  equal(torn, [])
  return new Set(digests)
}
