import type { Metrics } from '../../../domain/run/commands.js'
import type { JsonObject } from '../../../domain/values/json.js'
import type { RunOutcome } from '../../../domain/values/names.js'
import type { Moment } from './errors.js'

export interface RunDetails {
  readonly path: string
  readonly started: Moment
  readonly actor: string
  readonly group: string | null
  readonly jobType: string | null
  readonly config: JsonObject | null
  readonly metrics: Metrics
  /** `null` while it runs. */
  readonly outcome: RunOutcome | null
  readonly used: ReadonlyArray<{ readonly version: string; readonly through: string | null }>
  /** The versions of which it is a producer; those of which it brought a part are in `lineage`. */
  readonly logged: ReadonlyArray<string>
}
