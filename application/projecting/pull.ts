/** Pull and apply: the events after a model's checkpoint, page by page, each folded into every state, and the checkpoint moved on with them. */
import * as E from 'fp-ts/lib/Either.js'
import { decodeShape } from '../../domain/events/event-shapes.js'
import { type EventStore, readFailureOf, type StoredEvent } from '../../domain/ports/event-store.js'
import { actorOf, recordedAtOf } from '../../domain/values/metadata-text.js'
import type { EventContext, ProjectedEvent } from '../../projections/projection.js'
import { recordTime } from '../../projections/storage/position-times.js'
import { recordStep } from '../../projections/storage/steps.js'
import { keysOf, type Model, type Projections } from './model.js'
import type { ReadError } from './read-error.js'

/** Applies what the store has after the checkpoint, a page in a turn of the event loop. */
export const pull = async <States extends object>(
  store: EventStore,
  projections: Projections<States>,
  model: Model<States>,
  onPage: () => void = () => undefined,
): Promise<E.Either<ReadError, void>> => {
  const folds = foldsOf(projections, model.states)
  try {
    let first = true
    for await (const page of store.readAll(model.checkpoint)) {
      if (!first) await nextTurn()
      first = false
      const problem = applyPage(model, folds, page)
      if (problem !== undefined) return E.left(problem)
      onPage()
    }
    return E.right(undefined)
  } catch (error) {
    return E.left(readFailureOf(error))
  }
}

/** Folds events in hand, in their order; answers what is wrong with one. */
export const applyEvents = <States extends object>(
  projections: Projections<States>,
  model: Model<States>,
  events: ReadonlyArray<StoredEvent>,
): ReadError | undefined => applyPage(model, foldsOf(projections, model.states), events)

/** What each projection does with an event, and with one of a type from the future. */
type Folds = ReadonlyArray<{
  readonly known: (projected: ProjectedEvent) => void
  readonly unknown: (recorded: EventContext, type: string) => void
}>

const foldsOf = <States extends object>(projections: Projections<States>, states: States): Folds =>
  keysOf(projections).map((key) => {
    const [{ apply, applyUnknown }, state] = [projections[key], states[key]]
    return {
      known: (projected) => apply(state, projected),
      unknown: (recorded, type) => applyUnknown?.(state, recorded, type),
    }
  })

const applyPage = (model: Model<unknown>, folds: Folds, page: ReadonlyArray<StoredEvent>): ReadError | undefined => {
  for (const stored of page) {
    const { position, stream, revision, type } = stored
    if (position <= model.checkpoint) continue
    const event = decodeShape(stored)
    const recordedAt = recordedAtOf(stored)
    if (event === 'damaged' || Number.isNaN(recordedAt)) {
      const reason = event === 'damaged' ? `its data is not that of a ${type}` : 'its metadata say no time'
      return { _tag: 'damaged-event', stream, revision, position, reason }
    }
    const time = recordTime(model.positionTimes, position, recordedAt)
    recordStep(model.steps, stored)
    const actor = actorOf(stored)
    if (event === 'unknown') {
      model.unknown.set(type, (model.unknown.get(type) ?? 0) + 1)
      for (const { unknown } of folds) unknown({ stream, revision, position, time, actor }, type)
    } else {
      const projected = { stream, revision, position, time, actor, event }
      for (const { known } of folds) known(projected)
    }
    model.last.id = stored.id
    model.last.after = model.checkpoint
    model.checkpoint = position
    model.events += 1
    model.applied += 1
  }
  return undefined
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
