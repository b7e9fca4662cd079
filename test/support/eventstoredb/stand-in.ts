/**
 * A stand-in for EventStoreDB, in this process, with switches for what goes wrong in a network.
 *
 * What it proves: what the adapter does, and that nothing is lost or doubled by it, when connections break,
 * replies vanish, servers stall and leaders change. Its answers follow the server's source (v23.10 to v26.1) and
 * what EventStoreDB 23.10.6 and KurrentDB 25.0.0 were seen to do: revision checks and idempotence, deletion, places in the
 * log, checkpoints, `$` events, links, errors and their trailers.
 * What it does not prove: anything about the server. It keeps nothing on a disk, its
 * nodes agree without a network between them, and it knows only what the adapter uses.
 */
import { Log } from './log.js'
import { type Cluster, Node } from './node.js'
import { type AppendFault, DEFAULTS, type ReadFault, type StandInOptions } from './options.js'

export type { AppendFault, ReadFault, StandInOptions } from './options.js'

export class StandIn implements Cluster {
  readonly faults = { append: [] as AppendFault[], read: [] as ReadFault[], subscription: [] as ReadFault[] }
  /** How often each was called, how many appends came in batches, how many events reads gave, how many subscriptions have ended, and how many events and checkpoints went out by them. */
  readonly seen = {
    ...{ append: 0, batchAppend: 0, batched: 0 },
    ...{ read: 0, sent: 0, subscription: 0, ended: 0, pushed: 0, checkpoints: 0 },
  }
  readonly nodes: ReadonlyArray<Node>
  readonly options: StandInOptions & typeof DEFAULTS

  private elected: number | undefined = 0
  /** Where the log is that counts. */
  private latest = 0
  private readonly timers = new Set<NodeJS.Timeout>()

  private constructor(options: StandInOptions) {
    this.options = { ...DEFAULTS, ...options }
    const log = new Log()
    this.nodes = Array.from({ length: options.nodes ?? 1 }, (_, index) => new Node(this, index, log))
    this.lead(0)
  }

  static async start(options: StandInOptions = {}): Promise<StandIn> {
    const standIn = new StandIn(options)
    await Promise.all(standIn.nodes.map((node) => node.listen()))
    return standIn
  }

  /** The log of the leader, or of the last one. */
  get log(): Log {
    return (this.nodes[this.latest] ?? expectNode()).log
  }

  /** Who leads, as all but a node that is cut off know; `undefined` while they have none. */
  get leader(): number | undefined {
    return this.elected
  }

  /** Changes it at once, without an election. */
  set leader(index: number | undefined) {
    if (index === undefined) this.resigned()
    else this.lead(index)
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
    for (const timer of this.timers) clearTimeout(timer)
    await this.refuse()
    for (const { server } of this.nodes) server.forceShutdown()
  }

  /** What the leader wrote goes to all that it reaches; what a majority has may be read. Nobody follows one that was followed by another. */
  replicate(leader: Node): void {
    if (leader.index !== this.elected) return
    const reached = this.nodes.filter((node) => node !== leader && node.isUp && leader.isUp)
    const agreeing = [leader, ...reached.filter((node) => node.catchUp(leader.log))]
    if (agreeing.length <= this.nodes.length / 2) return
    for (const { log } of agreeing) log.readable = log.all.length
  }

  /** A node is gone from the others: if it led, they notice, and elect another. */
  lost(node: Node): void {
    const { electionTime } = this.options
    if (node.index !== this.elected || electionTime === 0) return
    this.later(electionTime / 2, () => {
      if (this.elected !== node.index || (node.isUp && node.leads)) return
      this.elected = undefined
      // One that is frozen cannot notice.
      if (!node.gate.isFrozen) node.leads = false
      this.later(electionTime / 2, () => this.elect())
    })
  }

  /** A node is there again: it follows whoever leads, or there are enough now to elect one. */
  found(node: Node): void {
    const { electionTime } = this.options
    const leader = this.nodes[this.elected ?? -1]
    if (leader !== node) node.leads = false
    else if (electionTime === 0) node.leads = true
    if (leader !== undefined) this.replicate(leader)
    else this.later(electionTime / 2, () => this.elect())
  }

  private elect(): void {
    const there = this.nodes.filter(({ isUp }) => isUp)
    if (this.elected !== undefined || there.length <= this.nodes.length / 2) return
    const [best] = there.sort(
      (one, other) => other.log.epoch - one.log.epoch || other.log.all.length - one.log.all.length,
    )
    if (best !== undefined) this.lead(best.index)
  }

  private lead(index: number): void {
    const before = this.resigned()
    const leader = this.nodes[index] ?? expectNode()
    this.elected = index
    this.latest = index
    leader.leads = true
    if (before !== leader) leader.log.begin(leader.log.epoch + 1)
  }

  /** Nobody leads any more; but one that cannot hear of it believes that it does. */
  private resigned(): Node | undefined {
    const before = this.nodes[this.elected ?? -1]
    if (before?.isUp === true || before?.gate.isOpen === false) before.leads = false
    this.elected = undefined
    return before
  }

  private later(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      act()
    }, ms)
    this.timers.add(timer)
  }
}

const expectNode = (): never => {
  throw new Error('the stand-in has no such node')
}
