/** The files of a database that is open, by device and inode. */
import { realpathSync, statSync } from 'node:fs'

/** The file itself and what SQLite keeps beside it, where a link leads to. */
export const filesOf = (path: string): ReadonlyArray<string> => {
  const file = realpathSync(path)
  return [file, `${file}-wal`, `${file}-shm`]
}

/**
 * Watches the files that are there now. A file that is deleted or replaced under an open connection can still be
 * read and written by it, but nobody else will ever see what it wrote.
 *
 * @returns a function that says in words what is gone. A look costs some microseconds, and reads make many:
 * by `thisTurn` they share one for each turn of the event loop.
 */
export const watchFiles = (path: string) => {
  const opened = filesOf(path).flatMap((file) => {
    const stats = statSync(file, { throwIfNoEntry: false })
    return stats === undefined ? [] : [{ file, dev: stats.dev, ino: stats.ino }]
  })
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
  }
}
