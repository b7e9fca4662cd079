/** The event store in one SQLite file, which any number of processes of one machine may hold open. */
import { realpathSync } from 'node:fs'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import {
  type EventStore,
  EventStoreError,
  type Position,
  readFailureOf,
  tooLarge,
} from '../../domain/ports/event-store.js'
import type { LedgerId } from '../../domain/ports/ledger-id.js'
import { Logger } from '../../domain/ports/logger.js'
import { decodeOptions, milliseconds, oneOf, record, text } from '../../domain/values/codec.js'
import { whenAborted } from '../../domain/values/when-aborted.js'
import { remedyOfOpenFiles, whenOpenable } from '../shared/open-files.js'
import { subscription } from '../shared/subscription.js'
import { telling } from '../shared/telling.js'
import { appendAllOn } from './append-all.js'
import { appendQueue } from './append-queue.js'
import { type Durability, type OpenError, type OpenedDatabase, openDatabase } from './database.js'
import { type WatchedFiles, watchFiles } from './files-of.js'
import { withHead } from './head-beside.js'
import { formatWatch, type Layout, layoutOf } from './layout.js'
import { setLedgerIdIn } from './ledger-id.js'
import { tellingOfWaits, whenFree } from './lock.js'
import { locksBeside } from './lock-file.js'
import { oneByOne } from './one-by-one.js'
import { PAGING, pagesIn, type Reading } from './pages.js'
import { prepareReads, type Reads } from './reads.js'
import { readErrorOf, reasonOf } from './sqlite-error.js'
import { openTail, type Tail } from './tail.js'

export interface SqliteEventStoreOptions {
  /** The file; made if it is not there. Its folder must exist, on a disk of this machine. */
  readonly path: string
  /** What an acknowledged command survives: the loss of power (`full`, unless told), or the death of the process alone (`relaxed`). */
  readonly durability?: Durability
  /** How long to wait while another process holds a lock, in opening, appending and reading; 30,000 unless told. */
  readonly busyTimeoutMs?: number
  /** Only to be read: also a file that this process may not write. Appends are refused. */
  readonly readOnly?: boolean
  /** Who is told what an operator must know; without one a warning is one of the process. */
  readonly logger?: Logger
}

const Options = record(
  'the options of sqliteEventStore',
  {
    path: text(
      'the path of a file (where nothing is to be kept, use the store in memory)',
      (path) => path.length > 0 && !path.includes('\0'),
    ),
  },
  {
    durability: oneOf<Durability>('full', 'relaxed'),
    busyTimeoutMs: milliseconds,
    readOnly: t.boolean,
    logger: Logger,
  },
)

/** Opens the store, or says why it cannot be opened: a wrong option too. */
export const sqliteEventStore = (options: SqliteEventStoreOptions): TE.TaskEither<OpenError, EventStore> =>
  sqliteEventStoreBy({ paging: PAGING })(options)

export const sqliteEventStoreBy =
  (reading: Reading) =>
  (options: SqliteEventStoreOptions): TE.TaskEither<OpenError, EventStore> =>
    pipe(
      TE.fromEither(decodeOptions(Options)(options)),
      TE.flatMap(
        ({
          path,
          durability = 'full',
          busyTimeoutMs = 30_000,
          readOnly = false,
          logger,
        }): TE.TaskEither<OpenError, EventStore> => {
          const tell = telling(logger)
          const longWait = tellingOfWaits(path, tell)
          return whenFilesOpen(
            { path, busyTimeoutMs },
            withHead(path, readOnly, (head, where) =>
              openDatabase({
                ...where,
                durability,
                busyTimeoutMs,
                tell,
                longWait,
                use: (database) => {
                  const layout = layoutOf(database)
                  if (!layout.checked) tell('no-checksums', withoutChecksums(path), { path })
                  const reads = prepareReads({ database, layout, pageSize: reading.paging.pageSize })
                  const tail = openTail({ ...head, database, layout, reads, place: path, readOnly, durability, tell })
                  const parts = { database, layout, reads, tail, isBroughtFurther: formatWatch(database) }
                  return eventStoreOn({ ...parts, busyTimeoutMs, longWait, readOnly, ...reading })
                },
              }),
            ),
          )
        },
      ),
    )

/** Too many open files are waited for as a lock is. */
const whenFilesOpen =
  <A>(
    { path, busyTimeoutMs }: Required<Pick<SqliteEventStoreOptions, 'path' | 'busyTimeoutMs'>>,
    open: TE.TaskEither<OpenError, A>,
  ): TE.TaskEither<OpenError, A> =>
  async () => {
    try {
      return await whenOpenable(open, undefined, busyTimeoutMs)
    } catch (error) {
      const remedy = remedyOfOpenFiles(error)
      if (remedy === undefined) throw error
      return E.left({
        _tag: 'cannot-open',
        path,
        reason: `${path} could not be opened: ${reasonOf(error)} (${remedy})`,
      })
    }
  }

/** How soon a subscription sees what another process appended. */
const POLL_MS = 50

const withoutChecksums = (path: string): string =>
  `${path} is of an earlier format, whose rows have no checksums: they get them when it is opened to be written`

interface Opened extends Reading {
  readonly database: OpenedDatabase
  readonly layout: Layout
  readonly reads: Reads
  readonly tail: Tail
  readonly isBroughtFurther: () => boolean
  readonly busyTimeoutMs: number
  readonly longWait: () => void
  readonly readOnly: boolean
}

const eventStoreOn = ({ database, layout, reads, tail, readOnly, ...options }: Opened): EventStore => {
  const waiting = new Set<() => void>()
  const wakeSubscriptions = () => {
    for (const wake of waiting) wake()
  }
  const files = watchFiles(database.path)
  const { lastPosition } = reads
  const { busyTimeoutMs, longWait, isBroughtFurther, ...reading } = options
  const waits = { busyTimeoutMs, longWait, isBroughtFurther }
  const appends = appendQueue({ database, reads, tail, ...waits, whyGone: files.now, onCommit: wakeSubscriptions })
  let closing: Promise<void> | undefined
  const locks = locksBeside(realpathSync(database.path))
  const alone = oneByOne(appends.empty, wakeSubscriptions)
  let stop: (value: undefined) => void = ignore
  const stopped = new Promise<undefined>((resolve) => {
    stop = resolve
  })

  /** A read is seldom in anybody's way: when a file is recovered after a crash, or closed by the last process. */
  const read = async <A>(now: () => A): Promise<A> => {
    if (alone.over() !== undefined) await alone.over()
    return whileOpen(now)
  }

  const whileOpen = readingOf({ database, files, tail, ...waits })

  const { pages, pageOf, examine, endThreads } = pagesIn(
    { read, database, layout, reads, tail, isClosing: () => closing !== undefined },
    reading,
  )
  const readPage = (after: Position) => read(() => pageOf({ stream: undefined, after }))

  const append: EventStore['append'] = (stream, expected, events) => async () => {
    if (alone.over() !== undefined) await alone.over()
    if (closing !== undefined) return E.left({ _tag: 'closed', reason: CLOSED })
    if (readOnly) return E.left({ _tag: 'unavailable', reason: READ_ONLY })
    const refusal = tooLarge(events)
    return refusal === undefined ? appends.append({ stream, expected, events }) : E.left(refusal)
  }

  /**
   * Nobody in this process sees the events before all of them stand, nor writes between them. Whoever gives them may
   * look at the store until the first is given.
   */
  const appendAll: EventStore['appendAll'] = (after, all) => async () => {
    if (closing !== undefined) return E.left({ _tag: 'closed', reason: CLOSED })
    if (readOnly) return E.left({ _tag: 'unavailable', reason: READ_ONLY })
    const given = all[Symbol.asyncIterator]()
    const next = async () => {
      const page = await Promise.race([given.next(), stopped])
      if (page === undefined) throw new EventStoreError('closed', CLOSED)
      return page.done === true ? undefined : page.value
    }
    try {
      const first = await next()
      if (first === undefined) return E.right(await read(lastPosition))
      const refusal = await read(tail.damage)
      if (refusal !== undefined) return E.left(refusal)
      const outcome = await alone.run(async () => {
        await endThreads()
        return appendAllOn({ database, files, reads, isBroughtFurther }, after, first, next)
      })
      if (E.isRight(outcome)) tail.committed(outcome.right)
      return outcome
    } catch (error) {
      if (error instanceof EventStoreError) return E.left(readFailureOf(error))
      throw error
    } finally {
      // One that is stalled does not answer.
      void given.return?.().then(ignore, ignore)
    }
  }

  const identify = (id: LedgerId, expected: LedgerId | undefined): LedgerId => {
    const now = setLedgerIdIn(database, id, expected)
    tail.identified()
    return now
  }

  const lock: EventStore['lock'] = (name) => TE.tryCatch(async () => await read(() => locks.take(name)), readFailureOf)

  const turn = async (): Promise<void> => {
    if (alone.over() !== undefined) await alone.over()
    if (closing === undefined && !readOnly) await appends.turn()
  }

  return {
    append,
    appendsAreConsecutive: true,
    turn,
    ...(readOnly ? {} : { lock }),
    appendAll,
    readStream: (stream, after) => pages({ stream, after: after === 'none' ? -1 : after }),
    readAll: (after) => pages({ stream: undefined, after }),
    examine,
    subscribe: (after, signal) => subscription({ readPage, waiting, pollMs: POLL_MS }, after, signal),
    damage: tail.damage,
    edition: tail.edition,
    head: () => TE.tryCatch(() => read(lastPosition), readFailureOf),
    ledgerId: () => TE.tryCatch(() => read(tail.ledgerId), readFailureOf),
    setLedgerId: (id, expected) =>
      readOnly
        ? TE.left({ _tag: 'unavailable', reason: READ_ONLY })
        : TE.tryCatch(() => alone.run(() => whileOpen(() => identify(id, expected))), readFailureOf),
    close: (signal) => {
      stop(undefined)
      whenAborted(signal, appends.refuse)
      closing ??= (alone.over() ?? appends.empty()).then(endThreads).then(() => {
        locks.releaseAll()
        tail.close()
        database.close()
        wakeSubscriptions()
      })
      return closing
    },
  }
}

/** Reads while the store is open, when nobody is in the way, what is known to be there. */
const readingOf =
  ({
    database,
    files,
    tail,
    isBroughtFurther,
    busyTimeoutMs,
    longWait,
  }: Omit<Opened, 'layout' | 'reads' | 'readOnly' | keyof Reading> & { readonly files: WatchedFiles }) =>
  async <A>(now: () => A): Promise<A> => {
    try {
      const look = (): A => {
        if (!database.isOpen()) throw new EventStoreError('closed', CLOSED)
        const gone = files.thisTurn()
        if (gone !== undefined) throw new EventStoreError('unavailable', gone)
        tail.look()
        return now()
      }
      return await whenFree(busyTimeoutMs, look, longWait)
    } catch (error) {
      throw readErrorOf(error, isBroughtFurther)
    }
  }

const ignore = (): void => undefined
const CLOSED = 'the event store was closed: open it again'
const READ_ONLY = 'the event store was opened only to be read: open it without readOnly'
