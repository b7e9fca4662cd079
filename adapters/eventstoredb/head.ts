/** The end of the log. */
import { type AllStreamRecordedEvent, BACKWARDS, END, type Position as LogPosition } from '@eventstore/db-client'
import { ORIGIN, type Position, toPosition } from '../../domain/ports/event-store.js'
import { assertNoneHidden, hidingStream } from './deletion.js'
import { failureOf } from './failure.js'
import { readAll } from './feed.js'
import { consume } from './page.js'
import { type Refused, readWithRetry, type Session, wasRestored } from './session.js'
import { positionOf } from './wire.js'

/** So many events are looked at here before the server is asked to search: all of the end of the log, also what others wrote. */
const LOOK_BACK = [4, 60]

/**
 * Reads the end of the log, which shows that a server is there and lets this user read it.
 *
 * @param why looks for a reason why no server took the call, for which it is of no use to try again
 */
export const readEnd = (session: Session, why: () => Promise<Refused | undefined>): Promise<unknown> =>
  readWithRetry(session, async () => {
    try {
      return await backwards(session, END, 1, () => true)
    } catch (error) {
      throw (failureOf(error)._tag === 'not-taken' ? await why() : undefined) ?? error
    }
  })

/**
 * The position of the last event of the ledger: looked for from the end backwards, as far as the log was not looked through before. On a
 * server where others wrote much since then, the server looks: on from there, or backwards where nothing was looked through yet.
 */
export const lastPosition = (session: Session) => async (): Promise<Position> => {
  const { seen } = session
  const { newest, oldest, found } = await readWithRetry(session, () => lookBack(session))
  await readWithRetry(session, () => assertNoneHidden(session, session.cut))
  let position = found ?? seen.position
  if (found === undefined && seen.through === undefined) {
    const search = () => session.client.lastBefore(oldest, session.prefix, session)
    position = toPosition(Number((await readWithRetry(session, search)) ?? ORIGIN))
  } else if (found === undefined) {
    for await (const page of readAll(session, position)) position = page.at(-1)?.position ?? position
  }
  if (newest !== undefined) seen.note(position, newest)
  return position
}

const lookBack = async (session: Session) => {
  const { seen } = session
  const through = seen.through?.commit ?? -1n
  let newest: LogPosition | undefined
  let oldest: LogPosition | undefined
  let found: Position | undefined
  for (const maxCount of LOOK_BACK) {
    const { count } = await backwards(session, oldest ?? END, maxCount, (recorded) => {
      newest ??= recorded.position
      if (newest.commit < BigInt(seen.position)) throw wasRestored(seen.position, session.server)
      oldest = recorded.position
      const hiding = hidingStream(recorded, session)
      if (hiding !== undefined) session.cut.add(hiding)
      if (recorded.position.commit <= through) found = seen.position
      else if (recorded.streamId.startsWith(session.prefix)) found = positionOf(recorded)
      return found === undefined
    })
    if (found === undefined && count < maxCount) found = ORIGIN
    if (found !== undefined) break
  }
  return { newest, oldest: oldest?.commit, found }
}

const backwards = (
  session: Session,
  fromPosition: LogPosition | typeof END,
  maxCount: number,
  take: (recorded: AllStreamRecordedEvent) => boolean,
) =>
  consume(session.client.readAll({ direction: BACKWARDS, fromPosition, maxCount, requiresLeader: true }), session, take)
