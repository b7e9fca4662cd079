/**
 * What a thread that reads ahead runs (`reading-thread.ts`): it gives pages of a file, one after the other, as long as somebody
 * takes them. Where it cannot give one it ends without a word.
 */
import { parentPort, workerData } from 'node:worker_threads'
import * as E from 'fp-ts/lib/Either.js'
import { driver } from './driver/index.js'
import { columnsOf } from './page-columns.js'
import { IS_OVER, PAGES_AHEAD, PATIENCE_MS, TAKEN, type Task } from './reading-thread.js'
import { behind, prepareReads } from './reads.js'

const { path, layout, pageSize, course: begin, control }: Task = workerData

/** Waits until all pages but the last few were taken; answers whether there shall be another. */
const isWanted = (given: number): boolean => {
  for (;;) {
    if (Atomics.load(control, IS_OVER) !== 0) return false
    const taken = Atomics.load(control, TAKEN)
    if (given - taken < PAGES_AHEAD) return true
    if (Atomics.wait(control, TAKEN, taken, PATIENCE_MS) === 'timed-out') return false
  }
}

const loaded = await driver()
if (E.isRight(loaded)) {
  const database = loaded.right.open(path, { busyTimeoutMs: 0, readOnly: true })
  try {
    const { pageOf } = prepareReads({ database, layout, pageSize })
    for (let course = begin, given = 0; isWanted(given); given++) {
      const page = pageOf(course)
      if (page.length > 0) parentPort?.postMessage(columnsOf(page))
      if (page.length < pageSize) break
      course = behind(course, page)
    }
  } finally {
    database.close()
  }
}
