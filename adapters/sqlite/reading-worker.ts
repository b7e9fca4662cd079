/**
 * What a thread runs that reads ahead or examines (`reading-thread.ts`): it gives pages of a file, one after the other, as
 * long as somebody takes them. Where it cannot give one it ends without a word. To begin takes a thread as long as reading
 * 20,000 events, most of it for loading what it needs: so what reads ahead needs nothing of the domain, nor any package but a driver.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { betterSqlite3 } from './driver/better-sqlite3.js'
import type { Database } from './driver/driver.js'
import { isTakenOn, nodeSqlite } from './driver/node-sqlite.js'
import { columnsOf, type PageColumns } from './page-columns.js'
import { IS_OVER, PAGES_AHEAD, type StretchColumns, TAKEN, type Task } from './reading-task.js'
import type { Course } from './reads.js'
import { wholePages } from './row-lines.js'
import { streamsByNumber } from './stream-numbers.js'

const { path, layout, pageSize, course, patienceMs, control }: Task = workerData

/** Waits until all pages but the last few were taken; answers whether there shall be another. */
const isWanted = (given: number): boolean => {
  for (;;) {
    if (Atomics.load(control, IS_OVER) !== 0) return false
    const taken = Atomics.load(control, TAKEN)
    if (given - taken < PAGES_AHEAD) return true
    if (Atomics.wait(control, TAKEN, taken, patienceMs) === 'timed-out') return false
  }
}

/** Up to the end, or a page that has to be looked at row by row. */
function* pagesOf(database: Database, { stream, after }: Course): Generator<PageColumns> {
  const streamOf = streamsByNumber(database, layout)
  const { ofAll, ofStream } = wholePages({ database, events: layout.events, pageSize, streamOf, given: (row) => row })
  const numberOf = database.prepare<[string], readonly [number]>(`SELECT id FROM ${layout.streams} WHERE name = ?`)
  const wanted = stream === undefined ? undefined : streamOf(numberOf.get(stream)?.[0] ?? Number.NaN)
  if (typeof wanted === 'string') return
  for (let from = after; ; from += pageSize) {
    const page = wanted === undefined ? ofAll(from) : ofStream(wanted, from, pageSize)
    if (page === undefined || page.length === 0) return
    yield columnsOf(page)
    if (page.length < pageSize) return
  }
}

async function* stretchesOf(database: Database): AsyncGenerator<StretchColumns> {
  const { examinationIn, stretchesTo } = await import('./examining.js')
  const { end, next } = examinationIn({ database, layout, pageSize })
  for (const upTo of stretchesTo(end)) {
    const { events, ...stretch } = next(upTo)
    yield { ...stretch, columns: columnsOf(events) }
  }
}

const driver = isTakenOn(process.versions.node) ? nodeSqlite() : await betterSqlite3('')
if (driver !== undefined) {
  const database = driver.open(path, { busyTimeoutMs: 0, readOnly: true })
  try {
    const given = course === undefined ? stretchesOf(database) : pagesOf(database, course)
    for (let count = 0; isWanted(count); count++) {
      const next = await given.next()
      if (next.done === true) break
      parentPort?.postMessage(next.value)
    }
  } finally {
    database.close()
  }
}
