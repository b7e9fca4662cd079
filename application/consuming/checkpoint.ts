/** From a checkpoint to the position in this store behind which its consumer goes on. */
import * as E from 'fp-ts/lib/Either.js'
import { Checkpoint } from '../../domain/ports/checkpoint-store.js'
import {
  type EventStore,
  type Position,
  revisionBefore,
  type StoredEvent,
  toRevision,
} from '../../domain/ports/event-store.js'
import { decodeWith, describeProblem } from '../../domain/values/codec.js'

/** Of an event of a ledger. */
export const checkpointAt = (ledger: string, { position, stream, revision, id }: StoredEvent): Checkpoint => ({
  ...{ ledger, position, stream, revision },
  event: id,
})

/**
 * The position of its event, which is found by stream and revision and known by its id, so that it is the same event in every store that the
 * ledger was moved to. Or why it is none of this ledger. Rejects where the store cannot be read.
 */
export const positionOf = async (
  store: EventStore,
  ledger: string,
  kept: unknown,
): Promise<E.Either<string, Position>> => {
  const decoded = decodeWith(Checkpoint)(kept)
  if (E.isLeft(decoded)) return E.left(`it is no checkpoint: ${decoded.left.map(describeProblem).join('; ')}`)
  const { stream, revision, event, position, ledger: of } = decoded.right
  if (of !== ledger) return E.left(`it is of the ledger ${of}, and this is ${ledger}`)
  const place = `event ${revision} of the stream ${stream}`
  for await (const [found] of store.readStream(stream, revisionBefore(toRevision(revision)))) {
    if (found?.id === event) return E.right(found.position)
    return E.left(`its ${place} is another one here, as where events were lost and others recorded since`)
  }
  return E.left(
    `its ${place}, at position ${position}, is not there: the ledger is behind it, as a copy of an earlier time is`,
  )
}
