/** What stands in a snapshot, and how a model is made of one. */

import { isEventType } from '../../domain/events/event-shapes.js'
import type { Position } from '../../domain/ports/event-store.js'
import { isFloat64Array, isMap } from '../../domain/values/built-ins.js'
import { toArray } from '../../domain/values/columns.js'
import { copySteps, isSteps, type Steps } from '../../projections/storage/steps.js'
import { emptyModel, keysOf, type Model, type Projections } from './model.js'

/** The first part of a snapshot; another version of this is another format. */
interface Head {
  readonly versions: string
  readonly checkpoint: Position
  readonly last: Model<unknown>['last']
  readonly events: number
  readonly unknown: Map<string, number>
  readonly moments: ReadonlyArray<Float64Array>
  readonly steps: Steps
}
/** The others: of which projection, and what it holds. */
type Part = readonly [projection: number, part: unknown]
const SNAPSHOT_FORMAT = 3

const isHead = (part: unknown): part is Head =>
  typeof part === 'object' &&
  part !== null &&
  typeof Reflect.get(part, 'versions') === 'string' &&
  typeof Reflect.get(part, 'checkpoint') === 'number' &&
  typeof Reflect.get(part, 'events') === 'number' &&
  isMap(Reflect.get(part, 'unknown')) &&
  areColumnsOfTimes(Reflect.get(part, 'moments')) &&
  isSteps(Reflect.get(part, 'steps'))

const areColumnsOfTimes = (value: unknown): value is Head['moments'] =>
  Array.isArray(value) && value.every((column) => isFloat64Array(column))

/** Of the code that folds; snapshots of another are thrown away. */
const versionsOf = <States extends object>(projections: Projections<States>): string =>
  [SNAPSHOT_FORMAT, ...keysOf(projections).map((key) => projections[key].version)].join('+')

/** The parts of a snapshot: those of the moment of the call, whatever is applied while they are written. */
export const encodeSnapshot = <States extends object>(
  projections: Projections<States>,
  { states, positionTimes, steps, checkpoint, last, events, unknown }: Model<States>,
): Iterable<unknown> => {
  const head: Head = {
    versions: versionsOf(projections),
    checkpoint,
    last: { ...last },
    events,
    unknown: new Map(unknown),
    moments: [positionTimes.times, positionTimes.firsts, positionTimes.lasts].map((list) => new Float64Array(list)),
    steps: copySteps(steps),
  }
  const all = keysOf(projections).map((key) => projections[key].save(states[key]))
  return (function* (): Iterable<Head | Part> {
    yield head
    for (const [index, parts] of all.entries()) for (const part of parts) yield [index, part]
  })()
}

/** The model again; `undefined` for a snapshot of other code, or of none. */
export const decodeSnapshot = <States extends object>(
  projections: Projections<States>,
  [head, ...parts]: ReadonlyArray<unknown>,
): Model<States> | undefined => {
  if (!isHead(head) || head.versions !== versionsOf(projections)) return undefined
  const { checkpoint, last, events, unknown, steps } = head
  // What was passed over then can be read now.
  if ([...unknown.keys()].some(isEventType)) return undefined
  const [times, firsts, lasts] = head.moments.map(toArray)
  if (times === undefined || firsts === undefined || lasts === undefined) return undefined
  const positionTimes = { times, firsts, lasts }
  const model = { ...emptyModel(projections), positionTimes, steps, checkpoint, last, events, kept: events, unknown }
  for (const [index, key] of keysOf(projections).entries()) {
    const own = parts.filter((part): part is Part => Array.isArray(part) && part[0] === index)
    const state = projections[key].load(own.map(([, part]) => part))
    if (state === undefined) return undefined
    model.states[key] = state
  }
  return model
}
