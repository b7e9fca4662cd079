/** How folding is watched from outside. */
import type * as E from 'fp-ts/lib/Either.js'
import type { Position } from '../../domain/ports/event-store.js'
import type { ReadError } from './read-error.js'

/** Events that there are to be folded, and why. */
export interface Folding {
  readonly cause: 'catch-up' | 'rebuild'
  /** The checkpoint when it begins, and the head of the store, where that was asked for. */
  readonly from: Position
  readonly to: Position | undefined
  /** How many were folded by now. */
  readonly events: () => number
}

/** Runs what folds, and answers what that answers. */
export type Observe = <A>(
  folding: Folding,
  fold: () => Promise<E.Either<ReadError, A>>,
) => Promise<E.Either<ReadError, A>>

export const unobserved: Observe = (_folding, fold) => fold()
