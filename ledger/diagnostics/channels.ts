/**
 * What can be watched from outside: the tracing channels of `node:diagnostics_channel` on which a ledger publishes, and what
 * it says there. A message holds words of the library, numbers and the id of the ledger, and nothing that somebody gave:
 * no name, no actor, no reason, no metadata, no content, no path.
 */
import type { CommandType } from '../../domain/commands/catalogue.js'
import type { FileKind } from '../../domain/ports/file-store.js'
import type { Category } from '../../domain/values/stream-names.js'
import type { ErrorCategory } from '../calling/error-category.js'

/** The name of each channel, for `tracingChannel`. */
export const channels = {
  call: 'model-ledger:call',
  command: 'model-ledger:command',
  append: 'model-ledger:append',
  read: 'model-ledger:read',
  catchUp: 'model-ledger:catch-up',
  snapshot: 'model-ledger:snapshot',
  file: 'model-ledger:file',
} as const

/** What every message says. What is optional is there at the end: with `asyncEnd`, and of a call that answers at once with `end`. */
export interface Watched {
  /** The id of the ledger; `null` while it is not known. */
  readonly ledger: string | null
  /** Milliseconds. */
  readonly duration?: number
  /** Why it failed: the code, which is that of a `LedgerError` where there is one, and its category. */
  readonly error?: { readonly code: string; readonly category: ErrorCategory }
}

/** A method of a ledger was called. */
export interface CallMessage extends Watched {
  readonly method: string
}

/** A command was given: by a method, or by the ledger itself, which finishes what others left. */
export interface CommandMessage extends Watched {
  /** `MeanLink` is the ledger's own; `null` where what was given is no command. */
  readonly type: CommandType | 'MeanLink' | null
  /** Of its stream; not there where it was refused before that was known. */
  readonly category?: Category
  /** `repeated`: it was recorded before under its id. */
  readonly outcome?: 'changed' | 'unchanged' | 'repeated' | 'failed'
  /** How often it was decided: more than once where others wrote to its stream. */
  readonly attempts?: number
  /** Milliseconds of `duration` in each step, of all attempts together. */
  readonly steps?: {
    /** Until its stream's turn came, and between two attempts. */
    readonly queue: number
    /** Reading its stream, and waiting for the turn among processes. */
    readonly load: number
    /** Reading the facts of other streams. */
    readonly gather: number
    readonly decide: number
    /** In the store, with all that were decided with it. */
    readonly append: number
  }
  /** How many events it recorded, where it changed something. */
  readonly events?: number
  /** Of the last of them. */
  readonly position?: number
}

/** Events were appended to a stream: those of all commands that were decided together. */
export interface AppendMessage extends Watched {
  readonly category: Category | null
  readonly events: number
  /** Of their texts. */
  readonly bytes: number
  /** Of the last of them. */
  readonly position?: number
}

/** The event store was read. Time that whoever reads takes between two pages does not count. */
export interface ReadMessage extends Watched {
  readonly of: 'stream' | 'all' | 'head'
  /** Of the stream. */
  readonly category: Category | null
  readonly events?: number
  readonly pages?: number
}

/** A read model folded events: what it was behind, or all of them. */
export interface CatchUpMessage extends Watched {
  readonly readModels: ReadonlyArray<string>
  readonly cause: 'catch-up' | 'rebuild'
  /** Its checkpoint when it began. */
  readonly from: number
  /** The head of the store then; `null` the first time, when everything up to the end is read, wherever that is. */
  readonly to: number | null
  /** How many were folded. */
  readonly events?: number
}

/** A snapshot was read or kept. */
export interface SnapshotMessage extends Watched {
  readonly operation: 'load' | 'save'
  /** Of read models, or of the state of a long stream. */
  readonly of: 'read-models' | 'stream'
  /** Whether there was one to be read. */
  readonly found?: boolean
}

/** The file store was asked for something. */
export interface FileMessage extends Watched {
  readonly operation: 'put' | 'open' | 'has' | 'verify' | 'renew' | 'delete'
  readonly kind: FileKind
  /** Of what was put, read or verified. */
  readonly bytes?: number
}

export interface ChannelMessages {
  readonly call: CallMessage
  readonly command: CommandMessage
  readonly append: AppendMessage
  readonly read: ReadMessage
  readonly catchUp: CatchUpMessage
  readonly snapshot: SnapshotMessage
  readonly file: FileMessage
}
