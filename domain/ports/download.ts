/** Why the files of a version could not be written into a directory. */

import type { PathCollision } from '../values/manifest/path.js'
import type { StoreClosed } from './event-store.js'
import type { FileStoreError } from './file-store.js'
import type { InsideALedger } from './inside-a-ledger.js'

/** Why a download was refused, or could not be done. */
export type DownloadError =
  /** Nothing was written. */
  | { readonly _tag: 'illegal-entry'; readonly path: string; readonly expected: string }
  /** The target cannot hold both. Nothing was written. */
  | { readonly _tag: 'paths-collide'; readonly collisions: ReadonlyArray<PathCollision> }
  /** Something in the target that is no file where a file belongs, or no directory where one belongs. */
  | { readonly _tag: 'in-the-way'; readonly path: string; readonly found: string }
  /** The target, or a part of it, is a ledger's own. Nothing was written. */
  | InsideALedger
  /** There is a file with other content, or one that is executable and should not be, or the other way round. */
  | { readonly _tag: 'target-differs'; readonly path: string }
  /** The file store did not give the file. */
  | { readonly _tag: 'file-unavailable'; readonly path: string; readonly error: FileStoreError }
  | { readonly _tag: 'target-failed'; readonly path: string; readonly reason: string; readonly code?: string }
  /** While it was under way. What is complete stays. */
  | StoreClosed
  | { readonly _tag: 'aborted' }

/** How far long work is. */
export type OnMaintenance = (progress: {
  readonly filesDone: number
  readonly files: number
  readonly bytesDone: number
  readonly bytes: number
}) => void
