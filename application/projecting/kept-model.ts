/** Read models folded anew from events in hand, and whether what is kept of them between two openings is the same. */

import * as E from 'fp-ts/lib/Either.js'
import type { DomainEvent } from '../../domain/events/catalogue.js'
import type { EventStore, StoredEvent } from '../../domain/ports/event-store.js'
import type { SnapshotStore } from '../../domain/ports/snapshot-store.js'
import { messageOf } from '../../domain/values/built-ins.js'
import { copySteps } from '../../projections/storage/steps.js'
import { emptyModel, keysOf, type Model, type Projections } from './model.js'
import type { ProjectorPorts } from './projector.js'
import { applyEvents, nextTurn, pull } from './pull.js'
import { describeReadError } from './read-error.js'
import { snapshotKeyOf } from './snapshot-keeper.js'
import { decodeSnapshot } from './snapshots.js'

export interface FoldedAnew<States> {
  readonly states: States
  /** Folds events that can be read. What cannot follow on those before it is left out. */
  readonly add: (events: ReadonlyArray<StoredEvent>, decoded?: (stored: StoredEvent) => DomainEvent | undefined) => void
  /** Why the snapshot that is kept is not what these events give; nothing where it is, or where there is none. */
  readonly whyOtherThanKept: () => Promise<string | undefined>
}

/** @param isSame whether two values are equal in all that they hold */
export const foldedAnew = <States extends object>(
  store: EventStore,
  projections: Projections<States>,
  snapshots: SnapshotStore | undefined,
  isSame: (one: unknown, other: unknown) => boolean,
): FoldedAnew<States> => {
  const model = emptyModel(projections)
  return {
    states: model.states,
    add: (events, decoded) => {
      try {
        applyEvents(projections, model, events, decoded)
      } catch {
        // Whoever holds it to the events before it tells why.
      }
    },
    whyOtherThanKept: async () => {
      const found = await keptModel(store, projections, snapshots)
      if (found === undefined) return undefined
      if (E.isLeft(found)) return found.left
      const kept = found.right
      for (const each of [kept, model]) {
        const pulled = await pull(store, projections, each)
        if (E.isLeft(pulled)) return 'the events behind it cannot be read'
      }
      return whyOther(projections, isSame, kept, model)
    },
  }
}

/**
 * Why the snapshot that is kept is not what the events give up to where it ends, which are read for it; nothing where it is, or where
 * there is none.
 */
export const whyOtherThanEvents = async <States extends object>(
  { store, projections, snapshots, turn }: Omit<ProjectorPorts<States>, 'clock'>,
  isSame: (one: unknown, other: unknown) => boolean,
): Promise<string | undefined> => {
  const found = await keptModel(store, projections, snapshots)
  if (found === undefined) return undefined
  if (E.isLeft(found)) return found.left
  const anew = emptyModel(projections)
  const pulled = await pull(store, projections, anew, { until: found.right.checkpoint, turn })
  return E.isLeft(pulled)
    ? `it holds events that cannot be folded: ${describeReadError(pulled.left)}`
    : whyOther(projections, isSame, found.right, anew)
}

/** The snapshot as a model, or why it cannot be read or is of other events; nothing where there is none of this code. */
const keptModel = async <States extends object>(
  store: EventStore,
  projections: Projections<States>,
  snapshots: SnapshotStore | undefined,
): Promise<E.Either<string, Model<States>> | undefined> => {
  const loaded = await snapshots?.load(snapshotKeyOf(projections))()
  if (loaded === undefined) return undefined
  if (E.isLeft(loaded)) return E.left(loaded.left.reason)
  const parts = loaded.right ?? []
  const found = await decodeSnapshot(store, projections, parts, store.readAll).catch((error: unknown) =>
    E.left(`ends with an event that cannot be read: ${messageOf(error)}`),
  )
  return found && E.mapLeft((reason) => `it ${reason}`)(found)
}

const whyOther = async <States extends object>(
  projections: Projections<States>,
  isSame: (one: unknown, other: unknown) => boolean,
  kept: Model<States>,
  anew: Model<States>,
): Promise<string | undefined> => {
  const different = await differences(projections, isSame, kept, anew)
  return different.length === 0 || kept.checkpoint !== anew.checkpoint
    ? undefined
    : `it holds something else than the events give: ${different.join(', ')}`
}

/** Part by part, each in a turn of the event loop: the whole is a second's work, of a million events. Nobody else has these models. */
const differences = async <States extends object>(
  projections: Projections<States>,
  isSame: (one: unknown, other: unknown) => boolean,
  kept: Model<States>,
  anew: Model<States>,
): Promise<ReadonlyArray<string>> => {
  const areSame = async (partsOf: (model: Model<States>) => Iterable<unknown>): Promise<boolean> => {
    await nextTurn()
    const one = partsOf(kept)[Symbol.iterator]()
    await nextTurn()
    const other = partsOf(anew)[Symbol.iterator]()
    for (;;) {
      await nextTurn()
      const [left, right] = [one.next(), other.next()]
      if (left.done === true || right.done === true) return left.done === right.done
      if (!isSame(left.value, right.value)) return false
    }
  }
  const different: string[] = []
  for (const key of keysOf(projections)) {
    const { name, save } = projections[key]
    if (!(await areSame(({ states }) => save(states[key])))) different.push(name)
  }
  return (await areSame(besideStates)) ? different : [...different, 'times and steps']
}

/** What is copied has no room for more, of which there may be more or less. */
function* besideStates({ positionTimes, steps, events, unknown }: Model<unknown>): Iterable<unknown> {
  const { times, firsts, lasts } = positionTimes
  for (const numbers of [times, firsts, lasts]) yield new Float64Array(numbers)
  yield [copySteps(steps), events, unknown]
}
