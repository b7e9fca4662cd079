/**
 * A thread that reads ahead, or examines the whole file: it takes the rows out of the file while who asked for them works on
 * those before. It gives pages in their order, and ends, at the end of what there is or earlier, for whatever reason:
 * nothing depends on it. Who reads goes on without it from the last page, and finds out there what is wrong.
 */
import { Worker } from 'node:worker_threads'
import type { ExaminedStretch } from './examining.js'
import { pageOfColumns } from './page-of-columns.js'
import { IS_OVER, type ReadFile, type StretchColumns, TAKEN, type Task } from './reading-task.js'
import type { Course, Page } from './reads.js'

interface Thread<Given> {
  /** The next page; nothing when it has ended. */
  readonly next: () => Promise<Given | undefined>
  /** Whether it has ended and all its pages were taken. */
  readonly isOver: () => boolean
  /** Resolves when it has ended and has let go of the file. */
  readonly end: () => Promise<void>
}

export interface ReadingThread extends Thread<Page> {
  /** What it reads. */
  readonly course: Course
}

export type ExaminingThread = Thread<ExaminedStretch>

export interface ReadingThreads {
  /** Begins one; nothing where there can be none. */
  readonly begin: (course: Course) => ReadingThread | undefined
  /** Likewise, one that examines all that there is. */
  readonly examine: () => ExaminingThread | undefined
  /** Ends them all. */
  readonly end: () => Promise<void>
}

/** Who reads on without a thread loses little; who examines begins anew. */
const PATIENCE_MS = { reading: 1000, examining: 60_000 }

/**
 * What a thread runs; told when it is needed, because a program made into one file does not know where it lies. A bundler
 * that copies what is named so, webpack, is not to: the copy would lack what it imports.
 */
const usual = (): URL => new URL(/* webpackIgnore: true */ './reading-worker.js', import.meta.url)

export const readingThreads = (file: ReadFile, script = usual): ReadingThreads => {
  const running = new Set<Thread<unknown>>()
  let areNone = false

  const begin = <Columns, Given>(
    task: Pick<Task, 'course' | 'patienceMs'>,
    given: (columns: Columns) => Given,
  ): Thread<Given> | undefined => {
    if (areNone) return undefined
    try {
      const control = new Int32Array(new SharedArrayBuffer(8))
      const thread = start({ ...file, ...task, control }, script(), given, (isOfUse) => {
        running.delete(thread)
        areNone ||= !isOfUse
      })
      running.add(thread)
      return thread
    } catch {
      // This process may have no threads, for instance.
      areNone = true
      return undefined
    }
  }

  return {
    begin: (course) => {
      const thread = begin({ course, patienceMs: PATIENCE_MS.reading }, pageOfColumns)
      return thread && { ...thread, course }
    },
    examine: () =>
      begin({ course: undefined, patienceMs: PATIENCE_MS.examining }, ({ columns, ...stretch }: StretchColumns) => ({
        ...stretch,
        events: pageOfColumns(columns),
      })),
    end: async () => {
      await Promise.all([...running].map((thread) => thread.end()))
    },
  }
}

/**
 * @param given what a message of it is
 * @param whenEnded told whether it gave a page, or was not to
 */
const start = <Columns, Given>(
  task: Task,
  script: URL,
  given: (columns: Columns) => Given,
  whenEnded: (isOfUse: boolean) => void,
): Thread<Given> => {
  const { control } = task
  // It loads nothing that this process loads before its program, and prints nothing.
  const worker = new Worker(script, { workerData: task, execArgv: [], stdout: true, stderr: true })
  // The process waits for it only while somebody here does.
  worker.unref()
  const pages: Columns[] = []
  let isOfUse = false
  let hasEnded = false
  let wake = ignore
  const ended = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      hasEnded = true
      whenEnded(isOfUse)
      wake()
      resolve()
    })
  })
  worker.on('error', ignore)
  worker.on('message', (page: Columns) => {
    isOfUse = true
    pages.push(page)
    wake()
  })

  const tell = (): void => {
    Atomics.add(control, TAKEN, 1)
    Atomics.notify(control, TAKEN)
  }

  return {
    next: async () => {
      if (pages.length === 0 && !hasEnded) {
        worker.ref()
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        worker.unref()
      }
      const page = pages.shift()
      if (page === undefined) return undefined
      tell()
      return given(page)
    },
    isOver: () => hasEnded && pages.length === 0,
    end: () => {
      isOfUse = true
      Atomics.store(control, IS_OVER, 1)
      tell()
      worker.ref()
      return ended
    },
  }
}

const ignore = (): void => undefined
