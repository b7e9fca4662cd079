/** What a projector holds: the states of its projections, and up to where. */
import type { Position } from '../../domain/ports/event-store.js'
import type { EventContext, ProjectedEvent, Projection } from '../../projections/projection.js'
import type { PositionTimes } from '../../projections/storage/position-times.js'

/** What the projections know, and up to where. */
export interface Known<States> {
  readonly states: States
  readonly moments: PositionTimes
  readonly checkpoint: Position
}

/** How far a read model is, and what it could not read. */
export interface Progress {
  readonly checkpoint: Position
  readonly head: Position
  /** Events applied since the model was opened. */
  readonly applied: number
  /** Event types from the future, and how many of each were passed over. */
  readonly unknown: ReadonlyMap<string, number>
  /**
   * Why a snapshot could not be read or kept, until one is kept again. No answer is the worse for it; an opening
   * takes longer.
   */
  readonly snapshotProblem: string | null
}

export type Projections<States> = { readonly [K in keyof States]: Projection<States[K]> }

export interface Model<States> extends Known<States> {
  checkpoint: Position
  /** The event at the checkpoint and the position before it, by which a snapshot is held against its store. */
  readonly last: { id: string; after: Position }
  /** Events in the state; how many of them were applied since the model was opened; how many a snapshot holds. */
  events: number
  applied: number
  kept: number
  readonly unknown: Map<string, number>
}

/** What each projection does with an event, and with one of a type from the future. */
export type Folds = ReadonlyArray<{
  readonly known: (seen: ProjectedEvent) => void
  readonly unknown: (recorded: EventContext, type: string) => void
}>
