/**
 * What every snapshot says first: of which code and of which ledger it is, and with which event there it ends. By that it is held
 * against the store before anything in it is believed; that its bytes are whole is the business of where it is kept.
 */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { leafHash } from '../domain/events/leaf-hash.js'
import {
  type EventStore,
  EventStoreError,
  type ReadFailure,
  type StoredEvent,
  storeErrorOf,
} from '../domain/ports/event-store.js'
import { recordedAtTextOf } from '../domain/values/metadata-text.js'
import { ledgerIdOf } from './ledger-identity.js'

export interface SnapshotHeader {
  /** Of its format, and of the code that folds. */
  readonly version: string
  /** The id of the ledger; none where the store knows none. */
  readonly ledger: string | null
  /** Of the last event that it holds, and the leaf hash of that. */
  readonly position: number
  readonly leaf: string
}

export const snapshotHeader = (
  store: EventStore,
  version: string,
  last: StoredEvent,
): TE.TaskEither<ReadFailure, SnapshotHeader> =>
  pipe(
    ledgerIdOf(store),
    TE.map((ledger) => ({ version, ledger: ledger ?? null, position: last.position, leaf: leafOf(last) })),
  )

/** The header that a part of a snapshot is; `other-code` where other code kept it, an older release for one, and `undefined` where it is none. */
export const decodeSnapshotHeader = (part: unknown, version: string): SnapshotHeader | 'other-code' | undefined => {
  if (typeof part !== 'object' || part === null) return undefined
  const by: unknown = Reflect.get(part, 'version')
  if (typeof by === 'string' && by !== version) return 'other-code'
  return isHeader(part) ? part : undefined
}

const isHeader = (part: object): part is SnapshotHeader => {
  const ledger: unknown = Reflect.get(part, 'ledger')
  return (
    typeof Reflect.get(part, 'version') === 'string' &&
    (ledger === null || typeof ledger === 'string') &&
    Number.isSafeInteger(Reflect.get(part, 'position')) &&
    typeof Reflect.get(part, 'leaf') === 'string'
  )
}

/**
 * The event with which a snapshot ends, as the store has it; or why the snapshot is not of this store, in words. Throws an
 * `EventStoreError` where the store cannot be read.
 *
 * @param pages what the store has from that event on
 */
export const lastEventOf = async (
  store: EventStore,
  { ledger, position, leaf }: SnapshotHeader,
  pages: AsyncIterable<ReadonlyArray<StoredEvent>>,
): Promise<E.Either<string, StoredEvent>> => {
  const own = await ledgerIdOf(store)()
  if (E.isLeft(own)) throw storeErrorOf(own.left)
  if ((own.right ?? null) !== ledger) return E.left(`is of another ledger, ${ledger}`)
  try {
    for await (const [first] of pages) {
      if (first === undefined) continue
      if (first.position === position && leafOf(first) === leaf) return E.right(first)
      break
    }
  } catch (error) {
    // Whoever reads all events instead is told what is wrong with them, if it is not the position alone.
    if (!(error instanceof EventStoreError) || error.code !== 'damaged') throw error
  }
  return E.left(`is of other events than those that are there up to position ${position}`)
}

const leafOf = (stored: StoredEvent): string => leafHash(stored, recordedAtTextOf(stored))
