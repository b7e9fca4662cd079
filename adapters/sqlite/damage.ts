/** In words: what was found to be changed in the file, and what can be done. */
import { EventStoreError } from '../../domain/ports/event-store.js'

/** What to do about it stands behind what is wrong. */
export const damaged = (wrong: string, cause?: unknown): EventStoreError =>
  new EventStoreError('damaged', `${wrong}: ${REMEDY}`, { cause })

export const REMEDY = 'restore the file from a backup; `model-ledger verify` names all that is damaged'

/** A row that does not fit its checksum; by which of its columns, where that can be told. */
export const damagedRow = (position: number, revision: number, stream: string, column?: string): EventStoreError => {
  const what = column === undefined ? '' : `, by its column ${column}`
  return damaged(
    `the event at position ${position}, revision ${revision} of ${stream}, does not fit its checksum${what}`,
  )
}
