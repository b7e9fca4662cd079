/** The shape of every projection: what can be known from events, folded in place, one at a time, in their order. */

import type { DomainEvent } from '../domain/events/catalogue.js'
import type { Position } from '../domain/ports/event-store.js'

/** Where an event stands, when and by whom. */
export interface EventContext {
  readonly stream: string
  readonly revision: number
  readonly position: Position
  /** Milliseconds: the latest `recordedAt` up to here, for clocks step back and differ. */
  readonly time: number
  readonly actor: string
}

/** An event as the read side sees it: parsed once, its shape checked, for all projections. */
export interface ProjectedEvent extends EventContext {
  readonly event: DomainEvent
}

export interface Projection<State> {
  readonly name: string
  /** Another version of the code that folds: snapshots of the former are thrown away. */
  readonly version: number
  readonly initial: () => State
  /** Updates the state in place; nobody else does. */
  readonly apply: (state: State, seen: ProjectedEvent) => void
  /** For a projection that notes events of types from the future too; the others pass over them. */
  readonly applyUnknown?: (state: State, recorded: EventContext, type: string) => void
  /**
   * For a snapshot: plain data, maps and typed arrays, in parts, each of which is laid down in one go. They are
   * those of the moment of the call, whatever is applied while they are iterated.
   */
  readonly save: (state: State) => Iterable<unknown>
  /** The state again, or `undefined` for something else. */
  readonly load: (parts: ReadonlyArray<unknown>) => State | undefined
}
