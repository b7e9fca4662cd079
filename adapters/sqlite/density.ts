/** Positions follow one another, and so do the revisions of a stream: a gap is damage, unless a loss event names it. */
import * as t from 'io-ts'
import { ORIGIN, type Position, type Revision, type StoredEvent } from '../../domain/ports/event-store.js'
import { parseJson } from '../../domain/values/json.js'
import { damaged } from './damage.js'
import type { Database } from './driver/index.js'
import type { Layout } from './layout.js'

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

/**
 * Whether rows are gone in the midst of the table, where who reads a stream, or the events behind a snapshot, would never
 * meet the gap. They are counted once, in the index: 10 ms for a million. Only where some are missing is it looked for
 * where: those that an accepted loss names are missed by nobody.
 *
 * @throws where there are fewer than positions, and no event names the gap
 */
export const checkCount = (database: Database, { events }: Layout, eventAt: EventAt): void => {
  const count = database.prepare<[], readonly [number, Position | null]>(
    `SELECT (SELECT count(*) FROM ${events}), (SELECT max(position) FROM ${events})`,
  )
  const [rows, last] = count.get() ?? [0, null]
  if (last === null || rows === last) return
  const gaps = database.prepare<[], readonly [after: Position, position: Position]>(
    `SELECT after, position FROM (SELECT position, lag(position, 1, ${ORIGIN}) OVER (ORDER BY position) AS after FROM ${events})
     WHERE position <> after + 1 ORDER BY position`,
  )
  for (const [after, position] of gaps.all()) {
    const event = eventAt(position)
    if (event !== undefined) checkPosition(event, after)
  }
}

type EventAt = (position: Position) => StoredEvent | undefined

/** Whether an event is that of a loss that was accepted, and names all positions between one and its own. */
const namesGap = ({ type, data, position }: StoredEvent, after: Position): boolean => {
  if (type !== 'LossAccepted') return false
  const loss: unknown = parseJson(data)
  return Lost.is(loss) && (loss.first ?? 0) <= after + 1 && loss.last === position - 1
}

/** Of its data, which its codec holds to be more. The first position is not known where others stand at some. */
const Lost = t.intersection([t.type({ last: t.number }), t.partial({ first: t.number })])
