/** In words: what was found to be changed in the file, and what can be done. */
import { EventStoreError, type StoreFinding } from '../../domain/ports/event-store.js'

/** What is wrong, as it is told with all else that is: without what to do, and where it is of an event without where that stands. */
export type Wrong = Pick<StoreFinding, 'reason' | 'column'>

class Damaged extends EventStoreError {
  readonly wrong: Wrong
  constructor(message: string, wrong: Wrong, cause?: unknown) {
    super('damaged', `${message}: ${REMEDY}`, { cause })
    this.wrong = wrong
  }
}

export const REMEDY = 'restore the file from a backup; `model-ledger verify` names all that is damaged'

/** What to do about it stands behind what is wrong. */
export const damaged = (wrong: string, cause?: unknown): EventStoreError => new Damaged(wrong, { reason: wrong }, cause)

/** A row that does not fit its checksum; by which of its columns, where that can be told. */
export const damagedRow = (position: number, revision: number, stream: string, column?: string): EventStoreError => {
  const what = `does not fit its checksum${column === undefined ? '' : `, by its column ${column}`}`
  return new Damaged(`the event at position ${position}, revision ${revision} of ${stream}, ${what}`, {
    reason: `it ${what}`,
    ...(column === undefined ? {} : { column }),
  })
}

export const wrongIn = (error: EventStoreError): Wrong =>
  error instanceof Damaged ? error.wrong : { reason: error.message }
