/**
 * The only writer of a connection. Appends queue up, and those of one turn of the event loop share a
 * transaction: what costs time is making it durable, and that is paid once for all of them.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import * as E from 'fp-ts/lib/Either.js'
import {
  type Append,
  type AppendError,
  type Appended,
  type EventRevision,
  EventStoreError,
  laterOf,
  ORIGIN,
  type Position,
  type Revision,
  revisionAfter,
  toPosition,
} from '../../domain/ports/event-store.js'
import { addEventTo } from './add-event.js'
import type { OpenedDatabase } from './database.js'
import type { Database } from './driver/index.js'
import { filesOf } from './files-of.js'
import { isBusy, lockFairness } from './lock.js'
import type { Reads } from './reads.js'
import { streamChecksum } from './row-checksum.js'
import { isFull, notAppended, readErrorOf, reasonOf } from './sqlite-error.js'
import type { KnownStream } from './stream-numbers.js'
import type { Tail } from './tail.js'

export type Outcome = E.Either<AppendError, Appended>

export interface AppendQueue {
  readonly append: (append: Append) => Promise<Outcome>
  /**
   * Resolves when this connection holds the write lock, which it keeps for a turn of the event loop; what is queued by
   * then is written under it. It resolves also where the lock cannot be had.
   */
  readonly turn: () => Promise<void>
  /** Answers what is queued that the store is closed; nothing of it is written, and nobody waits for a turn any longer. */
  readonly refuse: () => void
  /** Resolves when nothing is queued any more. */
  readonly empty: () => Promise<void>
}

/** After this time a group is committed, so that the event loop goes on; the rest makes the next group. */
const GROUP_MS = 20

interface Queued {
  readonly append: Append
  readonly giveUpAt: number
  readonly settle: (outcome: Outcome) => void
}

interface Turn {
  readonly giveUpAt: number
  readonly begin: () => void
}

export interface AppendQueueOptions {
  readonly database: OpenedDatabase
  readonly reads: Reads
  /** How long an append waits while another process holds the lock. */
  readonly busyTimeoutMs: number
  /** Hears that the lock is waited for long. */
  readonly longWait: () => void
  /** Says in words that the files of the database were deleted or replaced. */
  readonly whyGone: () => string | undefined
  /** Whether another process brought the file to another format since it was opened. */
  readonly isBroughtFurther: () => boolean
  /** Of the history that it goes on with. */
  readonly tail: Tail
  /** Called when something was committed. */
  readonly onCommit: () => void
}

export const appendQueue = (options: AppendQueueOptions): AppendQueue => {
  const { database, reads, busyTimeoutMs, longWait, whyGone, isBroughtFurther, tail, onCommit } = options
  const begin = database.prepare<[], never>('BEGIN IMMEDIATE')
  const commit = database.prepare<[], never>('COMMIT')
  const rollback = database.prepare<[], never>('ROLLBACK')
  const nextGroup = groups(database, reads, tail)
  const fairness = lockFairness(filesOf(database.path)[0] ?? database.path, longWait)

  const queue: Queued[] = []
  /** Those who wait to read and append under the lock. */
  let turns: Turn[] = []
  let draining: Promise<void> | undefined

  const drain = async (): Promise<void> => {
    while (queue.length > 0 || turns.length > 0) {
      await nextTurn()
      await fairness.leaveToOthers()
      if (beginGroup()) {
        if (giveTurns(() => true)) await nextTurn()
        writeGroup()
      } else await fairness.waitForLock()
    }
    draining = undefined
  }

  /** Answers whether there was one to be given. */
  const giveTurns = (to: (turn: Turn) => boolean): boolean => {
    const given = turns.filter(to)
    turns = turns.filter((turn) => !given.includes(turn))
    for (const { begin } of given) begin()
    return given.length > 0
  }

  /** Answers whether there is a transaction. If not, those who shall not wait any longer have their answer. */
  const beginGroup = (): boolean => {
    // Once for each group: what is taken away a moment later is lost with what was written before.
    const gone = whyGone()
    if (gone !== undefined) {
      giveUp(unavailable(gone))
      return false
    }
    try {
      begin.run()
      fairness.taken()
      return true
    } catch (error) {
      if (isBusy(error))
        giveUp(unavailable(`another process held the write lock for ${busyTimeoutMs} ms`), performance.now())
      else giveUp(unavailable(reasonOf(error)))
      return false
    }
  }

  /** Each append has its own check and its own outcome, and none is answered before the commit. */
  const writeGroup = (): void => {
    const commitAt = performance.now() + GROUP_MS
    const outcomes: Outcome[] = []
    let committing = false
    try {
      const write = nextGroup()
      for (const { append } of queue) {
        outcomes.push(write(append))
        if (performance.now() >= commitAt) break
      }
      committing = true
      commit.run()
    } catch (error) {
      undo()
      // A full disk cuts the log short before the commit is in it. Any other failure of a commit may come later,
      // and a crash before the next commit would then bring the group back. Who queued behind it may build on it.
      const outcomeOf =
        committing && !isFull(error)
          ? () => unknownOutcome(reasonOf(error))
          : (stream: string) => E.left(notAppended(readErrorOf(error, isBroughtFurther), stream))
      for (const { append, settle } of queue.splice(0)) settle(outcomeOf(append.stream))
      return
    }
    const last = outcomes.findLast(E.isRight)
    if (last !== undefined) tail.committed(last.right.position)
    const group = queue.splice(0, outcomes.length)
    for (const [index, outcome] of outcomes.entries()) group[index]?.settle(outcome)
    onCommit()
  }

  const undo = (): void => {
    try {
      if (database.isInTransaction()) rollback.run()
    } catch {
      // SQLite gave the transaction up by itself, or the next BEGIN tells what is wrong.
    }
  }

  const answerFirst = (count: number, outcome: Outcome): void => {
    for (const { settle } of queue.splice(0, count)) settle(outcome)
  }

  /** Those whose time was up by then wait no longer: appends have their answer, and who waits for a turn goes on without. */
  const giveUp = (outcome: Outcome, by = Number.POSITIVE_INFINITY): void => {
    const isOver = ({ giveUpAt }: Queued | Turn): boolean => giveUpAt <= by
    answerFirst(queue.filter(isOver).length, outcome)
    giveTurns(isOver)
  }

  return {
    append: (append) =>
      new Promise((settle) => {
        queue.push({ append, giveUpAt: performance.now() + busyTimeoutMs, settle })
        draining ??= drain()
      }),
    turn: () =>
      new Promise((begin) => {
        turns.push({ begin, giveUpAt: performance.now() + busyTimeoutMs })
        draining ??= drain()
      }),
    refuse: () => giveUp(E.left({ _tag: 'closed', reason: REFUSED })),
    empty: async () => draining,
  }
}

/** How each append of a group is written, with the history that it goes on with held against what is known of it. */
const groups = (database: Database, reads: Reads, tail: Tail): (() => (append: Append) => Outcome) => {
  /** Made by the first group: a file of an earlier format, which is only read, has not the columns for it. */
  let write: ((append: Append) => Outcome) | undefined
  return () => {
    const edition = tail.edition()
    tail.look()
    // What was decided on events that are there no more is not written.
    const isOutdated = tail.edition() !== edition
    write ??= appendWithinTransaction(database, reads, tail)
    const present = write
    return (append) => {
      const refusal = tail.refusal(append)
      if (refusal !== undefined) return E.left(refusal)
      return isOutdated ? unavailable('events were lost meanwhile') : present(append)
    }
  }
}

const REFUSED = 'nothing was written: the event store was closed while another process held the write lock'
export const unavailable = (reason: string): E.Either<AppendError, never> =>
  E.left({ _tag: 'unavailable', reason: `nothing was written: ${reason}` })
export const unknownOutcome = (reason: string): E.Either<AppendError, never> =>
  E.left({ _tag: 'unknown-outcome', reason })

/** Writes an append into the transaction that is open. */
export const appendWithinTransaction = (
  database: Database,
  reads: Reads,
  tail?: Pick<Tail, 'after' | 'wrote'>,
): ((append: Append) => Outcome) => {
  const { streams, eventsOf } = reads
  const find = database.prepare<
    [string],
    readonly [number: number, crc: number, revision: EventRevision | null, position: Position | null]
  >(
    `SELECT id, crc, (SELECT max(revision) FROM events WHERE stream = streams.id), (SELECT max(position) FROM events)
     FROM streams WHERE name = ?`,
  )
  const addStream = database.prepare<[string, number], never>('INSERT INTO streams (name, crc) VALUES (?, ?)')
  const addEvent = addEventTo(database, 'events')
  const added = (name: string): KnownStream => {
    const crc = streamChecksum(name)
    return { number: addStream.run(name, crc), name, crc }
  }

  const write = ({ stream: name, expected, events }: Append): Outcome => {
    const row = find.get(name)
    const found = row === undefined ? streams.byName(name) : streams.whole(row[0], name, row[1])
    const last: Revision = row?.[2] ?? 'none'

    if (expected !== last) {
      const present = found === undefined ? [] : eventsOf(found, expected, events.length)
      const sentBefore = events.every(({ id }, index) => present[index]?.id === id)
      const position = present.at(-1)?.position
      return sentBefore && position !== undefined
        ? E.right({ revision: revisionAfter(expected, events.length), position })
        : E.left({ _tag: 'conflict', stream: name, expected, actual: last })
    }

    const stream = found ?? added(name)
    let position = laterOf(reads.lastPosition(row?.[3] ?? undefined), tail?.after() ?? ORIGIN)
    let revision = revisionAfter(expected, 0)
    for (const event of events) {
      revision = revisionAfter(revision)
      position = toPosition(position + 1)
      const leaf = addEvent(event, stream, revision, position)
      tail?.wrote(event, position, leaf)
    }
    reads.written(position)
    return E.right({ revision, position })
  }

  return (append) => {
    try {
      return write(append)
    } catch (error) {
      // Found by looking, before anything of it was written: others of the group are not touched by it.
      if (error instanceof EventStoreError) return E.left(notAppended(error, append.stream))
      throw error
    }
  }
}
