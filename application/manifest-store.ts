/** Manifests in the file store: each text once, under its digest. Keeps those last used at hand. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { LRUCache } from 'lru-cache'
import { type FileStore, type FileStoreError, FileStoreFailure } from '../domain/ports/file-store.js'
import { type Digest, isDigest, sha256 } from '../domain/values/digest.js'
import {
  type Manifest,
  type ManifestSummary,
  manifestText,
  parseManifest,
  summarise,
} from '../domain/values/manifest/manifest.js'

export interface ManifestStore {
  /** Stores a manifest; durable when it answers. */
  readonly put: (manifest: Manifest) => TE.TaskEither<FileStoreError, ManifestSummary>
  /** The manifest under a digest. Its text is checked against the digest, and every line of it. */
  readonly get: (digest: Digest) => TE.TaskEither<FileStoreError, Manifest>
  /** Sees that the files of a manifest are there and are not collected for some hours; `file-missing` if one is not. */
  readonly keepFiles: (digest: Digest) => TE.TaskEither<FileStoreError, void>
  /** What an event would say of it; `file-missing` if it was never stored. */
  readonly summary: (digest: Digest) => TE.TaskEither<FileStoreError, ManifestSummary>
}

/** How many manifests are kept at hand, and as many summaries; and how many entries of manifests. */
const MANIFESTS_KEPT = 10_000
const ENTRIES_KEPT = 200_000

export const manifestStore = (files: FileStore): ManifestStore => {
  // By `maxSize`, since for a `max` the cache takes the room of all at once: half a megabyte, and 2 ms of each opening.
  const kept = new LRUCache<Digest, Manifest>({
    maxSize: ENTRIES_KEPT,
    sizeCalculation: ({ length }) => length + ENTRIES_KEPT / MANIFESTS_KEPT,
  })
  const summaries = new LRUCache<Digest, ManifestSummary>({ maxSize: MANIFESTS_KEPT, sizeCalculation: () => 1 })

  const keep = (digest: Digest, manifest: Manifest): ManifestSummary => {
    kept.set(digest, manifest)
    const summary = summarise(manifest, digest)
    summaries.set(digest, summary)
    return summary
  }

  const read = (digest: Digest): TE.TaskEither<FileStoreError, Manifest> =>
    pipe(
      files.open('manifest', digest),
      TE.flatMap((bytes) => TE.tryCatch(() => collect(bytes), asFileStoreError)),
      TE.flatMapEither((bytes): E.Either<FileStoreError, Manifest> => {
        // Of the bytes: what is no UTF-8 has the text of something else.
        const found = sha256(bytes)
        return found === digest
          ? pipe(
              parseManifest(bytes.toString('utf8')),
              E.mapLeft((reason) => ({ _tag: 'file-store-failed', operation: `read the manifest ${digest}`, reason })),
            )
          : E.left({ _tag: 'file-damaged', digest, found, size: bytes.length })
      }),
    )

  const get = (digest: Digest): TE.TaskEither<FileStoreError, Manifest> => {
    const present = kept.get(digest)
    return present !== undefined
      ? TE.right(present)
      : pipe(
          read(digest),
          TE.tapIO((manifest) => () => keep(digest, manifest)),
        )
  }

  return {
    put: (manifest) =>
      pipe(
        files.put('manifest', { bytes: Buffer.from(manifestText(manifest)) }),
        TE.map(({ digest }) => keep(digest, manifest)),
      ),
    get,
    keepFiles: (digest) => async () => {
      const manifest = await get(digest)()
      if (E.isLeft(manifest)) return manifest
      const renewed = await files.renew(storedIn(manifest.right))()
      if (E.isLeft(renewed)) return renewed
      const [missing] = renewed.right
      return missing === undefined ? E.right(undefined) : E.left({ _tag: 'file-missing', digest: missing })
    },
    summary: (digest) => {
      const known = summaries.get(digest)
      return known !== undefined
        ? TE.right(known)
        : pipe(
            get(digest),
            TE.map((manifest) => summarise(manifest, digest)),
          )
    },
  }
}

/** What of a manifest is in the file store, each once; references are kept elsewhere. */
const storedIn = (manifest: Manifest): ReadonlySet<Digest> => {
  const digests = new Set<Digest>()
  for (const { digest, reference } of manifest) if (reference === undefined && isDigest(digest)) digests.add(digest)
  return digests
}

const collect = async (chunks: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}

const asFileStoreError = (cause: unknown): FileStoreError =>
  cause instanceof FileStoreFailure
    ? cause.error
    : { _tag: 'file-store-failed', operation: 'read a manifest', reason: String(cause) }
