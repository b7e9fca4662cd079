/** Restores a model from its snapshot, and keeps a new one when that is worth it. A snapshot saves time, and is never needed. */

import * as E from 'fp-ts/lib/Either.js'
import { type EventStore, ORIGIN } from '../../domain/ports/event-store.js'
import type { Tell } from '../../domain/ports/logger.js'
import type { SnapshotStore } from '../../domain/ports/snapshot-store.js'
import { messageOf } from '../../domain/values/built-ins.js'
import { snapshotHeader } from '../snapshot-header.js'
import { keysOf, type Model, type Projections } from './model.js'
import { decodeSnapshot, encodeSnapshot, type Restored, restoreSnapshot, versionsOf } from './snapshots.js'

export interface SnapshotKeeper<States> {
  /** The model of the snapshot; `undefined` where there is none, or none of this store and of this code. */
  readonly restore: () => Promise<Restored<States> | undefined>
  /** The model of the snapshot that is kept, where that is not past a position; nobody is told of one that cannot be read. */
  readonly kept: (position: number) => Promise<Model<States> | undefined>
  readonly isDue: (model: Model<States>, worth: typeof WORTH_AT_CLOSE) => boolean
  /** To be called in turn. What is kept is copied at once; events may be applied while it is written. */
  readonly save: (model: Model<States>) => void
  /** Waits for what is being written. */
  readonly written: () => Promise<void>
  /** Breaks off what is being written. */
  readonly abort: () => void
  /** Why a snapshot could not be read or kept, until one is kept again. */
  readonly problem: () => string | null
}

export interface SnapshotKeeperPorts<States> {
  readonly store: EventStore
  readonly projections: Projections<States>
  readonly snapshots: SnapshotStore | undefined
  readonly tell: Tell | undefined
}

/** A snapshot costs as much as applying about a third of its events again, so it has to spare some of that. */
export const WORTH_WHILE_RUNNING = { events: 100_000, share: 1 / 4 }
export const WORTH_AT_CLOSE = { events: 1000, share: 1 / 50 }

export const snapshotKeeper = <States extends object>({
  store,
  projections,
  snapshots,
  tell,
}: SnapshotKeeperPorts<States>): SnapshotKeeper<States> => {
  const key = snapshotKeyOf(projections)
  const ending = new AbortController()
  let problem: string | null = null
  /** Where the snapshot stands that was read or written here last: another process may have kept a later one. */
  let newest: number = ORIGIN
  /** One snapshot after another. */
  let writing: Promise<void> = Promise.resolve()

  const notKept = (reason: string): void => {
    problem = reason
    tell?.('snapshot-not-kept', `The snapshot cannot be kept, and the next opening takes longer: ${reason}`)
  }

  // Where the events cannot be read there is none: whoever reads them next is told why.
  return {
    restore: async () => {
      if (snapshots === undefined) return undefined
      const loaded = await snapshots.load(key)()
      if (E.isLeft(loaded)) {
        const { reason } = loaded.left
        problem = `the snapshot cannot be read: ${reason}`
        tell?.('snapshot-thrown-away', `The snapshot cannot be read, and all events are read instead: ${reason}`)
        return undefined
      }
      // Who only reads was not told yet of which ledger it is, and a store that is closed tells nobody.
      if (loaded.right === undefined) await store.ledgerId()()
      const restored = await restoreSnapshot(store, projections, loaded.right ?? [], store.readAll).catch(
        () => undefined,
      )
      if (restored === undefined) return undefined
      if (E.isLeft(restored)) {
        tell?.('snapshot-thrown-away', `The snapshot ${restored.left}, and all events are read instead.`)
        return undefined
      }
      newest = restored.right.model.checkpoint
      return restored.right
    },
    kept: async (position) => {
      if (newest > position) return undefined
      const loaded = await snapshots?.load(key)()
      if (loaded === undefined || E.isLeft(loaded)) return undefined
      const model = await decodeSnapshot(store, projections, loaded.right ?? [], store.readAll).catch(() => undefined)
      return model !== undefined && E.isRight(model) && model.right.checkpoint <= position ? model.right : undefined
    },
    isDue: ({ events, kept, failure }, worth) =>
      snapshots !== undefined && failure === null && events - kept >= Math.max(worth.events, events * worth.share),
    save: (model) => {
      const { event } = model.last
      if (snapshots === undefined || event === undefined || model.failure !== null || model.kept === model.events)
        return
      // Set at once: a failure is not tried again until there is more to keep.
      model.kept = model.events
      try {
        const parts = encodeSnapshot(projections, model)
        const header = snapshotHeader(store, versionsOf(projections), event)
        writing = writing
          .then(async () => {
            const head = await header()
            if (E.isLeft(head)) return notKept(head.left.reason)
            const saved = await snapshots.save(key, begunWith(head.right, parts), ending.signal)()
            if (E.isLeft(saved)) return notKept(saved.left.reason)
            problem = null
            newest = event.position
          })
          .catch((error: unknown) => notKept(messageOf(error)))
      } catch (error) {
        notKept(messageOf(error))
      }
    },
    written: () => writing,
    abort: () => ending.abort(),
    problem: () => problem,
  }
}

/** Under what the snapshot of all read models is kept. */
export const snapshotKeyOf = <States extends object>(projections: Projections<States>): string =>
  keysOf(projections)
    .map((name) => projections[name].name)
    .join('+')

function* begunWith(first: unknown, others: Iterable<unknown>): Iterable<unknown> {
  yield first
  yield* others
}
