/** The files of a database: made, and when it is open known by device and inode. */
import { closeSync, existsSync, openSync, realpathSync, statSync } from 'node:fs'

/** The file itself and what SQLite keeps beside it, where a link leads to. */
export const filesOf = (path: string): ReadonlyArray<string> => {
  const file = realpathSync(path)
  return [file, `${file}-wal`, `${file}-shm`]
}

/** In bytes; 0 where there is none. */
export const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0

export interface WatchedFiles {
  readonly now: () => string | undefined
  readonly thisTurn: () => string | undefined
  /** What SQLite keeps beside the file was made anew by this connection: it is watched as it is now. */
  readonly madeAnew: () => void
}

/**
 * So often the log is looked at by its inode, in milliseconds; in between only whether it is there. Every append writes
 * it, and a kernel that was asked for the times of a file dates the next write anew, which costs more than the append.
 */
const LOG_EVERY_MS = 100

interface Watched {
  readonly file: string
  readonly dev: number
  readonly ino: number
}

const identityOf = (file: string): Watched | undefined => {
  const stats = statSync(file, { throwIfNoEntry: false })
  return stats && { file, dev: stats.dev, ino: stats.ino }
}

/**
 * Watches the files that are there now. A file that is deleted or replaced under an open connection can still be
 * read and written by it, but nobody else will ever see what it wrote.
 *
 * @returns functions that say in words what is gone. A look costs some microseconds, and reads make many:
 * by `thisTurn` they share one for each turn of the event loop.
 */
export const watchFiles = (path: string): WatchedFiles => {
  const [file = path, log = '', memory = ''] = filesOf(path)
  const itself = identityOf(file)
  const besides = () => [identityOf(log), identityOf(memory)]
  let opened = [itself, ...besides()]
  let logLookedAt = 0
  let looked: { readonly gone: string | undefined } | undefined

  const isThere = (known: Watched): boolean => {
    if (known.file === log) {
      const now = performance.now()
      if (now - logLookedAt < LOG_EVERY_MS) return existsSync(log)
      logLookedAt = now
    }
    const found = identityOf(known.file)
    return found?.ino === known.ino && found.dev === known.dev
  }

  const now = (): string | undefined => {
    const gone = opened.find((known) => known !== undefined && !isThere(known))
    return gone && `${gone.file} was deleted or replaced while it was open: put it back, and open the ledger again`
  }

  return {
    now,
    thisTurn: (): string | undefined => {
      if (looked === undefined) {
        looked = { gone: now() }
        setImmediate(() => {
          looked = undefined
        })
      }
      return looked.gone
    },
    madeAnew: () => {
      opened = [itself, ...besides()]
      looked = undefined
    },
  }
}

/** SQLite would make it writable for its owner alone, whatever the umask; what it keeps beside it has the rights of the file. */
export const makeFile = (file: string): void => {
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o666))
}
