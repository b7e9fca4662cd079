/** When a loss can be accepted. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { about, type Decision, type ReadonlyState, type RecordedBy } from '../values/decider.js'
import type { LossCommandWithFacts } from './commands.js'
import type { LossEvent } from './events.js'
import type { LossesState } from './state.js'

/** Nothing is missing that was noted; `accepted` is the last loss that was accepted, if there was one. */
export type LossRejection = { readonly _tag: 'nothing-lost'; readonly accepted: RecordedBy | null }

export const decide =
  ({ lossFact: loss }: LossCommandWithFacts) =>
  ({ accepted }: ReadonlyState<LossesState>): E.Either<LossRejection, Decision<LossEvent>> =>
    pipe(
      loss === undefined
        ? E.left({ _tag: 'nothing-lost' as const, accepted: accepted && { by: accepted.by, at: accepted.at } })
        : E.right([{ type: 'LossAccepted' as const, ...loss }]),
      about({}),
    )
