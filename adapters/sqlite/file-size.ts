/** Whether the file is as long as its header says. SQLite asks that only where it reads what is not there any more. */
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'
import { filesOf, sizeOf } from './files-of.js'

/** From the header (https://www.sqlite.org/fileformat2.html): where its numbers stand. */
const PAGE_SIZE_AT = 16
const CHANGES_AT = 24
const PAGES_AT = 28
const PAGES_VALID_FOR_AT = 92
const HEADER_BYTES = 100

/**
 * In words what is wrong with the size of a database, if anything is. Nothing is said where a log stands beside it, whose
 * pages may not be in the file yet.
 */
export const wrongSize = (path: string): string | undefined => {
  if (!existsSync(path)) return undefined
  const [file = path, log = ''] = filesOf(path)
  const isWritten = () => [log, `${file}-journal`].some((beside) => sizeOf(beside) > 0)
  if (isWritten()) return undefined
  const wrong = comparedTo(file)
  // Somebody may have begun to write meanwhile.
  return isWritten() ? undefined : wrong
}

const comparedTo = (path: string): string | undefined => {
  const file = openSync(path, 'r')
  try {
    const header = Buffer.alloc(HEADER_BYTES)
    const { size } = fstatSync(file)
    if (
      readSync(file, header, 0, HEADER_BYTES, 0) < HEADER_BYTES ||
      header.toString('latin1', 0, 15) !== 'SQLite format 3'
    )
      return undefined
    const pages = header.readUInt32BE(PAGES_AT)
    // A tool from before 2010 leaves the number of pages as it was.
    if (header.readUInt32BE(CHANGES_AT) !== header.readUInt32BE(PAGES_VALID_FOR_AT)) return undefined
    const right = pages * pageSizeOf(header)
    if (size === right) return undefined
    return size < right
      ? `it has ${size} bytes of ${right}: its end was cut off`
      : `it has ${size} bytes where its header says ${right}: the header was changed, or something was written behind its end`
  } finally {
    closeSync(file)
  }
}

/** 1 stands for 65536, which has no place in two bytes. */
const pageSizeOf = (header: Buffer): number => {
  const size = header.readUInt16BE(PAGE_SIZE_AT)
  return size === 1 ? 65_536 : size
}
