/** The shape of every projection: what can be known from events, folded in place, one at a time, in their order. */
import type { Position, StoredEvent } from '../domain/event-store.js'
import type { DomainEvent } from '../domain/events.js'

/** An event as the read side sees it: parsed once, its shape checked, for all projections. */
export interface Seen {
  readonly stream: string
  readonly revision: number
  readonly position: Position
  /** Milliseconds: the latest `recordedAt` up to here, for clocks step back and differ. */
  readonly time: number
  readonly event: DomainEvent
  /** As it is stored; its metadata is not parsed. */
  readonly stored: StoredEvent
}

export interface Projection<State> {
  readonly name: string
  /** Another version of the code that folds: snapshots of the former are thrown away. */
  readonly version: number
  readonly initial: () => State
  /** Updates the state in place; nobody else does. */
  readonly apply: (state: State, seen: Seen) => void
  /** What a snapshot holds: plain data, maps and typed arrays. */
  readonly save: (state: State) => unknown
  /** The state again, or `undefined` for something else. */
  readonly load: (saved: unknown) => State | undefined
}
