/** The end of the log. */
import { type AllStreamRecordedEvent, BACKWARDS, END, type Position as LogPosition } from '@eventstore/db-client'
import { ORIGIN, type Position } from '../../domain/ports/event-store.js'
import { assertNoneHidden, hidingStream } from './deletion.js'
import { readAll } from './feed.js'
import { consume } from './page.js'
import { readWithRetry, type Session } from './session.js'
import { positionOf } from './wire.js'

/** Backwards the client reads everything, also what is not of this ledger: so many events at most. */
const LOOK_BACK = [4, 60, 500, 500]

/** Reads the end of the log, which shows that a server is there and lets this user read it. */
export const readEnd = (session: Session): Promise<unknown> =>
  readWithRetry(session, () => backwards(session, END, 1, () => true))

/**
 * The position of the last event of the ledger: looked for from the end backwards, then, on a server where
 * others write much more, from the last position known forwards.
 */
export const lastPosition = (session: Session): (() => Promise<Position>) => {
  /** The last event of ours up to a place in the log. */
  let known = { through: -1n, position: ORIGIN }

  const lookBack = async () => {
    let newest: bigint | undefined
    let oldest: LogPosition | typeof END = END
    let found: Position | undefined
    for (const maxCount of LOOK_BACK) {
      const { count } = await backwards(session, oldest, maxCount, (recorded) => {
        const { commit } = recorded.position
        newest ??= commit
        oldest = recorded.position
        const hiding = hidingStream(recorded, session)
        if (hiding !== undefined) session.cut.add(hiding)
        if (commit <= known.through) found = known.position
        else if (recorded.streamId.startsWith(session.prefix)) found = positionOf(recorded)
        return found === undefined
      })
      if (found === undefined && count < maxCount) found = ORIGIN
      if (found !== undefined) break
    }
    return { newest: newest ?? -1n, found }
  }

  return async () => {
    const { newest, found } = await readWithRetry(session, lookBack)
    await readWithRetry(session, () => assertNoneHidden(session, session.cut))
    let position = found ?? known.position
    if (found === undefined) {
      for await (const page of readAll(session, position)) position = page.at(-1)?.position ?? position
    }
    if (newest > known.through) known = { through: newest, position }
    return position
  }
}

const backwards = (
  session: Session,
  fromPosition: LogPosition | typeof END,
  maxCount: number,
  take: (recorded: AllStreamRecordedEvent) => boolean,
) =>
  consume(session.client.readAll({ direction: BACKWARDS, fromPosition, maxCount, requiresLeader: true }), session, take)
