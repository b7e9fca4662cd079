/** One stream, in pages that are each a call of its own: a slow caller keeps no call open. */
import { EventStoreError, type Revision } from '../../domain/ports/event-store.js'
import { assertNoneHidden, hidden } from './deletion.js'
import { failureOf } from './failure.js'
import { consume, type Page, PageBuilder } from './page.js'
import { readWithRetry, type Session } from './session.js'
import { fromWire } from './wire.js'

const PAGE_SIZE = 500

export async function* readStream(session: Session, stream: string, after: Revision): AsyncGenerator<Page> {
  for (let last = after === 'none' ? -1 : after; ; ) {
    const from = last
    const { events, complete } = await readWithRetry(session, () => streamPage(session, stream, from))
    if (events.length > 0) yield events
    if (complete) return
    last = events.at(-1)?.revision ?? last
  }
}

const streamPage = async (session: Session, stream: string, after: number) => {
  const name = session.prefix + stream
  const page = new PageBuilder()
  const options = { fromRevision: BigInt(after + 1), maxCount: PAGE_SIZE, requiresLeader: true }
  const read = session.client.readStream(name, options)
  let last = after
  let gapBefore: number | undefined
  const damaged = async (what: string): Promise<EventStoreError> => {
    const why = (await hidden(session, name)) ?? 'it was cut off or deleted on the server; restore a backup'
    return new EventStoreError('damaged', `${what}: ${why}`)
  }
  try {
    const { ended, count } = await consume(read, session, (recorded) => {
      const event = fromWire(recorded, session.prefix)
      if (event.revision <= last) return true
      if (event.revision > last + 1) {
        gapBefore = event.revision
        return false
      }
      last = event.revision
      return page.add(event)
    })
    if (gapBefore !== undefined) {
      throw await damaged(`the stream ${name} has no event ${last + 1}, but event ${gapBefore}`)
    }
    // There is such a stream, so there were events.
    if (ended && count === 0 && after === -1) throw await damaged(`the stream ${name} shows none of its events`)
    return { events: page.events, complete: ended && count < PAGE_SIZE }
  } catch (error) {
    if (failureOf(error)._tag !== 'stream-not-found') throw error
    // The server does not find a stream that was soft-deleted.
    await assertNoneHidden(session, new Set([name]))
    return { events: [], complete: true }
  }
}
