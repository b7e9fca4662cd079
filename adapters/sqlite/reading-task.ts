/** What a thread is told that reads ahead or examines (`reading-thread.ts`), and what it gives. */
import type { ExaminedStretch } from './examining.js'
import type { Layout } from './layout.js'
import type { PageColumns } from './page-columns.js'
import type { Course } from './reads.js'

/** What every thread of a store is told. */
export interface ReadFile {
  readonly path: string
  readonly layout: Layout
  readonly pageSize: number
}

export interface Task extends ReadFile {
  /** What it reads; it examines the whole file where it is told none. */
  readonly course: Course | undefined
  /** So long it waits for somebody to take a page, in milliseconds. */
  readonly patienceMs: number
  /** Shared with it: at `TAKEN` how many pages were taken, at `IS_OVER` 1 when it shall end. */
  readonly control: Int32Array
}
export const TAKEN = 0
export const IS_OVER = 1

/** A stretch that was examined, as a thread gives it. */
export interface StretchColumns extends Omit<ExaminedStretch, 'events'> {
  readonly columns: PageColumns
}

/** So many pages it may have read that nobody took. */
export const PAGES_AHEAD = 4
