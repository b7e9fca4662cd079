/** What every question takes that answers in pages. */
import type * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type * as t from 'io-ts'
import { record, text, wholeNumber } from '../../domain/values/codec.js'
import { hasLength } from '../../domain/values/length.js'
import type { Steps } from '../../projections/registry/questions/in-steps.js'
import type { RegistryAsOf } from '../../projections/registry/questions/lookup.js'
import type { Checked, Stoppable } from '../calling/arguments.js'
import { checkedTask, type MomentFailure } from '../calling/failures.js'
import { inTurns } from '../calling/in-turns.js'
import { Signal } from '../calling/input.js'

export const Text = text('a text of at least one character', (value) => value.length > 0)

export const Words = text('words: a text that is not blank', (value) => /\S/u.test(value))

const LONGEST_WHERE = 10_000
export const WhereText = text(
  `conditions: a text of 1 to ${LONGEST_WHERE} code points, not blank`,
  (value) => /\S/u.test(value) && hasLength(value, 1, LONGEST_WHERE),
)

export const paging = { limit: wholeNumber('how many at most: 1, 2, 3, ...', 1), cursor: Text, signal: Signal }
export interface PageInput extends Stoppable {
  /** How many at most. */
  readonly limit?: number | undefined
  /** That of the page before. */
  readonly cursor?: string | undefined
}
export const PageInput: t.Type<Checked<PageInput>> = record('{limit?, cursor?}', {}, paging)

export interface ListInput extends PageInput {
  /** A pattern of the path: `*` for characters other than `/`, `**` for any, `?` for one. */
  readonly name?: string | undefined
}

/** A question that goes through what there is, each step in a turn of its own, and answers a page of it. */
export const listing =
  (asOf: TE.TaskEither<MomentFailure, RegistryAsOf>) =>
  <Input extends Checked<Stoppable>, Failure, A>(
    codec: t.Decoder<unknown, Input>,
    list: (at: RegistryAsOf, input: Omit<Input, 'signal'>) => Steps<E.Either<Failure, A>>,
    given: unknown = {},
  ): TE.TaskEither<MomentFailure | Failure, A> =>
    pipe(
      checkedTask(codec, given),
      TE.flatMap(({ signal, ...input }) =>
        pipe(
          asOf,
          TE.flatMap((at) => () => inTurns(list(at, input), signal)),
        ),
      ),
    )
