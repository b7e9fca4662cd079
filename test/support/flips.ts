/** What disks and careless hands do to a file that nobody has open. */
import { closeSync, fstatSync, openSync, readSync, truncateSync, writeSync } from 'node:fs'

/** Turns one bit of a file over; bits are counted from its beginning. */
export const flipBit = (path: string, bit: number): void =>
  edit(path, (file) => {
    const byte = Buffer.alloc(1)
    const at = Math.floor(bit / 8)
    readSync(file, byte, 0, 1, at)
    byte[0] = (byte[0] ?? 0) ^ (1 << (bit % 8))
    writeSync(file, byte, 0, 1, at)
  })

export const zeroPage = (path: string, page: number): void =>
  edit(path, (file) => writeSync(file, Buffer.alloc(PAGE), 0, PAGE, (page - 1) * PAGE))

/** Writes what stands on one page over another one, too; pages are counted from 1. */
export const repeatPage = (path: string, from: number, to: number): void =>
  edit(path, (file) => {
    const bytes = Buffer.alloc(PAGE)
    readSync(file, bytes, 0, PAGE, (from - 1) * PAGE)
    writeSync(file, bytes, 0, PAGE, (to - 1) * PAGE)
  })

/** Cuts so many bytes off its end. */
export const cutOff = (path: string, bytes: number): void => truncateSync(path, Math.max(0, sizeOf(path) - bytes))

export const sizeOf = (path: string): number => {
  const file = openSync(path, 'r')
  const { size } = fstatSync(file)
  closeSync(file)
  return size
}

/** The size of SQLite's pages, in bytes. */
export const PAGE = 4096

const edit = (path: string, work: (file: number) => void): void => {
  const file = openSync(path, 'r+')
  try {
    work(file)
  } finally {
    closeSync(file)
  }
}
