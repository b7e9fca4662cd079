/** SQLite's result codes by name (https://www.sqlite.org/rescode.html), whichever driver threw the error. */
import { isError } from '../../../domain/values/built-ins.js'
import { OUT_OF_RANGE } from './driver.js'

/** The name of the result code, such as `SQLITE_IOERR_FSYNC`; empty for an error that is not a database's. */
export const codeOf = (error: unknown): string => {
  if (!isError(error) || !('code' in error)) return ''
  if (error.code === OUT_OF_RANGE) return OUT_OF_RANGE
  if (error.code === 'ERR_SQLITE_ERROR' && 'errcode' in error) return nameOf(Number(error.errcode))
  return typeof error.code === 'string' && error.code.startsWith('SQLITE_') ? error.code : ''
}

/** The low byte is the primary code; what is above it numbers the kinds of it, from 1. */
const nameOf = (code: number): string => {
  const primary = PRIMARY[code & 0xff] ?? `UNKNOWN_${code}`
  const kind = EXTENDED[primary]?.[(code >> 8) - 1]
  return kind === undefined ? `SQLITE_${primary}` : `SQLITE_${primary}_${kind}`
}

const words = (text: string): ReadonlyArray<string> => text.split(' ')

const PRIMARY = words(
  'OK ERROR INTERNAL PERM ABORT BUSY LOCKED NOMEM READONLY INTERRUPT IOERR CORRUPT NOTFOUND FULL CANTOPEN PROTOCOL EMPTY SCHEMA TOOBIG CONSTRAINT MISMATCH MISUSE NOLFS AUTH FORMAT RANGE NOTADB NOTICE WARNING',
)

const EXTENDED: Readonly<Record<string, ReadonlyArray<string>>> = {
  ERROR: words('MISSING_COLLSEQ RETRY SNAPSHOT RESERVESIZE KEY UNABLE'),
  ABORT: words('1 ROLLBACK'),
  BUSY: words('RECOVERY SNAPSHOT TIMEOUT'),
  LOCKED: words('SHAREDCACHE VTAB'),
  READONLY: words('RECOVERY CANTLOCK ROLLBACK DBMOVED CANTINIT DIRECTORY'),
  IOERR: words(
    'READ SHORT_READ WRITE FSYNC DIR_FSYNC TRUNCATE FSTAT UNLOCK RDLOCK DELETE BLOCKED NOMEM ACCESS CHECKRESERVEDLOCK LOCK CLOSE DIR_CLOSE SHMOPEN SHMSIZE SHMLOCK SHMMAP SEEK DELETE_NOENT MMAP GETTEMPPATH CONVPATH VNODE AUTH BEGIN_ATOMIC COMMIT_ATOMIC ROLLBACK_ATOMIC DATA CORRUPTFS IN_PAGE',
  ),
  CORRUPT: words('VTAB SEQUENCE INDEX'),
  CANTOPEN: words('NOTEMPDIR ISDIR FULLPATH CONVPATH DIRTYWAL SYMLINK'),
  CONSTRAINT: words(
    'CHECK COMMITHOOK FOREIGNKEY FUNCTION NOTNULL PRIMARYKEY TRIGGER UNIQUE VTAB ROWID PINNED DATATYPE',
  ),
}
