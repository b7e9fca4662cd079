/**
 * What a thread runs that reads ahead or examines (`reading-thread.ts`): it gives pages of a file, one after the other, as
 * long as somebody takes them. Where it cannot give one it ends without a word.
 */
import { parentPort, workerData } from 'node:worker_threads'
import * as E from 'fp-ts/lib/Either.js'
import { driver } from './driver/index.js'
import type { ExaminedFile } from './examining.js'
import { columnsOf, type PageColumns } from './page-columns.js'
import { IS_OVER, PAGES_AHEAD, type StretchColumns, TAKEN, type Task } from './reading-thread.js'
import { behind, type Course, prepareReads, type Reads } from './reads.js'

const { path, layout, pageSize, course: begin, patienceMs, control }: Task = workerData

/** Waits until all pages but the last few were taken; answers whether there shall be another. */
const isWanted = (given: number): boolean => {
  for (;;) {
    if (Atomics.load(control, IS_OVER) !== 0) return false
    const taken = Atomics.load(control, TAKEN)
    if (given - taken < PAGES_AHEAD) return true
    if (Atomics.wait(control, TAKEN, taken, patienceMs) === 'timed-out') return false
  }
}

function* pagesOf({ pageOf }: Reads, from: Course): Generator<PageColumns> {
  let course = from
  for (;;) {
    const page = pageOf(course)
    if (page.length > 0) yield columnsOf(page)
    if (page.length < pageSize) return
    course = behind(course, page)
  }
}

/** Who only reads loads nothing of it: events' ids alone need all that is known of events, a third of the time to begin. */
async function* stretchesOf(file: ExaminedFile): AsyncGenerator<StretchColumns> {
  const { examination, stretchesTo } = await import('./examining.js')
  const { end, next } = examination(file)
  for (const upTo of stretchesTo(end)) {
    const { events, ...stretch } = next(upTo)
    yield { ...stretch, columns: columnsOf(events) }
  }
}

const loaded = await driver()
if (E.isRight(loaded)) {
  const database = loaded.right.open(path, { busyTimeoutMs: 0, readOnly: true })
  try {
    const reads = prepareReads({ database, layout, pageSize })
    const given = begin === undefined ? stretchesOf({ database, layout, reads }) : pagesOf(reads, begin)
    for (let count = 0; isWanted(count); count++) {
      const next = await given.next()
      if (next.done === true) break
      parentPort?.postMessage(next.value)
    }
  } finally {
    database.close()
  }
}
