/** How far the answers are: waited for, folded anew, and told. */
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Progress } from '../application/projecting/model.js'
import type { Projector } from '../application/projecting/projector.js'
import type { ReadError } from '../application/projecting/read-error.js'
import { toPosition } from '../domain/ports/event-store.js'
import { milliseconds, wholeNumber } from '../domain/values/codec.js'
import type { ReadModels } from '../projections/read-models.js'
import type { Stoppable } from './calling/arguments.js'
import { answer, checkedTask, checkedTaskIfGiven } from './calling/failures.js'
import { Listener, Stopping } from './calling/input.js'
import { assertGoingOn } from './calling/stopping.js'
import type { OwnProjections } from './own-projections.js'

export interface CatchingUp {
  /**
   * Waits until the answers hold a position: that of a receipt, also of another instance. Rejects with `not-reached`
   * after `deadline` milliseconds, 30,000 unless told, or with `unavailable` if the store cannot be asked then.
   */
  readonly waitFor: (position: number, deadline?: number, options?: Stoppable) => Promise<void>
  /**
   * Builds everything that can be asked from the events again, beside the present state, and then takes its place: the ledger's own, of
   * which `onProgress` is told, then each of `projections`. Aborted, what was not built to its end stays what it was.
   */
  readonly rebuild: (onProgress?: (progress: Progress) => void, options?: Stoppable) => Promise<LedgerProgress>
  /** How far the answers are, and what could not be read. */
  readonly progress: (options?: Stoppable) => Promise<LedgerProgress>
}

/** How far the ledger's own read models are, and by name those of `projections`, each of which goes on when it is asked. */
export interface LedgerProgress extends Progress {
  readonly projections: Readonly<Record<string, Progress>>
}

const Place = wholeNumber('a position: that of a receipt')

export const catchingUp = (model: Projector<ReadModels>, own: OwnProjections): CatchingUp => ({
  waitFor: (position, deadline, options) =>
    answer(
      'waitFor',
      pipe(
        TE.Do,
        TE.tap(() => checkedTask(Place, position)),
        TE.bind('within', () => checkedTaskIfGiven(milliseconds, deadline)),
        TE.bind('stopping', () => checkedTaskIfGiven(Stopping, options)),
        TE.flatMap(({ within, stopping }) => model.waitFor(position, within, stopping?.signal)),
        // A slow one holds up nobody but who asks it.
        TE.map(() => own.noteOwnWrite(toPosition(position))),
      ),
    ),
  rebuild: (onProgress, options) =>
    answer(
      'rebuild',
      pipe(
        checkedTaskIfGiven(Listener, onProgress),
        TE.flatMap(() => checkedTaskIfGiven(Stopping, options)),
        TE.flatMap((stopping) => rebuilt(model, own, onProgress, stopping?.signal)),
      ),
    ),
  progress: (options) =>
    answer(
      'progress',
      pipe(
        checkedTaskIfGiven(Stopping, options),
        TE.flatMap(() => model.progress()),
        TE.flatMap((ours) => TE.Functor.map(own.progress, (projections) => ({ ...ours, projections }))),
      ),
    ),
})

/** Both, in this order, until the signal aborts: then it rejects, of which nobody hears. */
const rebuilt = (
  model: Projector<ReadModels>,
  own: OwnProjections,
  onProgress: ((progress: Progress) => void) | undefined,
  signal: AbortSignal | undefined,
): TE.TaskEither<ReadError, LedgerProgress> =>
  pipe(
    model.rebuild((progress) => {
      assertGoingOn(signal)
      onProgress?.(progress)
    }),
    TE.flatMap(() => own.rebuild(() => assertGoingOn(signal))),
    TE.flatMap((projections) => TE.Functor.map(model.progress(), (ours) => ({ ...ours, projections }))),
  )
