/** The shape of every projection: what can be known from events, folded in place, one at a time, in their order. */

import type { DomainEvent, EventOf, EventType } from '../domain/events/catalogue.js'
import type { StoredEvent } from '../domain/ports/event-store.js'

/** Where an event stands, when and by whom. */
export interface EventContext {
  readonly stream: string
  readonly revision: number
  readonly position: number
  /** Milliseconds: the latest `recordedAt` up to here, for clocks step back and differ. */
  readonly time: number
  readonly actor: string
}

/** An event as the read side sees it: parsed once, its shape checked, for all projections. */
export interface ProjectedEvent<Event extends DomainEvent = DomainEvent> extends EventContext {
  readonly event: Event
  /** As the store keeps it. */
  readonly stored: StoredEvent
}

/** Its functions are methods, so that to the type checker projections of any states stand in one list. */
export interface Projection<State, Folded extends EventType = EventType> {
  readonly name: string
  /** Another version of the code that folds: snapshots of the former are thrown away. */
  readonly version: number
  /** The types of events that it folds; the state says nothing of what others tell. */
  readonly folds: ReadonlySet<Folded>
  initial(): State
  /** Updates the state in place; nobody else does. An event of a type that it does not fold changes nothing. */
  apply(state: State, projected: ProjectedEvent): void
  /** For a projection that notes events of types from the future too; the others pass over them. */
  applyUnknown?(state: State, recorded: EventContext, type: string): void
  /**
   * For a snapshot: plain data, maps and typed arrays, in parts, each of which is laid down in one go. They are
   * those of the moment of the call, whatever is applied while they are iterated.
   */
  save(state: State): Iterable<unknown>
  /** The state again, or `undefined` for something else. */
  load(parts: ReadonlyArray<unknown>): State | undefined
}

/** How a read model of the ledger is written: `apply` has to say of each type of event that is declared what it changes, and is given no other. */
export interface ReadModelDefinition<State, Folded extends EventType>
  extends Omit<Projection<State>, 'folds' | 'apply' | 'applyUnknown'> {
  readonly folds: ReadonlyArray<Folded>
  readonly apply: (state: State, projected: ProjectedEvent<EventOf<Folded>>) => void
  /** What is noted of every event before it is folded, of types from the future too. */
  readonly note?: (state: State, recorded: EventContext, type: string) => void
}

export const readModel = <State, Folded extends EventType>({
  folds,
  apply,
  note,
  ...rest
}: ReadModelDefinition<State, Folded>): Projection<State, Folded> => {
  const isFolded = isOfType(folds)
  const applyFolded = (state: State, projected: ProjectedEvent): void => {
    if (isFolded(projected)) apply(state, projected)
  }
  if (note === undefined) return { ...rest, folds: new Set(folds), apply: applyFolded }
  return {
    ...rest,
    folds: new Set(folds),
    apply: (state, projected) => {
      note(state, projected, projected.event.type)
      applyFolded(state, projected)
    },
    applyUnknown: note,
  }
}

/** Whether an event is of one of some types. */
export const isOfType = <Type extends EventType>(types: ReadonlyArray<Type>) => {
  const wanted: ReadonlySet<EventType> = new Set(types)
  return (projected: ProjectedEvent): projected is ProjectedEvent<EventOf<Type>> => wanted.has(projected.event.type)
}

/** Where a fold has named every event that it declares, so that the type checker finds one that it forgot. */
export const unfolded = (_: never): void => undefined
