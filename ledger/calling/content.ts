/** What a version is to hold, as a caller names it. */
import type { Table } from '../../domain/values/table/table.js'

interface Under {
  /** Its path inside the version. */
  readonly as: string
}

interface OfMode extends Under {
  /** Whether its owner may execute it, which local files say themselves; not unless told. */
  readonly executable?: boolean | undefined
}

/**
 * Something that a version is to hold. A plain string is a local file or directory. A stream is listened
 * to from the moment it is given, and let go (destroyed, cancelled) when the call ends, however that is.
 */
export type ContentItem =
  | string
  | {
      /** The path of a file on this machine. */
      readonly file: string
      /** Its path inside the version; its own name unless told. */
      readonly as?: string | undefined
    }
  | {
      /** The path of a directory on this machine: everything below it. */
      readonly directory: string
      /** What stands before the paths inside the version; nothing unless told. */
      readonly as?: string | undefined
    }
  | (OfMode & {
      /** Copied in the call: of much, give a file or a stream. */
      readonly bytes: string | Uint8Array
    })
  | (OfMode & {
      /** Read to its end, once. */
      readonly stream: AsyncIterable<Uint8Array>
    })
  | (Under & {
      /** Kept as W&B keeps a table; `as` ends with `.table.json`. Copied in the call, and at most 64 MiB of text. */
      readonly table: Table
    })
  | (Under & {
      /** A URI. Nothing is fetched. */
      readonly reference: string
      /** What identifies its content: `sha256:…`, `md5:…` or `etag:…`; without it the URI itself, the weakest. */
      readonly digest?: string | undefined
      /** In bytes. */
      readonly size?: number | undefined
      /** Of what a store keeps in versions. */
      readonly versionId?: string | undefined
    })

/** One thing, or a list of them: a plain path is enough. */
export type Content = ContentItem | ReadonlyArray<ContentItem>

/** What a call that stores content may say of all of it. */
export interface Storing {
  /**
   * Patterns of what to leave out, as in a `.gitignore`: of paths below a directory that is given, and of the names of files that
   * are. They count for more than those of a `.ledgerignore` in a directory, which are held to without being asked.
   */
  readonly exclude?: ReadonlyArray<string> | undefined
  /** What becomes of symbolic links below a directory: content is what they lead to, or they are left out. Followed unless told. */
  readonly links?: 'follow' | 'skip' | undefined
  /** Called now and then while content is stored. */
  readonly onProgress?: OnProgress | undefined
}

/** Called now and then while content is stored. */
export type OnProgress = (progress: {
  readonly path: string
  readonly bytesDone: number
  readonly filesDone: number
}) => void
