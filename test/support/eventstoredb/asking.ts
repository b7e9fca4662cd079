/** Asks a server, real or stand-in, over the client that the adapter uses, and says in few words what it answers. */
import { randomUUID } from 'node:crypto'
import {
  ANY,
  BACKWARDS,
  convertToCommandError,
  END,
  FORWARDS,
  isCommandError,
  NO_STREAM,
  type Position,
  START,
  STREAM_EXISTS,
  streamNameFilter,
  WrongExpectedVersionError,
} from '@eventstore/db-client'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import { LedgerClient } from '../../../adapters/eventstoredb/client.js'
import type { Connection } from '../../../adapters/eventstoredb/connection-string.js'
import { isError, messageOf } from '../../../domain/values/built-ins.js'
import { nameBasedUuid } from '../../../domain/values/digest.js'

/** What an append expects: nothing, anything, or a last revision. */
export type Expecting = 'none' | 'some' | number

/** How many bytes the data and the metadata of an event have on the wire. */
export interface Sizes {
  readonly data?: number
  readonly metadata?: number
}

/** One append of a batch, to the stream of the question with this number. */
export interface Batched extends Sizes {
  readonly to: number
  readonly expecting: 'none' | number
  readonly letters: string
}

interface From {
  readonly backwards?: boolean
  /** The end or the start unless told. */
  readonly from?: number
  readonly count?: number
}

/** For one question: a stream that nobody has written to, and what can be done with it. */
export class Asking {
  /** What all streams of this question begin with. */
  readonly prefix = `probe.${randomUUID().replaceAll('-', '')}:`
  readonly stream = `${this.prefix}stream-1`
  readonly connection: Connection
  private readonly client: LedgerClient

  constructor(connection: Connection, client: LedgerClient) {
    this.connection = connection
    this.client = client
  }

  /** The version of the server, such as `23.10.6.0`. */
  version(): Promise<string> {
    return this.client.serverVersion()
  }

  /** Appends one event for each letter, which stands for its id. */
  append(expecting: Expecting, letters: string, sizes: Sizes = {}, stream = this.stream): Promise<string> {
    const { data = 2, metadata = 2 } = sizes
    const events = [...letters].map((letter) => ({
      id: this.idOf(letter),
      type: 'Asked',
      contentType: 'application/json' as const,
      data: { toJSON: () => sized(data) },
      metadata: { toJSON: () => sized(metadata) },
    }))
    return said(async () => {
      const { nextExpectedRevision } = await this.client.appendToStream(stream, events, {
        expectedRevision: expected(expecting),
        requiresLeader: true,
      })
      return `at ${nextExpectedRevision}`
    })
  }

  /** Appends by one call of BatchAppend, of which none waits for another; the answers in the order of the appends. */
  batch(appends: ReadonlyArray<Batched>): Promise<string> {
    return said(() =>
      this.client.batchAppend(async (call) => {
        const answers = new Map<string, string>()
        await new Promise<void>((resolve, reject) => {
          call.on('error', (error) => reject(convertToCommandError(error)))
          call.on('data', (answer: streams.BatchAppendResp) => {
            const revision = answer.getSuccess()?.getCurrentRevision()
            const told = revision === undefined ? (answer.getError()?.getMessage() ?? 'nothing') : `at ${revision}`
            answers.set(answer.getCorrelationId()?.getString() ?? '', told)
            if (answers.size === appends.length) resolve()
          })
          for (const [index, append] of appends.entries()) call.write(this.request(append, correlationId(index)))
        }).finally(() => call.cancel())
        return appends.map((_append, index) => answers.get(correlationId(index))).join('; ')
      }),
    )
  }

  private request({ to, expecting, letters, data = 2, metadata = 2 }: Batched, id: string): streams.BatchAppendReq {
    const name = Buffer.from(`${this.prefix}stream-${to}`).toString('base64')
    const options = new streams.BatchAppendReq.Options()
    options.setStreamIdentifier(new shared.StreamIdentifier().setStreamName(name))
    if (expecting === 'none') options.setNoStream(new shared.Empty())
    else options.setStreamPosition(`${expecting}`)
    const messages = [...letters].map((letter) => {
      const message = new streams.BatchAppendReq.ProposedMessage().setId(new shared.UUID().setString(this.idOf(letter)))
      message.getMetadataMap().set('type', 'Asked').set('content-type', 'application/json')
      return message
        .setData(Buffer.from(JSON.stringify(sized(data))))
        .setCustomMetadata(Buffer.from(JSON.stringify(sized(metadata))))
    })
    return new streams.BatchAppendReq()
      .setCorrelationId(new shared.UUID().setString(id))
      .setOptions(options)
      .setProposedMessagesList(messages)
      .setIsFinal(true)
  }

  private idOf(letter: string): string {
    return nameBasedUuid(this.prefix, letter)
  }

  /** The revisions that a read of a stream gives. */
  read({ backwards = false, from, count = 100 }: From = {}, stream = this.stream): Promise<string> {
    return said(async () => {
      const revisions: string[] = []
      const read = this.client.readStream(stream, {
        direction: backwards ? BACKWARDS : FORWARDS,
        fromRevision: from === undefined ? (backwards ? END : START) : BigInt(from),
        maxCount: count,
        requiresLeader: true,
      })
      for await (const { event } of read) revisions.push(`${event?.revision}`)
      return revisions.join(' ') || 'nothing'
    })
  }

  /** The types that a read of `$all` gives of this question, and whether there were others. */
  readAll({ backwards = false, from, count = 1 }: Omit<From, 'from'> & { readonly from: Position }): Promise<string> {
    return said(async () => {
      const events: string[] = []
      const direction = backwards ? BACKWARDS : FORWARDS
      for await (const { event } of this.client.readAll({
        direction,
        fromPosition: from,
        maxCount: count,
        requiresLeader: true,
      }))
        events.push(event?.streamId === this.stream ? `${event.revision}` : 'another')
      return events.join(' ') || 'nothing'
    })
  }

  /** Deletes the stream, for good by a tombstone, if its last revision is this one. */
  remove(how: 'soft' | 'for good', last?: number): Promise<string> {
    const options = { requiresLeader: true, expectedRevision: last === undefined ? ANY : BigInt(last) } as const
    return said(async () => {
      if (how === 'soft') await this.client.deleteStream(this.stream, options)
      else await this.client.tombstoneStream(this.stream, options)
      return 'done'
    })
  }

  /** What the metadata of the stream say of hidden events. */
  limits(): Promise<string> {
    return said(async () => {
      const { metadata } = await this.client.getStreamMetadata(this.stream, { requiresLeader: true })
      const { truncateBefore: tb, maxCount } = metadata ?? {}
      const whole = typeof tb === 'number' && tb >= 2 ** 63
      const said = [
        tb === undefined ? '' : `$tb ${whole ? '2^63-1' : tb}`,
        maxCount === undefined ? '' : `$maxCount ${maxCount}`,
      ]
      return said.filter((text) => text !== '').join(' ') || 'none'
    })
  }

  /** Writes the metadata of the stream. */
  limit(limits: { readonly truncateBefore?: number; readonly maxCount?: number }): Promise<string> {
    return said(async () => {
      const last = await this.read({ backwards: true, count: 1 }, `$$${this.stream}`)
      const expectedRevision = /^\d+$/.test(last) ? BigInt(last) : NO_STREAM
      await this.client.setStreamMetadata(this.stream, limits, { expectedRevision, requiresLeader: true })
      return 'done'
    })
  }

  /** Whether the events of these letters stand in `$all` in this order, whatever their streams. */
  async order(letters: string): Promise<string> {
    const { ids } = await this.followed()
    return ids.join() === [...letters].map((letter) => this.idOf(letter)).join() ? 'in order' : 'in another order'
  }

  /** What a filtered subscription to `$all` is told until it has caught up. Revisions stand for events of this question. */
  follow(from?: Position): Promise<string> {
    return said(async () => (await this.followed(from)).told.join(' '))
  }

  /** The same, with the places of events and of checkpoints. */
  async followed(from?: Position): Promise<{
    readonly told: ReadonlyArray<string>
    readonly events: ReadonlyArray<Position>
    readonly revisions: ReadonlyArray<bigint>
    readonly checkpoints: ReadonlyArray<Position>
    readonly ids: ReadonlyArray<string>
  }> {
    const [told, events, checkpoints]: [string[], Position[], Position[]] = [[], [], []]
    const revisions: bigint[] = []
    const ids: string[] = []
    const filter = streamNameFilter({
      prefixes: [this.prefix],
      checkpointInterval: 1,
      checkpointReached: (_subscription, position) => void checkpoints.push(position),
    })
    const subscription = this.client.subscribeToAll({ fromPosition: from ?? START, filter, requiresLeader: true })
    try {
      await new Promise<void>((resolve, reject) => {
        subscription.on('confirmation', () => told.push('confirmed'))
        subscription.on('error', reject)
        subscription.on('data', ({ event }) => {
          if (event?.streamId === this.stream) told.push(event.type === 'Asked' ? `${event.revision}` : event.type)
          if (event === undefined) return
          events.push(event.position)
          revisions.push(event.revision)
          ids.push(event.id)
        })
        // Heard before the events in front of it are handed on.
        subscription.on('caughtUp', () => setImmediate(resolve))
      })
    } finally {
      await subscription.unsubscribe()
    }
    return { told: [...told, 'caught up'], events, revisions, checkpoints, ids }
  }

  /** As somebody else: what a read of `$all` says. */
  async readAllAs(login: { readonly username: string; readonly password: string } | undefined): Promise<string> {
    const { login: _own, ...connection } = this.connection
    const client = new LedgerClient(login === undefined ? connection : { ...connection, login })
    const answer = await said(async () => {
      for await (const _event of client.readAll({ maxCount: 1 }));
      return 'taken'
    })
    await client.disconnect()
    return answer
  }
}

const correlationId = (index: number): string => `00000000-0000-4000-8000-${`${index}`.padStart(12, '0')}`

/** A JSON text of so many bytes. */
const sized = (bytes: number): unknown => (bytes === 2 ? {} : 'x'.repeat(bytes - 2))

const expected = (expecting: Expecting) =>
  expecting === 'none' ? NO_STREAM : expecting === 'some' ? STREAM_EXISTS : BigInt(expecting)

const said = async (ask: () => Promise<string>): Promise<string> => {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof WrongExpectedVersionError) {
      const { actualVersion: actual } = error
      return `conflict, ${typeof actual === 'bigint' ? `last is ${actual}` : 'no stream'}`
    }
    if (!isError(error) || !isCommandError(error) || error.type === 'unknown') return messageOf(error)
    return error.code === undefined ? error.type : `${error.type} (${error.code})`
  }
}
