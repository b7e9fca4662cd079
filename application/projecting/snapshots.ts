/** What stands in a snapshot, and when one is worth its keeping. */
import type { Position } from '../../domain/ports/event-store.js'
import type { Model } from './model.js'

/** A snapshot costs as much as applying about a third of its events again, so it has to spare some of that. */
export const WORTH_WHILE_RUNNING = { events: 100_000, share: 1 / 4 }
export const WORTH_AT_CLOSE = { events: 1000, share: 1 / 50 }

/** The first part of a snapshot; another version of this is another format. */
export interface Head {
  readonly versions: string
  readonly checkpoint: Position
  readonly last: Model<unknown>['last']
  readonly events: number
  readonly unknown: Map<string, number>
  readonly moments: ReadonlyArray<Float64Array>
}
/** The others: of which projection, and what it holds. */
export type Part = readonly [projection: number, part: unknown]
export const SNAPSHOT_FORMAT = 2

export const isHead = (part: unknown): part is Head =>
  typeof part === 'object' &&
  part !== null &&
  typeof Reflect.get(part, 'versions') === 'string' &&
  typeof Reflect.get(part, 'checkpoint') === 'number' &&
  typeof Reflect.get(part, 'events') === 'number' &&
  Reflect.get(part, 'unknown') instanceof Map &&
  areColumnsOfTimes(Reflect.get(part, 'moments'))

const areColumnsOfTimes = (value: unknown): value is Head['moments'] =>
  Array.isArray(value) && value.every((column) => column instanceof Float64Array)
