/**
 * The client, with three of its faults mended (all of 6.2.1, by its source and as observed; docs/adr/0004):
 * - its batched append keeps the pending appends of all clients of the process in one table. When any
 *   connection breaks, all of them are rejected, and a reply that comes later throws where nobody can catch
 *   it, which ends the process. Here an append is a call of its own, with a deadline that holds; many at once see `batch.ts`;
 * - in a cluster, a call that fails while the client looks for another node ends the process by an unhandled
 *   rejection if no node is found;
 * - `dispose` leaves the connection open.
 */
import { convertToCommandError, EventStoreDBClient, UnavailableError } from '@eventstore/db-client'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import streamServices from '@eventstore/db-client/generated/streams_grpc_pb.js'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import type { Connection } from './connection-string.js'

export type BatchCall = ReturnType<InstanceType<typeof streamServices.StreamsClient>['batchAppend']>

/** So many events of others the server looks through at a time, before it lets other reads have their turn. */
const SEARCH_WINDOW = 2000

export class LedgerClient extends EventStoreDBClient {
  private channel: { close(): void } | undefined
  private openedAt = 0
  private answeredAt = 0

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
      if (channel !== this.channel) this.openedAt = performance.now()
      this.channel = channel
      return channel
    }
  }

  /**
   * Leaves the connection if it is there for most of a time in which a call had no answer, and for most of that no other had one: the next
   * call opens another, in a cluster to whoever leads then. gRPC itself takes 20 s to find out that a connection is dead.
   */
  leaveSilent(ms: number): void {
    const now = performance.now()
    if (this.channel === undefined || now - this.openedAt < ms / 2 || now - this.answeredAt < ms / 2) return
    this.channel = undefined
    const silent = async (): Promise<never> => {
      throw new UnavailableError(undefined, 'no answer')
    }
    this.execute(streamServices.StreamsClient, 'leave', silent).catch(() => undefined)
  }

  /** Somebody is there. */
  noteAnswer(): void {
    this.answeredAt = performance.now()
  }

  /** Such as `23.10.1`; `unknown` for a server before 21.10. */
  async serverVersion(): Promise<string> {
    return (await this.capabilities).serverVersion
  }

  /**
   * The commit position of the last event before a place, or at the end, whose stream's name begins so. The server looks for it, which
   * sends nothing else: its protocol can, the client's own `readAll` cannot.
   */
  async lastBefore(
    commit: bigint | undefined,
    prefix: string,
    { patience, closing }: { readonly patience: number; readonly closing: AbortSignal },
  ): Promise<bigint | undefined> {
    const { AllOptions, FilterOptions, Position, ReadDirection, UUIDOption } = streams.ReadReq.Options
    const nothing = new shared.Empty()
    const all = new AllOptions()
    if (commit === undefined) all.setEnd(nothing)
    else all.setPosition(new Position().setCommitPosition(`${commit}`).setPreparePosition(`${commit}`))
    const named = new FilterOptions().setStreamIdentifier(new FilterOptions.Expression().setPrefixList([prefix]))
    const options = new streams.ReadReq.Options()
      .setAll(all)
      .setFilter(named.setMax(SEARCH_WINDOW).setCheckpointintervalmultiplier(1))
      .setCount('1')
      .setReadDirection(ReadDirection.BACKWARDS)
      .setUuidOption(new UUIDOption().setString(nothing))
    const request = new streams.ReadReq().setOptions(options)
    return this.execute(streamServices.StreamsClient, 'lastBefore', async (client) => {
      let found: bigint | undefined
      const read = client.read(request, ...this.callArguments({ requiresLeader: true, deadline: patience }))
      const cancel = (): void => read.cancel()
      closing.addEventListener('abort', cancel)
      read.on('data', (response: streams.ReadResp) => {
        const at = response.getEvent()?.getCommitPosition()
        if (at !== undefined) found = BigInt(at)
      })
      await new Promise<void>((resolve, reject) => {
        read.on('end', resolve)
        read.on('error', (error) => reject(convertToCommandError(error)))
      }).finally(() => closing.removeEventListener('abort', cancel))
      return found
    })
  }

  /** A call of BatchAppend, for as long as it is used. Not the client's own: the first fault above is in what it keeps of the answers. */
  batchAppend<A>(use: (call: BatchCall) => Promise<A>): Promise<A> {
    return this.execute(streamServices.StreamsClient, 'batchAppend', (client) =>
      use(client.batchAppend(...this.callArguments({ requiresLeader: true, deadline: Number.POSITIVE_INFINITY }))),
    )
  }

  /** Ends every call and closes the connection. */
  async disconnect(): Promise<void> {
    await this.dispose()
    this.channel?.close()
  }
}
