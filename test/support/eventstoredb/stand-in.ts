/**
 * A stand-in for EventStoreDB, in this process, with switches for what goes wrong in a network.
 *
 * What it proves: what the adapter does, and that nothing is lost or doubled by it, when connections break,
 * replies vanish, servers stall and leaders change. Its answers follow the server's source (v23.10 to v26.1) and
 * what EventStoreDB 23.10.6 and KurrentDB 25.0.0 were seen to do: revision checks and idempotence, deletion, places in the
 * log, checkpoints, `$` events, links, errors and their trailers.
 * What it does not prove: anything about the server. It keeps nothing on a disk, its nodes share one log, so
 * replication and elections do not happen, and it knows only what the adapter uses.
 */
import { Log } from './log.js'
import { Node } from './node.js'

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
  /** More than one makes a cluster: found by gossip, one of them the leader, all on one log. */
  readonly nodes?: number
  /** Makes the server speak TLS, and ask for this user and, if `clientCertificate`, for a certificate too. */
  readonly secured?: {
    readonly key: Buffer
    readonly certificate: Buffer
    readonly login?: Login
    /** A user that the server knows, and that has no rights. */
    readonly powerless?: Login
    readonly clientCertificate?: boolean
  }
  readonly version?: string
  readonly maxAppendSize?: number
  /** An option of the server since 24.10.4, off unless told. */
  readonly maxAppendEventSize?: number
}

const DEFAULTS = { version: '23.10.6', maxAppendSize: 1024 * 1024, maxAppendEventSize: Number.POSITIVE_INFINITY }

export class StandIn {
  readonly log = new Log()
  readonly faults = { append: [] as AppendFault[], read: [] as ReadFault[], subscription: [] as ReadFault[] }
  /** How often each was called, how many subscriptions have ended, and how many events and checkpoints went out by them. */
  readonly seen = { append: 0, batchAppend: 0, read: 0, subscription: 0, ended: 0, pushed: 0, checkpoints: 0 }
  readonly nodes: ReadonlyArray<Node>
  leader = 0

  readonly options: StandInOptions & typeof DEFAULTS

  private constructor(options: StandInOptions) {
    this.options = { ...DEFAULTS, ...options }
    this.nodes = Array.from({ length: options.nodes ?? 1 }, (_, index) => new Node(this, index))
  }

  static async start(options: StandInOptions = {}): Promise<StandIn> {
    const standIn = new StandIn(options)
    await standIn.accept()
    return standIn
  }

  /** `esdb://127.0.0.1:port?tls=false`, or all hosts of a cluster. */
  connectionString(login = ''): string {
    const hosts = this.nodes.map(({ gate }) => `${this.host}:${gate.port}`)
    return `esdb://${login}${hosts.join(',')}?${this.options.secured === undefined ? 'tls=false' : 'tls=true'}`
  }

  get host(): string {
    return this.options.secured === undefined ? '127.0.0.1' : 'localhost'
  }

  async accept(): Promise<void> {
    await Promise.all(this.nodes.map(({ gate }) => gate.accept()))
  }

  async refuse(): Promise<void> {
    await Promise.all(this.nodes.map(({ gate }) => gate.refuse()))
  }

  cut(): void {
    for (const { gate } of this.nodes) gate.cut()
  }

  async stop(): Promise<void> {
    await this.refuse()
    for (const { server } of this.nodes) server.forceShutdown()
  }
}
