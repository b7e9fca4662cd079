/** What a stand-in is like, and what goes wrong in it. */

/** What happens to one append. Each fault is used up by one call. */
export type AppendFault =
  | 'none'
  | 'drop-before-commit'
  | 'drop-after-commit'
  | 'swallow-request'
  | 'swallow-reply'
  | 'commit-timeout'
  | 'not-leader'
  | 'not-ready'
  | 'wrong-expected'
  /** Somebody soft-deletes the stream just before. */
  | 'delete-before-commit'
  | { readonly slow: number }
  /** The first message says where to append, each of the others is an event. */
  | { readonly dropAfterMessages: number }

/** What happens to one read or one subscription. `after` counts the events that get through before. */
export type ReadFault =
  | 'not-leader'
  | { readonly drop: 'connection' | 'call'; readonly after: number }
  | { readonly silent: true; readonly after: number }
  /** Each event is sent twice. */
  | 'duplicate'

export interface Login {
  readonly username: string
  readonly password: string
}

export interface StandInOptions {
  /** More than one makes a cluster: found by gossip, each with a log of its own, one of them the leader. */
  readonly nodes?: number
  /**
   * How long it takes, in ms, until another leads when a leader is gone: half of it nobody has noticed, half of it none
   * is there. Unless told, leaders change only when `leader` is set, at once.
   */
  readonly electionTime?: number
  /** How long a leader waits for a majority of the nodes to have what was appended, in ms. */
  readonly commitTimeout?: number
  /** Makes the server speak TLS, and ask for this user and, if `clientCertificate`, for a certificate too. */
  readonly secured?: {
    readonly key: Buffer
    readonly certificate: Buffer
    readonly login?: Login
    /** A user that the server knows, and that has no rights. */
    readonly powerless?: Login
    readonly clientCertificate?: boolean
  }
  /** How long the server takes to write, in ms, before it answers: however many appends are on their way, as one flush takes many. */
  readonly latency?: number
  readonly version?: string
  readonly maxAppendSize?: number
  /** An option of the server since 24.10.4, off unless told. */
  readonly maxAppendEventSize?: number
}

export const DEFAULTS = {
  electionTime: 0,
  commitTimeout: 2000,
  latency: 0,
  version: '23.10.6',
  maxAppendSize: 1024 * 1024,
  maxAppendEventSize: Number.POSITIVE_INFINITY,
}
