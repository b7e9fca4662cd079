/** Drafts that were sealed and have no version, since whoever sealed them died: some other writer logs it. */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { type Clock, timeOf } from '../../domain/ports/clock-and-ids.js'
import type { DraftRef } from '../../domain/values/references.js'
import type { ReadModels } from '../../projections/read-models.js'
import { unfinishedDrafts } from '../../projections/registry/questions/open-drafts.js'
import { timeAt } from '../projecting/as-of.js'
import type { Known } from '../projecting/model.js'
import type { ReadError } from '../projecting/read-error.js'

/** A sealed draft is given this long to be finished by the one who sealed it, in milliseconds. */
const TIME_TO_FINISH = 30_000

export interface PendingPorts {
  readonly clock: Clock
  /** Logs the version of a sealed draft that has none; not there in a ledger that only answers. */
  readonly finish: ((draft: DraftRef) => Promise<void>) | undefined
  /** What is known, up to the newest event. */
  readonly fresh: () => TE.TaskEither<ReadError, Known<ReadModels>>
}

export const pendingCommits = ({ clock, finish, fresh }: PendingPorts) => {
  /** Drafts that were sealed before this ledger was opened are finished before its first answer. */
  let finishing: Promise<E.Either<ReadError, void>> | undefined
  const completePending = async (before: number): Promise<E.Either<ReadError, void>> => {
    if (finish === undefined) return E.right(undefined)
    const read = await fresh()()
    if (E.isLeft(read)) return read
    const known = read.right
    for (const draft of unfinishedDrafts(known.states.registry)) {
      if (Date.parse(timeAt(known, draft.sealed) ?? '') > before) continue
      // One that cannot be finished now keeps nobody from an answer; it is tried again.
      await finish(draft).catch(() => undefined)
    }
    return E.right(undefined)
  }
  /** By a clock that gives no time now, no draft was sealed long ago. */
  const now = (): number => E.match(() => Number.NEGATIVE_INFINITY, Date.parse)(timeOf(clock))
  const openedAt = now()
  const { every = byMachine } = clock
  const stop = every(TIME_TO_FINISH, async () => {
    await completePending(now() - TIME_TO_FINISH).catch(() => undefined)
  })

  return {
    /** What was sealed before this ledger was opened is finished before its first answer. */
    beforeFirstAnswer: async (): Promise<E.Either<ReadError, void>> => {
      finishing ??= completePending(openedAt)
      const finished = await finishing
      // The store could not be read.
      if (E.isLeft(finished)) finishing = undefined
      return finished
    },
    stop,
  }
}

const byMachine: NonNullable<Clock['every']> = (milliseconds, call) => {
  const timer = setInterval(() => void call(), milliseconds)
  timer.unref()
  return () => clearInterval(timer)
}
