/** How a path on the command line is read. */
import { resolve } from 'node:path'
import { LedgerError } from '../../ledger/calling/errors.js'

/** Standard input or output, where a file is named; a file of that name is `./-`. */
export const STANDARD_STREAM = '-'

/** @param wanted what has to lie there, `a directory`: something that standard input and output are not */
export const localPath = (cwd: string, path: string, wanted: string): string => {
  if (path !== STANDARD_STREAM) return resolve(cwd, path)
  const reason = `"-" is standard input or output, and ${wanted} is wanted: name one, or say ./- for one of that name`
  throw new LedgerError({ _tag: 'bad-option', reason }, reason)
}
