/** An export as the command line is given it. */
import { createReadStream, existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { LedgerError } from '../../ledger/calling/errors.js'
import { STANDARD_STREAM } from './local-path.js'
import type { Terminal } from './output.js'

export const exportIn = (terminal: Terminal, file: string): AsyncIterable<Uint8Array> => {
  if (file === STANDARD_STREAM) return terminal.in
  const path = resolve(terminal.cwd, file)
  if (!existsSync(path)) throw new LedgerError({ _tag: 'unreadable-content', path }, `there is no file ${path}`)
  return createReadStream(path)
}
