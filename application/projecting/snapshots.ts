/** What stands in a snapshot, and how a model is made of one. */

import * as E from 'fp-ts/lib/Either.js'
import { isEventType } from '../../domain/events/event-shapes.js'
import { type EventStore, type Position, type StoredEvent, toPosition } from '../../domain/ports/event-store.js'
import { isFloat64Array, isMap } from '../../domain/values/built-ins.js'
import { toArray } from '../../domain/values/columns.js'
import { copySteps, isSteps, type Steps } from '../../projections/storage/steps.js'
import { decodeSnapshotHeader, lastEventOf } from '../snapshot-header.js'
import { emptyModel, keysOf, type Model, type Projections } from './model.js'
import { nextTurn } from './pull.js'
import { type ReadOn, readOn } from './read-on.js'

/** Behind the header of a snapshot; another version of this is another format. */
interface Head {
  /** The position before that of the last event. */
  readonly after: Position
  readonly events: number
  readonly unknown: Map<string, number>
  readonly moments: ReadonlyArray<Float64Array>
  readonly steps: Steps
}
/** The others: of which projection, and what it holds. */
type Part = readonly [projection: number, part: unknown]
const SNAPSHOT_FORMAT = 4

const isHead = (part: unknown): part is Head =>
  typeof part === 'object' &&
  part !== null &&
  Number.isSafeInteger(Reflect.get(part, 'after')) &&
  typeof Reflect.get(part, 'events') === 'number' &&
  isMap(Reflect.get(part, 'unknown')) &&
  areColumnsOfTimes(Reflect.get(part, 'moments')) &&
  isSteps(Reflect.get(part, 'steps'))

const areColumnsOfTimes = (value: unknown): value is Head['moments'] =>
  Array.isArray(value) && value.every((column) => isFloat64Array(column))

/** Of the code that folds; snapshots of another are thrown away. */
export const versionsOf = <States extends object>(projections: Projections<States>): string =>
  [SNAPSHOT_FORMAT, ...keysOf(projections).map((key) => projections[key].version)].join('+')

/** The parts of a snapshot behind its header: those of the moment of the call, whatever is applied while they are written. */
export const encodeSnapshot = <States extends object>(
  projections: Projections<States>,
  { states, positionTimes, steps, last, events, unknown }: Model<States>,
): Iterable<unknown> => {
  const head: Head = {
    after: last.after,
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

/**
 * The model again, of the ledger and the events of a store, or why it is none, in words; `undefined` for a snapshot of other code, or of
 * none. Throws an `EventStoreError` where the store cannot be read.
 *
 * @param pagesAfter what the store has behind a position, read from there until the last event of the snapshot is met
 */
export const decodeSnapshot = async <States extends object>(
  store: EventStore,
  projections: Projections<States>,
  [first, head, ...parts]: ReadonlyArray<unknown>,
  pagesAfter: EventStore['readAll'],
): Promise<E.Either<string, Model<States>> | undefined> => {
  const header = decodeSnapshotHeader(first, versionsOf(projections))
  if (header === undefined || header === 'other-code' || !isHead(head)) return undefined
  const { after, events, unknown, steps } = head
  // What was passed over then can be read now.
  if ([...unknown.keys()].some(isEventType)) return undefined
  const [times, firsts, lasts] = head.moments.map(toArray)
  if (times === undefined || firsts === undefined || lasts === undefined) return undefined
  const last = await lastEventOf(store, header, pagesAfter(after))
  if (E.isLeft(last)) return last
  const model = {
    ...emptyModel(projections),
    ...{ positionTimes: { times, firsts, lasts }, steps, events, kept: events, unknown },
    ...{ checkpoint: toPosition(header.position), last: { event: last.right, after } },
  }
  for (const [index, key] of keysOf(projections).entries()) {
    const own = parts.filter((part): part is Part => Array.isArray(part) && part[0] === index)
    const state = projections[key].load(own.map(([, part]) => part))
    if (state === undefined) return undefined
    model.states[key] = state
    await nextTurn()
  }
  return E.right(model)
}

export interface Restored<States> {
  readonly model: Model<States>
  /** What the store has from its last event on, of which the beginning was read. */
  readonly unread: ReadOn<ReadonlyArray<StoredEvent>>
}

/** The same, and what the store has behind it: no event is read twice. */
export const restoreSnapshot = async <States extends object>(
  store: EventStore,
  projections: Projections<States>,
  parts: ReadonlyArray<unknown>,
  pagesAfter: EventStore['readAll'],
): Promise<E.Either<string, Restored<States>> | undefined> => {
  let unread: Restored<States>['unread'] | undefined
  let isUsed = false
  try {
    const decoded = await decodeSnapshot(store, projections, parts, (after) => {
      unread = readOn(pagesAfter(after))
      return unread.begin()
    })
    if (decoded === undefined || E.isLeft(decoded)) return decoded
    if (unread === undefined) return undefined
    isUsed = true
    return E.right({ model: decoded.right, unread })
  } finally {
    if (!isUsed) await unread?.close()
  }
}
