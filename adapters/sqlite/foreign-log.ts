/**
 * Whether a write-ahead log is that of the file beside which it lies. SQLite does not ask: it puts into the file whatever
 * pages are whole in the log, be it that of another file, or of the same as it was before a copy was put back.
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { filesOf, sizeOf } from './files-of.js'
import { type CommittedPages, committedPages } from './log-frames.js'
import { rowsOn } from './table-rows.js'

/** Longer than it takes until a write shows in the times of a file. */
const APART_MS = 20

/** What cannot be read SQLite tells of. */
const unlessUnreadable = (look: () => string | undefined): string | undefined => {
  try {
    return look()
  } catch {
    return undefined
  }
}

/** In words, why the log cannot be that of the file, and what to do; while others write, nobody can tell. */
export const whyForeignLog = async (path: string): Promise<string | undefined> => {
  if (!isThere(path)) return undefined
  const [file = path, log = ''] = filesOf(path)
  if (sizeOf(log) === 0 || sizeOf(file) === 0) return undefined
  const found = () => {
    const before = stateOf(file, log)
    const wrong = unlessUnreadable(() => comparedTo(file, log))
    return { wrong, isStill: () => stateOf(file, log) === before }
  }
  const { wrong, isStill } = found()
  if (wrong === undefined) return undefined
  await sleep(APART_MS)
  if (!isStill()) return undefined
  const again = found()
  return again.wrong === undefined || !again.isStill()
    ? undefined
    : `${log} is not the log of ${file}: ${again.wrong}. ${REMEDY}`
}

const REMEDY =
  'Opened, it would be written into the file. Put back the two that belong together; or move the log away: what only it holds is lost then, which is told'

const comparedTo = (path: string, logPath: string): string | undefined => {
  const file = openSync(path, 'r')
  const log = openSync(logPath, 'r')
  try {
    const committed = committedPages(log)
    return committed && (whyOfAnotherSize(file, log, committed) ?? whyOfOtherRows(file, log, committed))
  } finally {
    closeSync(file)
    closeSync(log)
  }
}

const HEADER_BYTES = 100
/** From the header of the file: a number that grows with each change of its tables and triggers. */
const cookieIn = (header: Buffer): number => header.readUInt32BE(40)
/** From the header of the file: how many of its pages hold nothing. */
const FREE_PAGES_AT = 36
/** SQLite leaves the page out in which this byte lies. */
const LOCKED_BYTE = 2 ** 30

/** The file grows by pages that stand in the log first, and does not shrink, unless all of it is written anew. */
const whyOfAnotherSize = (
  file: number,
  log: number,
  { pageSize, pages, places }: CommittedPages,
): string | undefined => {
  const there = fstatSync(file).size / pageSize
  const header = pageIn(file, 0, HEADER_BYTES)
  const size = header.readUInt16BE(16)
  if ((size === 1 ? 65_536 : size) !== pageSize) return 'its pages are of another size'
  if (pages < there && places.size < pages) return `it is of a file of ${pages} pages, where there are ${there}`
  let missing = 0
  for (let page = Math.floor(there) + 1; page <= pages; page++)
    if (!places.has(page) && page !== Math.floor(LOCKED_BYTE / pageSize) + 1) missing += 1
  const first = places.get(1)
  const present = first === undefined ? header : pageIn(log, first, HEADER_BYTES)
  return missing > present.readUInt32BE(FREE_PAGES_AT)
    ? `it is of a file of ${pages} pages, of which ${missing} are neither in it nor in the file`
    : undefined
}

/** Of the rows of events, as they are and as they were in earlier formats, whose pages hold something else by now. */
const [EVENT_COLUMNS, EARLIER_COLUMNS] = [9, 7]
const BRANCH_OF_TABLE = 0x05

/** Events stand where they were written, and never change; a table that grows puts a branch where its only page was. */
const whyOfOtherRows = (file: number, log: number, { pageSize, places }: CommittedPages): string | undefined => {
  const there = Math.floor(fstatSync(file).size / pageSize)
  const first = places.get(1)
  // A hand takes the triggers away before it changes events: whoever reads these is told of that.
  if (first !== undefined && cookieIn(pageIn(log, first, HEADER_BYTES)) > cookieIn(pageIn(file, 0, HEADER_BYTES)))
    return undefined
  for (const [page, place] of places) {
    // On the first page there are no events.
    if (page === 1 || page > there) continue
    const before = rowsOn(pageIn(file, (page - 1) * pageSize, pageSize))
    if (before?.columns !== EVENT_COLUMNS && before?.columns !== EARLIER_COLUMNS) continue
    const next = pageIn(log, place, pageSize)
    if (next[0] === BRANCH_OF_TABLE) continue
    const after = rowsOn(next)
    if (before.columns === EARLIER_COLUMNS && after?.columns !== EARLIER_COLUMNS) continue
    for (const [position, bytes] of before.bytes)
      if (after?.bytes.get(position)?.equals(bytes) !== true)
        return `it lacks the event at position ${position}, which the file holds, or has another there`
  }
  return undefined
}

const pageIn = (file: number, at: number, size: number): Buffer => {
  const bytes = Buffer.alloc(size)
  readSync(file, bytes, 0, size, at)
  return bytes
}

const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true

const stateOf = (...files: ReadonlyArray<string>): string =>
  files
    .map((file) => {
      const stats = statSync(file, { throwIfNoEntry: false, bigint: true })
      return stats === undefined ? 'none' : `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeNs}`
    })
    .join()
