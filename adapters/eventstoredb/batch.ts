/**
 * Many appends by one call, BatchAppend. The server takes the requests of a call one after another, and writes in that order, whatever
 * their streams (docs/adr/0004): so many may be on their way.
 */
import { randomUUID } from 'node:crypto'
import { convertToCommandError } from '@eventstore/db-client'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import { type Append, revisionAfter } from '../../domain/ports/event-store.js'
import type { BatchCall } from './client.js'
import { type Session, withTimeout } from './session.js'
import { toWire, type WireEvent } from './wire.js'

/** So many are on their way at most, and so many bytes. */
const MOST_APPENDS = 128
const MOST_BYTES = 1024 * 1024
const NONE = { appends: 0, bytes: 0 }

/**
 * Sends them, and waits for all answers. Rejects when one is not acknowledged as it was meant, nobody answers, or the store is closed: then
 * nobody knows how many were written, from the first on.
 */
export const sendInOrder = (session: Session, appends: AsyncIterable<Append>): Promise<void> =>
  session.client.batchAppend(async (call) => {
    const batch = new Batch(session, call)
    try {
      for await (const append of appends) await batch.send(append)
      await batch.until(NONE)
    } finally {
      // Not by its end, after which the server would wait for an answer that it has given.
      call.cancel()
    }
  })

interface Sent {
  readonly revision: number
  readonly bytes: number
}

class Batch {
  private readonly session: Session
  private readonly call: BatchCall
  private readonly sent = new Map<string, Sent>()
  /** Of those that were sent and not answered. */
  private bytes = 0
  /** The largest append and the largest event that were acknowledged, in bytes. */
  private readonly largest = { append: 0, event: 0 }
  private failure: unknown
  private wake = (): void => undefined

  constructor(session: Session, call: BatchCall) {
    this.session = session
    this.call = call
    call.on('data', (answer) => this.take(answer))
    call.on('error', (error) => this.fail(convertToCommandError(error)))
    call.on('end', () => this.fail(new Error('the server ended the call')))
  }

  /** One that is larger than those before, which the server may refuse for that, is alone on its way: nothing may be written behind it. */
  async send({ stream, expected, events }: Append): Promise<void> {
    const wire = events.map(toWire)
    const append = wire.reduce((sum, { bytes }) => sum + bytes, 0)
    const event = Math.max(...wire.map(({ bytes }) => bytes))
    const isLarger = append > this.largest.append || event > this.largest.event
    await this.until(isLarger ? NONE : { appends: MOST_APPENDS - 1, bytes: MOST_BYTES - append })

    const id = randomUUID()
    this.sent.set(id, { revision: revisionAfter(expected, events.length), bytes: append })
    this.bytes += append
    const options = new streams.BatchAppendReq.Options().setStreamIdentifier(
      new shared.StreamIdentifier().setStreamName(Buffer.from(this.session.prefix + stream).toString('base64')),
    )
    if (expected === 'none') options.setNoStream(new shared.Empty())
    else options.setStreamPosition(`${expected}`)
    const request = new streams.BatchAppendReq()
      .setCorrelationId(new shared.UUID().setString(id))
      .setOptions(options)
      .setProposedMessagesList(wire.map(proposed))
      .setIsFinal(true)
    this.call.write(request)

    if (!isLarger) return
    await this.until(NONE)
    this.largest.append = Math.max(this.largest.append, append)
    this.largest.event = Math.max(this.largest.event, event)
  }

  /** Waits until no more than that is on its way, for as long as the server may be silent. */
  async until(most: { readonly appends: number; readonly bytes: number }): Promise<void> {
    const { timeout, closing } = this.session
    for (;;) {
      if (this.failure !== undefined) throw this.failure
      if (this.sent.size <= most.appends && this.bytes <= most.bytes) return
      await withTimeout(timeout, new Promise<void>((resolve) => (this.wake = resolve)), closing)
    }
  }

  private take(answer: streams.BatchAppendResp): void {
    const id = answer.getCorrelationId()?.getString() ?? ''
    const sent = this.sent.get(id)
    const revision = answer.getSuccess()?.getCurrentRevision()
    if (sent === undefined || revision !== `${sent.revision}`) {
      this.fail(new Error(answer.getError()?.getMessage() ?? `an append went on at revision ${revision}`))
      return
    }
    this.sent.delete(id)
    this.bytes -= sent.bytes
    this.wake()
  }

  private fail(error: unknown): void {
    this.failure ??= error
    this.wake()
  }
}

const proposed = ({ event: { id, type, contentType, data, metadata } }: WireEvent) => {
  const message = new streams.BatchAppendReq.ProposedMessage()
    .setId(new shared.UUID().setString(id))
    .setData(Buffer.from(JSON.stringify(data)))
    .setCustomMetadata(Buffer.from(JSON.stringify(metadata)))
  message.getMetadataMap().set('type', type).set('content-type', contentType)
  return message
}
