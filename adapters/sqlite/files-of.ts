/** The files of a database that is open, by device and inode. */
import { realpathSync, statSync } from 'node:fs'

/** The file itself and what SQLite keeps beside it, where a link leads to. */
export const filesOf = (path: string): ReadonlyArray<string> => {
  const file = realpathSync(path)
  return [file, `${file}-wal`, `${file}-shm`]
}

export interface WatchedFiles {
  readonly now: () => string | undefined
  readonly thisTurn: () => string | undefined
  /** What SQLite keeps beside the file was made anew by this connection: it is watched as it is now. */
  readonly madeAnew: () => void
}

/**
 * Watches the files that are there now. A file that is deleted or replaced under an open connection can still be
 * read and written by it, but nobody else will ever see what it wrote.
 *
 * @returns functions that say in words what is gone. A look costs some microseconds, and reads make many:
 * by `thisTurn` they share one for each turn of the event loop.
 */
export const watchFiles = (path: string): WatchedFiles => {
  const [file, ...besides] = filesOf(path).map((name) => () => {
    const stats = statSync(name, { throwIfNoEntry: false })
    return stats === undefined ? [] : [{ file: name, dev: stats.dev, ino: stats.ino }]
  })
  const itself = file?.() ?? []
  const all = () => [...itself, ...besides.flatMap((look) => look())]
  let opened = all()
  let looked: { readonly gone: string | undefined } | undefined

  const now = (): string | undefined => {
    const gone = opened.find(({ file, dev, ino }) => {
      const stats = statSync(file, { throwIfNoEntry: false })
      return stats?.ino !== ino || stats.dev !== dev
    })
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
      opened = all()
      looked = undefined
    },
  }
}
