/** What is different in the registry between two moments. */
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { readDiffMoments } from '../../application/reading-history/diff-moments.js'
import type { MomentsDiff } from '../../projections/registry/questions/diff-moments.js'
import type { Stoppable } from '../calling/arguments.js'
import type { AsOf, When } from '../calling/as-of.js'
import { answer, checkedTaskIfGiven, fromStore, type MomentFailure } from '../calling/failures.js'
import { inTurns } from '../calling/in-turns.js'
import { Stopping } from '../calling/input.js'

export interface DiffMoments {
  /** What is different in the registry between two moments. */
  readonly diffMoments: (from: When, to?: When, options?: Stoppable) => Promise<MomentsDiff>
}

export const diffMomentsOf = (asOf: (when?: When) => TE.TaskEither<MomentFailure, AsOf>): DiffMoments => ({
  diffMoments: (from, to, options) =>
    answer(
      'diffMoments',
      pipe(
        TE.Do,
        TE.bind('stopping', () => checkedTaskIfGiven(Stopping, options)),
        TE.bindW('one', () => asOf(from)),
        TE.bindW('other', () => asOf(to)),
        TE.flatMap(({ stopping, one, other }) =>
          TE.Functor.map(
            fromStore(() => readDiffMoments(other, one.position, other.position)),
            (steps) => ({ steps, signal: stopping?.signal }),
          ),
        ),
        TE.flatMapTask(
          ({ steps, signal }) =>
            () =>
              inTurns(steps, signal),
        ),
      ),
    ),
})
