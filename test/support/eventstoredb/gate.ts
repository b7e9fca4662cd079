/** The TCP side of a stand-in node: connections that can be refused, frozen and cut, one or all. */
import { createServer, type Server, type Socket } from 'node:net'

export class Gate {
  private server: Server | undefined
  private readonly sockets = new Map<string, Socket>()
  private chosen = 0
  private frozen = false

  private readonly onConnection: (socket: Socket) => void

  constructor(onConnection: (socket: Socket) => void) {
    this.onConnection = onConnection
  }

  get port(): number {
    return this.chosen
  }

  get connections(): number {
    return this.sockets.size
  }

  /** Listens, always on the same port. */
  async accept(): Promise<void> {
    const server = createServer((socket) => {
      const peer = `${socket.remoteAddress}:${socket.remotePort}`
      this.sockets.set(peer, socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => this.sockets.delete(peer))
      if (this.frozen) socket.pause()
      else this.onConnection(socket)
    })
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
    this.cut()
    if (server !== undefined) await new Promise<void>((resolve) => server.close(() => resolve()))
  }

  /** Cuts the connection of one caller, or all. */
  cut(peer?: string): void {
    for (const [name, socket] of this.sockets) if (peer === undefined || peer === name) socket.destroy()
  }

  /** New connections are taken and never answered, as by a process that is stopped. */
  freeze(): void {
    this.frozen = true
    this.cut()
  }

  thaw(): void {
    this.frozen = false
    this.cut()
  }
}
