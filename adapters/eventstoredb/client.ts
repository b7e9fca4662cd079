/**
 * The client, with three of its faults mended (all of 6.2.1, by its source and as observed; docs/adr/0004):
 * - its batched append keeps the pending appends of all clients of the process in one table. When any
 *   connection breaks, all of them are rejected, and a reply that comes later throws where nobody can catch
 *   it, which ends the process. Here every append is a call of its own, with a deadline that holds;
 * - in a cluster, a call that fails while the client looks for another node ends the process by an unhandled
 *   rejection if no node is found;
 * - `dispose` leaves the connection open.
 */
import { EventStoreDBClient } from '@eventstore/db-client'
import type { Connection } from './connection-string.js'

export class LedgerClient extends EventStoreDBClient {
  private channel: { close(): void } | undefined

  constructor({ settings, channel, login }: Connection) {
    // The three overloads of the constructor take one kind of settings each.
    if ('discover' in settings) super(settings, channel, login)
    else if ('endpoints' in settings) super(settings, channel, login)
    else super(settings, channel, login)

    const { handleError, getChannel } = this
    this.supports = async () => false
    this.handleError = (client, error) => handleError(client, error).catch(() => undefined)
    this.getChannel = async () => {
      const channel = await getChannel()
      this.channel = channel
      return channel
    }
  }

  /** Such as `23.10.1`; `unknown` for a server before 21.10. */
  async serverVersion(): Promise<string> {
    return (await this.capabilities).serverVersion
  }

  /** Ends every call and closes the connection. */
  async disconnect(): Promise<void> {
    await this.dispose()
    this.channel?.close()
  }
}
