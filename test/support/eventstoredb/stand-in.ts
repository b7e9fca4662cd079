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
import { type Cluster, Node } from './node.js'
import { type AppendFault, DEFAULTS, type ReadFault, type StandInOptions } from './options.js'

export type { AppendFault, ReadFault, StandInOptions } from './options.js'

export class StandIn implements Cluster {
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
