/** Reading to the present end, page by page: here, and by a thread that reads ahead where there is much to read. */
import { availableParallelism, loadavg } from 'node:os'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type ReadFile, type ReadingThread, readingThreads } from './reading-thread.js'
import { behind, type Course, type Page, placeOf, type Reads } from './reads.js'

export interface Paging {
  /** The most events of a page. */
  readonly pageSize: number
  /** So many events are read here while a thread begins behind them. */
  readonly meanwhile: number
  /** Whether a thread is worth it where there are so many behind those. */
  readonly isWorthwhile: (events: number) => boolean
}

export const PAGING: Paging = {
  pageSize: 1000,
  meanwhile: 10_000,
  isWorthwhile: (events) => events >= 10_000 && isProcessorIdle(),
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
  readonly reads: Pick<Reads, 'pageOf' | 'lengthOf'>
  readonly file: ReadFile
  /** Whether the store is about to close. */
  readonly isClosing: () => boolean
}

/** The pages of any course, and an end to the threads that read ahead. */
export const pagesIn = ({ read, reads, file, isClosing }: ReadsFile, { paging, script }: Reading) => {
  const threads = readingThreads(file, script)
  const reader: PageReader = {
    ...reads,
    read,
    paging,
    threadFor: (course) => (isClosing() ? undefined : threads.begin(course)),
  }
  return { pages: (course: Course) => pagesOf(reader, course), endThreads: threads.end }
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
