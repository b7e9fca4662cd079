/** What a caller is told where a store fails. */
import type { AppendError } from '../../domain/ports/event-store.js'
import type { CommandError } from './command-error.js'

/** What those are told whose time is over when the append before them failed: nothing of theirs was written. */
export const notSent = (error: Exclude<AppendError, { _tag: 'conflict' }>): CommandError =>
  error._tag === 'unknown-outcome' || error._tag === 'too-large'
    ? { _tag: 'unavailable', reason: `the append before it failed (${error._tag})` }
    : notWritten(error)

export const asCommandError = (error: Exclude<AppendError, { _tag: 'conflict' }>, commandId: string): CommandError =>
  error._tag === 'unknown-outcome' ? { _tag: 'unknown-outcome', commandId, reason: error.reason } : notWritten(error)

const notWritten = (error: Exclude<AppendError, { _tag: 'conflict' | 'unknown-outcome' }>): CommandError => {
  switch (error._tag) {
    case 'unavailable':
    case 'closed':
    case 'history-lost':
    case 'head-of-another-ledger':
      return error
    case 'damaged':
      return { _tag: 'damaged-store', reason: `${error.stream}: ${error.reason}` }
    case 'too-large':
      return { _tag: 'event-too-large', bytes: error.bytes, limit: error.limit }
  }
}
