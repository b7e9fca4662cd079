/**
 * Old events stay as they were written. A type whose shape changed names the version it is written in now,
 * and a step from each older version to the next; readers take those steps on a parsed copy.
 */
import type { JsonObject } from '../values/json.js'

export interface Upcaster {
  /** The version written today. */
  readonly version: number
  /** `steps[0]` makes version 2 of version 1, and so on. */
  readonly steps: ReadonlyArray<(data: JsonObject) => JsonObject>
}

export type Upcasters = Readonly<Record<string, Upcaster>>

/** The data in today's version; `undefined` if it was written in a version from the future. */
export const upcast = (
  upcasters: Upcasters,
  type: string,
  version: number,
  data: JsonObject,
): JsonObject | undefined => {
  const { version: today, steps } = upcasters[type] ?? { version: 1, steps: [] }
  if (version > today) return undefined
  return steps.slice(version - 1).reduce((old, step) => step(old), data)
}
