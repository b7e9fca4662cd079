/** Positions follow one another, and so do the revisions of a stream: a gap is damage, unless a loss event names it. */
import * as t from 'io-ts'
import type { Position, Revision, StoredEvent } from '../../domain/ports/event-store.js'
import { parseJson } from '../../domain/values/json.js'
import { damaged } from './damage.js'

/** @throws where the event is not the next one behind a position */
export const checkPosition = (event: StoredEvent, after: Position): void => {
  if (event.position === after + 1 || namesGap(event, after)) return
  throw damaged(
    `between the positions ${after} and ${event.position} events are gone, and no event of an accepted loss names them`,
  )
}

/** @throws where the event is not the next one of its stream behind a revision */
export const checkRevision = ({ stream, revision }: StoredEvent, after: Revision): void => {
  const next = after === 'none' ? 0 : after + 1
  if (revision !== next) throw damaged(`${stream} has the revision ${revision} where ${next} should be`)
}

/** Whether an event is that of a loss that was accepted, and names all positions between one and its own. */
const namesGap = ({ type, data, position }: StoredEvent, after: Position): boolean => {
  if (type !== 'LossAccepted') return false
  const loss: unknown = parseJson(data)
  return Lost.is(loss) && (loss.first ?? 0) <= after + 1 && loss.last === position - 1
}

/** Of its data, which its codec holds to be more. The first position is not known where others stand at some. */
const Lost = t.intersection([t.type({ last: t.number }), t.partial({ first: t.number })])
