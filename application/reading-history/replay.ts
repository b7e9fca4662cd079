/** Replay: going through the history event by event, each with what it changed and the registry as of it. */
import * as E from 'fp-ts/lib/Either.js'
import type { Observable } from 'rxjs'
import { decodeEvent, type RecordedEvent } from '../../domain/events/stored-events.js'
import type { Order } from '../../projections/audit/filter.js'
import { type AuditLine, auditLine } from '../../projections/audit/line.js'
import { type AuditPorts, eventsOf } from './events-of.js'
import type { AuditFilter } from './history.js'
import { observed } from './observed.js'

export interface ReplayStep<View> {
  /** `null` for an event of a type that this software does not know. */
  readonly event: RecordedEvent | null
  /** Who did what and why, and what it was before and is after. */
  readonly change: AuditLine
  /** The registry as of this event: after the command that it is of. */
  readonly view: View
}

/** How fast: `full` speed, one step each so many milliseconds, or the recorded time so many times as fast. */
export type Pace =
  | 'full'
  | { readonly every: number }
  | {
      readonly factor: number
      /** The longest pause, in milliseconds, however long nothing happened. */
      readonly longest?: number
    }

export interface ReplayQuery extends AuditFilter {
  /** Up to this position, which is included. */
  readonly until: number
  /** `ascending` unless told; `descending` goes backwards. */
  readonly order?: Order
  readonly pace?: Pace
}

export interface ReplayPorts<View> extends AuditPorts {
  /** The registry as of a position. */
  readonly view: (position: number) => View
  /** Waits so many milliseconds, however many, or until the signal aborts. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>
}

/**
 * The events behind one position up to another, one at a time: the next is read when it is asked for. `signal` ends the iteration, a pause included. Rejects with an `EventStoreError` where the
 * store cannot be read or an event is damaged.
 */
export async function* replay<View>(
  ports: ReplayPorts<View>,
  { order = 'ascending', pace = 'full', ...filter }: ReplayQuery,
  signal: AbortSignal = new AbortController().signal,
): AsyncGenerator<ReplayStep<View>> {
  let before: AuditLine | undefined
  for await (const stored of eventsOf(ports, filter, order, filter.until)) {
    const change = auditLine(stored, ports.positionTimes)
    const pause = before === undefined ? 0 : pauseOf(pace, before, change)
    if (pause > 0) await ports.sleep(pause, signal)
    if (signal.aborted) return
    before = change
    const event = decodeEvent(stored)
    yield { event: E.isRight(event) ? event.right : null, change, view: ports.view(stored.position) }
  }
}

const pauseOf = (pace: Pace, before: AuditLine, next: AuditLine): number => {
  if (pace === 'full') return 0
  if ('every' in pace) return pace.every
  const passed = Math.abs(Date.parse(next.time) - Date.parse(before.time))
  return Math.min(passed / pace.factor, pace.longest ?? Infinity)
}

/**
 * The same as an Observable: each subscriber has its own replay, which stops reading when it unsubscribes. Observables
 * do not wait for their subscribers: whoever takes longer over a step than the pace leaves iterates `replay` instead.
 */
export const replayed = <View>(ports: ReplayPorts<View>, query: ReplayQuery): Observable<ReplayStep<View>> =>
  observed((signal) => replay(ports, query, signal))
