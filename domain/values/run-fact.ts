/** What other streams need to know of a run. */

import * as t from 'io-ts'
import { record } from './codec.js'
import { RunRef } from './references.js'
export interface RunFact {
  readonly group: string | null
  readonly finished: boolean
}

/** The run that is named as the maker, as it stood when it was named. */
export const NamedRun = record(
  'a run and whether it was finished',
  { ref: RunRef },
  /** Present and true where the run was finished before: late logging. */
  { finished: t.literal(true) },
)
export type NamedRun = t.TypeOf<typeof NamedRun>
