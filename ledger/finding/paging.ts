/** What every question takes that answers in pages. */
import type * as t from 'io-ts'
import { record, text, wholeNumber } from '../../domain/values/codec.js'
import { hasLength } from '../../domain/values/length.js'
import type { BadCursor } from '../../projections/paging/cursor.js'
import { describeQueryError, type QueryError } from '../../projections/registry/questions/errors.js'
import type { Checked } from '../calling/arguments.js'
import { orThrow } from '../calling/errors.js'

export const Text = text('a text of at least one character', (value) => value.length > 0)

export const Words = text('words: a text that is not blank', (value) => /\S/u.test(value))

const LONGEST_WHERE = 10_000
export const WhereText = text(
  `conditions: a text of 1 to ${LONGEST_WHERE} code points, not blank`,
  (value) => /\S/u.test(value) && hasLength(value, 1, LONGEST_WHERE),
)

export const paging = { limit: wholeNumber('how many at most: 1, 2, 3, ...', 1), cursor: Text }
export interface PageInput {
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

export const answered = orThrow((error: QueryError | BadCursor) =>
  error._tag === 'bad-cursor' ? `the cursor: expected ${error.expected}` : describeQueryError(error),
)
