/** What a projector holds: the states of its projections, and up to where. */
import { ORIGIN, type Position, type StoredEvent } from '../../domain/ports/event-store.js'
import type { Projection } from '../../projections/projection.js'
import { noPositionTimes, type PositionTimes } from '../../projections/storage/position-times.js'
import { noSteps, type Steps } from '../../projections/storage/steps.js'
import type { ProjectionFailed } from './read-error.js'

/** What the projections know, and up to where. */
export interface Known<States> {
  readonly states: States
  readonly positionTimes: PositionTimes
  readonly steps: Steps
  readonly checkpoint: Position
}

/** How far a read model is, and what it could not read. */
export interface Progress {
  readonly checkpoint: Position
  readonly head: Position
  /** Events applied since the model was opened. */
  readonly applied: number
  /** Event types from the future, and how many of each were passed over. */
  readonly unknownEvents: Readonly<Record<string, number>>
  /**
   * Why a snapshot could not be read or kept, until one is kept again. No answer is the worse for it; an opening
   * takes longer.
   */
  readonly snapshotProblem: string | null
  /** Where it stopped, and why, if a projection threw; `null` while none did. */
  readonly failure: ProjectionFailed | null
}

export type Projections<States> = { readonly [K in keyof States]: Projection<States[K]> }

export interface Model<States> extends Known<States> {
  checkpoint: Position
  /** The event at the checkpoint and the position before it, by which a snapshot is held against its store. */
  readonly last: { event: StoredEvent | undefined; after: Position }
  /** Events in the state; how many of them were applied since the model was opened; how many a snapshot holds. */
  events: number
  applied: number
  kept: number
  readonly unknown: Map<string, number>
  /** What was thrown in the midst of an event, so that the states are of no more use. */
  failure: ProjectionFailed | null
}

export const keysOf = <States extends object>(projections: Projections<States>): ReadonlyArray<keyof States> =>
  Object.keys(projections) as Array<keyof States>

export const emptyModel = <States extends object>(projections: Projections<States>): Model<States> => ({
  // Each key with the state of its own projection, which no type of a mapped object can say.
  states: Object.fromEntries(keysOf(projections).map((key) => [key, projections[key].initial()])) as States,
  positionTimes: noPositionTimes(),
  steps: noSteps(),
  checkpoint: ORIGIN,
  last: { event: undefined, after: ORIGIN },
  events: 0,
  applied: 0,
  kept: 0,
  unknown: new Map(),
  failure: null,
})

export const progressOf = (
  { checkpoint, applied, unknown, failure }: Model<unknown>,
  head: Position,
  snapshotProblem: string | null,
): Progress => ({ checkpoint, head, applied, unknownEvents: Object.fromEntries(unknown), snapshotProblem, failure })
