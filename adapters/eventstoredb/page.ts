/** One bounded read of the client, and what it may hold at a time. */
import type { AllStreamRecordedEvent, RecordedEvent, StreamingRead } from '@eventstore/db-client'
import { EventStoreError, type StoredEvent } from '../../domain/ports/event-store.js'
import { CallTimeout } from './failure.js'
import { CLOSED, type Session } from './session.js'

export type Page = ReadonlyArray<StoredEvent>

/** A page ends when its texts exceed this, so that pages of large events stay small too. */
const PAGE_LENGTH = 4 * 1024 * 1024

export class PageBuilder {
  readonly events: StoredEvent[] = []
  private length = 0

  /** Whether there is room for more. */
  add(event: StoredEvent): boolean {
    this.events.push(event)
    this.length += event.data.length + event.metadata.length
    return this.length < PAGE_LENGTH
  }
}

/**
 * Hands on what the client reads until the server ends it or `take` has enough, and says which, and how many
 * came. The client reads without a deadline: this rejects with `CallTimeout` when nothing came for a while, with
 * `closed` when the store is closed, and with whatever goes wrong.
 */
export const consume = <R extends RecordedEvent | AllStreamRecordedEvent>(
  read: StreamingRead<{ readonly event?: R }>,
  { closing, timeout }: Session,
  take: (recorded: R) => boolean,
): Promise<{ readonly ended: boolean; readonly count: number }> =>
  new Promise((resolve, reject) => {
    let count = 0
    const finish = (how: () => void) => {
      clearTimeout(timer)
      closing.removeEventListener('abort', onClose)
      read.removeAllListeners('data')
      // Not awaited: it waits for a connection, where there is none yet. Later errors are of no interest.
      read.cancel().catch(() => undefined)
      how()
    }
    const timer = setTimeout(() => finish(() => reject(new CallTimeout(timeout))), timeout)
    const onClose = () => finish(() => reject(new EventStoreError('closed', CLOSED)))
    closing.addEventListener('abort', onClose)
    read.on('error', (error) => finish(() => reject(error)))
    read.on('end', () => finish(() => resolve({ ended: true, count })))
    read.on('data', ({ event }) => {
      timer.refresh()
      count += 1
      try {
        if (event !== undefined && !take(event)) finish(() => resolve({ ended: false, count }))
      } catch (error) {
        finish(() => reject(error))
      }
    })
  })
