/** A database that may be read and not written, and that SQLite cannot read where it lies. */
import { copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { filesOf, sizeOf } from './files-of.js'

export interface Copy {
  readonly path: string
  readonly bytes: number
  readonly remove: () => void
}

/** So often it is tried, while others write to the file. */
const ATTEMPTS = 20

/**
 * Copies the file and its write-ahead log to a temporary folder: the log holds what was recorded last, and SQLite
 * reads none that it cannot lock. Nothing where the files did not keep still.
 */
export const copyToRead = async (path: string): Promise<Copy | undefined> => {
  const [file = '', log = ''] = filesOf(path)
  const folder = mkdtempSync(join(tmpdir(), 'model-ledger-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const copy = join(folder, 'events.db')
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = stateOf(file) + stateOf(log)
      copyFileSync(file, copy)
      rmSync(`${copy}-wal`, { force: true })
      if (sizeOf(log) > 0) copyFileSync(log, `${copy}-wal`)
      if (stateOf(file) + stateOf(log) === before) return { path: copy, bytes: sizeOf(file) + sizeOf(log), remove }
      await sleep(50)
    }
  } catch (error) {
    remove()
    throw error
  }
  remove()
  return undefined
}

/** What changes when the file does. */
const stateOf = (file: string): string => {
  const stats = statSync(file, { throwIfNoEntry: false, bigint: true })
  return stats === undefined ? 'none;' : `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs};`
}
