import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import type { EventStore } from '../../domain/ports/event-store.js'
import type { FileStore } from '../../domain/ports/file-store.js'
import { type Ledger, LedgerError, type LedgerOptions, openLedger } from '../../index.js'

/** A ledger in memory, and the stores below it, which a second ledger may share. */
export const memoryLedger = async (
  options: Partial<LedgerOptions> = {},
): Promise<{ readonly ledger: Ledger; readonly events: EventStore; readonly files: FileStore }> => {
  const stores = { events: memoryEventStore(), files: memoryFileStore() }
  const ledger = await openLedger({ ...stores, actor: 'anna', entity: 'acme', project: 'animals', ...options })
  return { ledger, ...stores }
}

/** Content of one small file. */
export const text = (bytes: string, as = 'weights.txt') => [{ bytes, as }]

/** What a promise is rejected with, which must be a `LedgerError`. */
export const rejection = async (promise: Promise<unknown>): Promise<LedgerError> => {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => error,
  )
  if (outcome instanceof LedgerError) return outcome
  throw outcome instanceof Error ? outcome : new Error(`nothing was refused: ${JSON.stringify(outcome)}`)
}
