/** Reading to the present end, page by page, and examining all: here, and by a thread where there is much to read. */
import { availableParallelism, loadavg } from 'node:os'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Examined, ORIGIN } from '../../domain/ports/event-store.js'
import type { OpenedDatabase } from './database.js'
import { checkCount } from './density.js'
import { type ExaminedFile, examination, stretchesTo } from './examining.js'
import type { Layout } from './layout.js'
import { type ExaminingThread, type ReadingThread, readingThreads } from './reading-thread.js'
import { behind, type Course, type Page, placeOf, type Reads } from './reads.js'
import type { Tail } from './tail.js'

export interface Paging {
  /** The most events of a page. */
  readonly pageSize: number
  /** So many events are read here while a thread begins behind them. */
  readonly meanwhile: number
  /** Whether a thread is worth it where there are so many behind those. */
  readonly isWorthwhile: (events: number) => boolean
  /** Whether so many events are examined by a thread. */
  readonly isExaminedBeside: (events: number) => boolean
}

export const PAGING: Paging = {
  pageSize: 1000,
  meanwhile: 16_000,
  isWorthwhile: (events) => events >= 10_000 && isProcessorIdle(),
  // It spares this thread so much that it is worth it beside any other work, too.
  isExaminedBeside: (events) => events >= 10_000 && availableParallelism() > 1,
}

/** By the load of the last minute, of which this process is a part: where processors have enough to do, a thread costs more than it gains. */
const isProcessorIdle = (): boolean => {
  const processors = availableParallelism()
  return processors > 1 && (loadavg()[0] ?? 0) < 1.5 * processors
}

/** How a store reads; tests want less in a page. */
export interface Reading {
  readonly paging: Paging
  /** What a thread runs that reads ahead, unless told. */
  readonly script?: () => URL
}

export interface ReadsFile {
  /** Does what it is given as soon as the file can be read, and rejects where it cannot. */
  readonly read: <A>(now: () => A) => Promise<A>
  readonly database: OpenedDatabase
  readonly layout: Layout
  readonly reads: Reads
  readonly tail: Pick<Tail, 'headDamage'>
  /** Whether the store is about to close. */
  readonly isClosing: () => boolean
}

/** The pages of any course, all that there is examined, and an end to the threads that do so. */
export const pagesIn = ({ read, database, layout, reads, tail, isClosing }: ReadsFile, { paging, script }: Reading) => {
  const threads = readingThreads({ path: database.path, layout, pageSize: paging.pageSize }, script)
  const pageOf = countedFirst(reads.pageOf, () => checkCount(database, layout, reads.eventAt))
  const reader: PageReader = {
    pageOf,
    lengthOf: reads.lengthOf,
    read,
    paging,
    threadFor: (course) => (isClosing() || !layout.checked ? undefined : threads.begin(course)),
  }
  return {
    pageOf,
    pages: (course: Course) => pagesOf(reader, course),
    examine: async function* (): AsyncGenerator<Examined> {
      const thread = isClosing() || !paging.isExaminedBeside(countOr0(reads)) ? undefined : threads.examine()
      const given = yield* examinedBeside(thread, read)
      if (given !== 'all') yield* examinedHere({ database, layout, reads }, read, given)
      if (tail.headDamage !== undefined) yield { events: [], findings: [{ reason: tail.headDamage, of: 'head' }] }
    },
    endThreads: threads.end,
  }
}

/** About how many events there are; none where that cannot be read, which is told by who examines it. */
const countOr0 = ({ highestPosition }: Reads): number => {
  try {
    return highestPosition()
  } catch {
    return 0
  }
}

/** From the first on, for what is to be known of those that were given is not known here; these are left out. */
async function* examinedHere(file: ExaminedFile, read: ReadsFile['read'], given: number): AsyncGenerator<Examined> {
  const { end, next } = await read(() => examination(file))
  for (const upTo of stretchesTo(end)) {
    yield behindPosition(await read(() => next(upTo)), given)
    await nextTurn()
  }
}

const behindPosition = ({ events, findings }: Examined, after: number): Examined => ({
  events: events.filter(({ position }) => position > after),
  findings: findings.filter(({ position = Number.POSITIVE_INFINITY }) => position > after),
})

/** What a thread examines, as far as it comes: answers up to which position that was, or that it was all. */
async function* examinedBeside(
  thread: ExaminingThread | undefined,
  read: ReadsFile['read'],
): AsyncGenerator<Examined, number | 'all'> {
  let given = 0
  if (thread === undefined) return given
  try {
    for (;;) {
      const next = await thread.next()
      // What was read ahead may be given if the file could be read now.
      const stretch = await read(() => next)
      if (stretch === undefined) return given
      yield stretch
      if (stretch.isLast) return 'all'
      given = stretch.upTo
      await nextTurn()
    }
  } finally {
    void thread.end()
  }
}

/** Who reads all from the first on meets every gap by itself. */
const countedFirst = (pageOf: Reads['pageOf'], count: () => void): Reads['pageOf'] => {
  let isCounted = false
  return (course) => {
    if (!isCounted && (course.stream !== undefined || course.after > ORIGIN)) {
      count()
      isCounted = true
    }
    return pageOf(course)
  }
}

interface PageReader extends Pick<ReadsFile, 'read'>, Pick<Reads, 'pageOf' | 'lengthOf'> {
  readonly paging: Paging
  /** A thread that reads a course; nothing where there can be none. */
  readonly threadFor: (course: Course) => ReadingThread | undefined
}

async function* pagesOf(reader: PageReader, from: Course): AsyncIterable<Page> {
  const { read, pageOf, paging } = reader
  let course = from
  let thread: ReadingThread | undefined
  try {
    for (;;) {
      const ahead = await pageAhead(thread, course)
      // What was read ahead may be given if the file could be read now.
      const page = await read(() => ahead ?? pageOf(course))
      if (page.length > 0) yield page
      course = behind(course, page)
      if (ahead === undefined) {
        if (page.length < paging.pageSize) return
        // Not before a second page is asked for: many want one event. One that is over may not have come to the end.
        if (thread?.isOver() ?? true) thread = await read(() => readAhead(reader, course))
      }
      // Between pages others have their turn, however fast the caller is.
      await nextTurn()
    }
  } finally {
    void thread?.end()
  }
}

const readAhead = ({ paging, lengthOf, threadFor }: PageReader, course: Course): ReadingThread | undefined => {
  const further = { ...course, after: course.after + paging.meanwhile }
  return paging.isWorthwhile(lengthOf(further)) ? threadFor(further) : undefined
}

/** What the thread has next, without what was read here; nothing where that is not done, or the thread is. */
const pageAhead = async (thread: ReadingThread | undefined, course: Course): Promise<Page | undefined> => {
  if (thread === undefined || course.after < thread.course.after) return undefined
  const page = await thread.next()
  return page?.filter((event) => placeOf(course, event) > course.after)
}
