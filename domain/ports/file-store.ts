/**
 * The port to the place where bytes are kept: files of artifact versions and the texts of manifests, each
 * once, under the digest of its content.
 */

import type * as TE from 'fp-ts/lib/TaskEither.js'
import { knownAcrossCopies } from '../values/across-copies.js'
import type { Digest } from '../values/digest.js'
import { type BadClock, describeBadClock } from './clock-and-ids.js'
import type { StoreClosed } from './event-store.js'
import type { LedgerId } from './ledger-id.js'

/** A file that is stored. */
export interface StoredFile {
  readonly digest: Digest
  /** In bytes. */
  readonly size: number
}

/** From the byte `start` on, counted from 0, up to `end` and without it, as `slice` has it. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** What a `put` left that never came to its end. */
export interface Unfinished {
  /** In bytes. */
  readonly size: number
  readonly since: Date
}

/**
 * Files and manifests live apart, because garbage collection deletes files and never manifests.
 */
export type FileKind = 'file' | 'manifest'

/** Why a file store could not do it. */
export type FileStoreError =
  | { readonly _tag: 'file-missing'; readonly digest: Digest }
  /** The stored bytes do not have the digest under which they are kept. */
  | { readonly _tag: 'file-damaged'; readonly digest: Digest; readonly found: Digest; readonly size: number }
  /** The bytes offered could not be read, or not as many came as were promised. Nothing was stored. */
  | { readonly _tag: 'source-failed'; readonly reason: string }
  | StoreClosed
  /** What is stored cannot be dated. */
  | BadClock
  /** They belong to other ledgers, and nobody said that they are shared. `own` is the id of the ledger that asked. */
  | {
      readonly _tag: 'files-of-another-ledger'
      readonly own: LedgerId | undefined
      readonly ledgers: ReadonlyArray<LedgerId>
    }
  /** The store could not do it: no space, no permission, gone. Nothing was lost. */
  | { readonly _tag: 'file-store-failed'; readonly operation: string; readonly reason: string; readonly code?: string }

/** Bytes on their way in: a file of the caller's, or bytes made by the caller. */
export type FileSource =
  | { readonly path: string }
  | { readonly bytes: Uint8Array }
  | { readonly stream: AsyncIterable<Uint8Array> }

/** Called now and then with the bytes done so far of one `put`. */
export type Progress = (bytesDone: number) => void

/** So long after its last `put` a file is not collected, whether something names it or not: something may be about to. */
export const COLLECTED_AFTER_MS = 24 * 3600 * 1000

/** Where files are kept, each under the digest of its bytes. */
export interface FileStore {
  /**
   * Stores bytes under their SHA-256 and is durable when it answers. Bytes that are already there, and whole, are not
   * written again, but their time of last `put` is renewed; damaged ones are replaced. Never holds a whole file in memory; never
   * links to the caller's own file.
   */
  readonly put: (kind: FileKind, source: FileSource, progress?: Progress) => TE.TaskEither<FileStoreError, StoredFile>

  /**
   * The stored bytes, or a range of them, streamed. The iteration rejects with a `FileStoreFailure` if reading fails half-way, or
   * if there are fewer bytes than the range wants.
   */
  readonly open: (
    kind: FileKind,
    digest: Digest,
    range?: ByteRange,
  ) => TE.TaskEither<FileStoreError, AsyncIterable<Uint8Array>>

  /** The size of what is stored under a digest, if it is there. */
  readonly has: (kind: FileKind, digest: Digest) => TE.TaskEither<FileStoreError, StoredFile | undefined>

  /** Reads the stored bytes again and compares them with their digest. */
  readonly verify: (kind: FileKind, digest: Digest) => TE.TaskEither<FileStoreError, StoredFile>

  /** Everything stored of a kind, in pages, in no promised order. */
  readonly list: (kind: FileKind) => AsyncIterable<ReadonlyArray<StoredFile & { readonly lastPut: Date }>>

  /**
   * Sees that files are there and are not collected for some hours: those that were put some hours ago are dated
   * anew, as by another `put`. Answers those that are not there.
   */
  readonly renew: (digests: Iterable<Digest>) => TE.TaskEither<FileStoreError, ReadonlyArray<Digest>>

  /**
   * What is no file yet: it is being written, or was by a process that died. The size of each, and since when it lies there.
   * What has lain for a day (`COLLECTED_AFTER_MS`) goes by itself when the store is opened to be written.
   */
  readonly unfinished: () => TE.TaskEither<FileStoreError, ReadonlyArray<Unfinished>>

  /** What the time is by the clock that dates every `put`. */
  readonly now: () => TE.TaskEither<FileStoreError, Date>

  /** Deletes one file, if its last `put` is not after `unlessPutSince`; answers whether it was deleted. Only garbage collection calls this; manifests are never deleted. */
  readonly delete: (digest: Digest, unlessPutSince: Date) => TE.TaskEither<FileStoreError, boolean>

  /**
   * The ledgers to which its files belong: none before the first use, one, or several that share it; `undefined` where
   * none was ever entered: it is new, or its files are from before ledgers had ids.
   */
  readonly ledgers: () => TE.TaskEither<FileStoreError, ReadonlyArray<LedgerId> | undefined>

  /** Enters a ledger among them, durably. Entering it twice is harmless. */
  readonly addLedger: (ledger: LedgerId) => TE.TaskEither<FileStoreError, void>

  /** Takes a ledger away from among them. */
  readonly removeLedger: (ledger: LedgerId) => TE.TaskEither<FileStoreError, void>

  /**
   * Waits for the calls under way, until `signal` aborts if one is given: then they are answered `closed` too, and leave
   * nothing behind. Iterations that were begun reject with it at their next step. Closing twice is harmless.
   */
  readonly close: (signal?: AbortSignal) => Promise<void>
}

/** What an iteration of the file store rejects with. */
export class FileStoreFailure extends Error {
  static {
    knownAcrossCopies(FileStoreFailure, 'FileStoreFailure')
  }
  override readonly name = 'FileStoreFailure'
  readonly error: FileStoreError
  constructor(error: FileStoreError, options?: ErrorOptions) {
    super(describeFileStoreError(error), options)
    this.error = error
  }
}

export const describeFileStoreError = (error: FileStoreError): string => {
  switch (error._tag) {
    case 'file-missing':
      return `no file is stored under ${error.digest}`
    case 'file-damaged':
      return `the file stored under ${error.digest} now has the digest ${error.found} (${error.size} bytes): it was changed or damaged on disk`
    case 'source-failed':
      return `the bytes to be stored could not be read: ${error.reason}`
    case 'closed':
      return error.reason
    case 'bad-clock':
      return describeBadClock(error)
    case 'files-of-another-ledger':
      return `the files belong to ${error.ledgers.length === 0 ? 'a ledger from before ledgers had ids' : `the ledger ${error.ledgers.join(' and ')}`}, and this is ${error.own ?? 'one without an id'}: give it a file store of its own, or open each with sharedFiles, and then none collects garbage; a ledger that uses the files no more is taken out of the folder ledgers/`
    case 'file-store-failed':
      return `the file store could not ${error.operation}: ${error.reason}`
  }
}
