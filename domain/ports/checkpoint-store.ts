/** The port to where a consumer of events keeps how far it is. Whoever embeds the library may write one, so it speaks in Promises. */
import * as t from 'io-ts'
import { record, wholeNumber } from '../values/codec.js'

/** The event up to which a consumer is: plain data, to be kept as JSON. */
export interface Checkpoint {
  /** The id of the ledger. */
  readonly ledger: string
  /** Where the event stands in that ledger's store. */
  readonly position: number
  /** By which it is found, and known again, in a copy of the ledger and in another store too. */
  readonly stream: string
  readonly revision: number
  readonly event: string
}

export interface CheckpointStore {
  /** The checkpoint that was kept last for a consumer of this name; `undefined` or `null` where there is none yet. */
  readonly load: (consumer: string) => Promise<unknown>
  /** Keeps it, durably. Left out where the handler keeps each checkpoint itself, in a transaction with what it does. */
  readonly save?: (consumer: string, checkpoint: Checkpoint) => Promise<void>
}

export const Checkpoint: t.Type<Checkpoint> = record('a checkpoint', {
  ledger: t.string,
  position: wholeNumber('a position'),
  stream: t.string,
  revision: wholeNumber('a revision'),
  event: t.string,
})
