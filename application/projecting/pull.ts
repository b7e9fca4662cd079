/** Pull and apply: the events after a model's checkpoint, page by page, each folded into every state, and the checkpoint moved on with them. */

import * as E from 'fp-ts/lib/Either.js'
import type { DomainEvent } from '../../domain/events/catalogue.js'
import { eventDamaged } from '../../domain/events/damaged-event.js'
import { decodeShape } from '../../domain/events/event-shapes.js'
import { type EventStore, EventStoreError, readProblemOf, type StoredEvent } from '../../domain/ports/event-store.js'
import { isError, messageOf } from '../../domain/values/built-ins.js'
import { actorOf, recordedAtOf } from '../../domain/values/metadata-text.js'
import type { EventContext, ProjectedEvent } from '../../projections/projection.js'
import { recordTime } from '../../projections/storage/position-times.js'
import { recordStep } from '../../projections/storage/steps.js'
import { keysOf, type Model, type Projections } from './model.js'
import type { ProjectionFailed, ReadError } from './read-error.js'

/** How far, and how much at a time. */
export interface Pulling {
  /** The last position that is applied; all that there is unless told. */
  readonly until?: number | undefined
  /** Milliseconds after which others have their turn in the event loop: a page unless told. */
  readonly turn?: number | undefined
  /** Where it is aborted, the rest of a page is left, too. */
  readonly signal?: AbortSignal | undefined
  /** What there is to apply, from the checkpoint on at the latest; what the store has behind it unless told. */
  readonly pages?: AsyncIterable<ReadonlyArray<StoredEvent>> | undefined
  readonly onPage?: () => void
}

/** Applies what the store has after the checkpoint, at most a page in a turn of the event loop. */
export const pull = async <States extends object>(
  store: EventStore,
  projections: Projections<States>,
  model: Model<States>,
  { until = Infinity, turn = Infinity, signal, pages, onPage = () => undefined }: Pulling = {},
): Promise<E.Either<ReadError, void>> => {
  if (model.failure !== null) return E.left(model.failure)
  if (model.checkpoint >= until) return E.right(undefined)
  const folds = foldsOf(projections, model.states)
  try {
    let first = true
    for await (const page of pages ?? store.readAll(model.checkpoint)) {
      for (let next = 0; next < page.length; ) {
        if (!first) await nextTurn()
        first = false
        if (signal?.aborted === true) return E.left({ _tag: 'closed', reason: 'the ledger was closed: open it again' })
        const applied = applyPage(model, folds, page, next, { until, over: performance.now() + turn })
        if (typeof applied !== 'number') return E.left(applied)
        next = applied
      }
      onPage()
      if (model.checkpoint >= until || (page.at(-1)?.position ?? 0) > until) return E.right(undefined)
    }
    return E.right(undefined)
  } catch (error) {
    return E.left(readProblemOf(error))
  }
}

/**
 * Folds events in hand, in their order; answers what is wrong with one.
 *
 * @param decoded what was decoded of an event before
 */
export const applyEvents = <States extends object>(
  projections: Projections<States>,
  model: Model<States>,
  events: ReadonlyArray<StoredEvent>,
  decoded: (stored: StoredEvent) => DomainEvent | undefined = () => undefined,
): ReadError | undefined => {
  const decode: typeof decodeShape = (stored) => decoded(stored) ?? decodeShape(stored)
  const bounds = { until: Infinity, over: Infinity }
  const applied = applyPage(model, foldsOf(projections, model.states), events, 0, bounds, decode)
  return typeof applied === 'number' ? undefined : applied
}

/** What each projection does with an event, and with one of a type from the future. */
interface Fold {
  readonly name: string
  readonly version: number
  readonly known: (projected: ProjectedEvent) => void
  readonly unknown: (recorded: EventContext, type: string) => void
}

const foldsOf = <States extends object>(projections: Projections<States>, states: States): ReadonlyArray<Fold> =>
  keysOf(projections).map((key) => {
    const [projection, state] = [projections[key], states[key]]
    return {
      name: projection.name,
      version: projection.version,
      known: (projected) => projection.apply(state, projected),
      unknown: (recorded, type) => projection.applyUnknown?.(state, recorded, type),
    }
  })

/** The time by `performance.now` when a turn is over, and the last position. */
interface Bounds {
  readonly until: number
  readonly over: number
}

/** Applies the events of a page from an index on; answers the index of the first that it did not come to, or what is wrong with one. */
const applyPage = (
  model: Model<unknown>,
  folds: ReadonlyArray<Fold>,
  page: ReadonlyArray<StoredEvent>,
  from: number,
  { until, over }: Bounds,
  decode = decodeShape,
): number | ReadError => {
  let last = ''
  let recordedAt = Number.NaN
  let actor = ''
  for (let index = from; index < page.length; index++) {
    const stored = page[index]
    if (stored === undefined) break
    const { position, stream, revision, type, metadata } = stored
    if (position <= model.checkpoint) continue
    if (position > until) break
    const event = decode(stored)
    // Most events of a command have the same: it is read once.
    if (metadata !== last) {
      last = metadata
      recordedAt = recordedAtOf(stored)
      actor = actorOf(stored)
    }
    if (event === 'damaged' || Number.isNaN(recordedAt)) {
      return eventDamaged(
        stored,
        event === 'damaged' ? `its data is not that of a ${type}` : 'its metadata say no time',
      )
    }
    const time = recordTime(model.positionTimes, position, recordedAt)
    recordStep(model.steps, stored)
    if (event === 'unknown') {
      model.unknown.set(type, (model.unknown.get(type) ?? 0) + 1)
      for (const { unknown } of folds) unknown({ stream, revision, position, time, actor }, type)
    } else {
      const problem = foldInto(model, folds, { stream, revision, position, time, actor, event, stored })
      if (problem !== undefined) return problem
    }
    model.last.event = stored
    model.last.after = model.checkpoint
    model.checkpoint = position
    model.events += 1
    model.applied += 1
    if (over !== Infinity && performance.now() >= over) return index + 1
  }
  return page.length
}

/** Where one throws, what it has done by then to its state cannot be told: the model is of no more use, and says so. */
const foldInto = (
  model: Model<unknown>,
  folds: ReadonlyArray<Fold>,
  projected: ProjectedEvent,
): ReadError | undefined => {
  let name = ''
  let version = 0
  try {
    for (const fold of folds) {
      name = fold.name
      version = fold.version
      fold.known(projected)
    }
    return undefined
  } catch (thrown) {
    const { stored, event } = projected
    if (thrown instanceof EventStoreError) return thrown.event ?? eventDamaged(stored, thrown.message)
    const { position, stream, revision } = stored
    const failure: ProjectionFailed = {
      ...{ _tag: 'projection-failed', projection: name, version, position, stream, revision, type: event.type },
      reason: messageOf(thrown),
      ...(isError(thrown) && typeof thrown.stack === 'string' ? { stack: thrown.stack } : {}),
    }
    model.failure = failure
    return failure
  }
}

export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
