/**
 * The TCP side of a stand-in node: connections that can be refused, frozen and cut, one or all. It stands in front of
 * the server and hands on what comes, so that what was sent to a frozen one lies there until it goes on, as in a kernel.
 */
import { connect, createServer, type Server, type Socket } from 'node:net'

export class Gate {
  private server: Server | undefined
  /** By the address that the server behind sees. */
  private readonly pairs = new Map<string, readonly [outer: Socket, inner: Socket]>()
  private readonly outers = new Set<Socket>()
  private chosen = 0
  /** How many connections were ever made. */
  made = 0
  private frozen = false

  private wake = (): void => undefined
  private thawing = Promise.resolve()
  private readonly behind: () => number

  /** @param behind the port of the server */
  constructor(behind: () => number) {
    this.behind = behind
  }

  get port(): number {
    return this.chosen
  }

  get connections(): number {
    return this.outers.size
  }

  get isOpen(): boolean {
    return this.server !== undefined
  }

  get isFrozen(): boolean {
    return this.frozen
  }

  /** Listens, always on the same port. */
  async accept(): Promise<void> {
    if (this.server !== undefined) return
    const server = createServer((outer) => this.join(outer))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.chosen, '127.0.0.1', resolve)
    })
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('the stand-in has no port')
    this.chosen = address.port
    this.server = server
  }

  /** Cuts every connection and refuses new ones, as a machine whose server is gone. */
  async refuse(): Promise<void> {
    const { server } = this
    this.server = undefined
    this.frozen = false
    this.wake()
    this.cut()
    if (server !== undefined) await new Promise<void>((resolve) => server.close(() => resolve()))
  }

  /** Cuts the connection of one caller, or all. */
  cut(peer?: string): void {
    if (peer !== undefined) this.pairs.get(peer)?.[0].destroy()
    else for (const outer of this.outers) outer.destroy()
  }

  /** Connections stay, new ones are taken, and nothing is answered, as by a process that is stopped. */
  freeze(): void {
    if (this.frozen) return
    this.frozen = true
    this.thawing = new Promise((resolve) => {
      this.wake = resolve
    })
    for (const [outer, inner] of this.pairs.values()) {
      outer.unpipe(inner).pause()
      inner.unpipe(outer).pause()
    }
  }

  /** Goes on with what has come meanwhile. */
  thaw(): void {
    this.frozen = false
    this.wake()
    for (const [outer, inner] of this.pairs.values()) {
      outer.pipe(inner)
      inner.pipe(outer)
    }
  }

  /** Resolves when it is not frozen. */
  thawed(): Promise<void> {
    return this.thawing
  }

  private join(outer: Socket): void {
    const inner = connect(this.behind(), '127.0.0.1')
    let peer = ''
    this.outers.add(outer)
    this.made += 1
    for (const [one, other] of [
      [outer, inner],
      [inner, outer],
    ] as const) {
      one.setNoDelay(true)
      one.on('error', () => one.destroy())
      one.on('close', () => {
        other.destroy()
        this.outers.delete(outer)
        this.pairs.delete(peer)
      })
    }
    outer.pause()
    inner.once('connect', () => {
      peer = `${inner.localAddress}:${inner.localPort}`
      this.pairs.set(peer, [outer, inner])
      if (this.frozen) return
      outer.pipe(inner)
      inner.pipe(outer)
    })
  }
}
