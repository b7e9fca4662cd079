/** One stream, in pages that are each a call of its own: a slow caller keeps no call open. */
import { EventStoreError, type Revision } from '../../domain/event-store.js'
import { failureOf } from './failure.js'
import { consume, type Page, PageBuilder } from './page.js'
import { patiently, type Session } from './session.js'
import { fromWire } from './wire.js'

const PAGE_SIZE = 500

export async function* readStream(session: Session, stream: string, after: Revision): AsyncGenerator<Page> {
  for (let last = after === 'none' ? -1 : after; ; ) {
    const from = last
    const { events, complete } = await patiently(session, () => streamPage(session, stream, from))
    if (events.length > 0) yield events
    if (complete) return
    last = events.at(-1)?.revision ?? last
  }
}

const streamPage = async (session: Session, stream: string, after: number) => {
  const page = new PageBuilder()
  const options = { fromRevision: BigInt(after + 1), maxCount: PAGE_SIZE, requiresLeader: true }
  const read = session.client.readStream(session.prefix + stream, options)
  let last = after
  try {
    const { ended, count } = await consume(read, session, (recorded) => {
      const event = fromWire(recorded, session.prefix)
      if (event.revision <= last) return true
      if (event.revision > last + 1) {
        const gap = `the stream ${recorded.streamId} has no event ${last + 1}, but event ${event.revision}`
        throw new EventStoreError('damaged', `${gap}: it was truncated or deleted on the server; restore a backup`)
      }
      last = event.revision
      return page.add(event)
    })
    return { events: page.events, complete: ended && count < PAGE_SIZE }
  } catch (error) {
    if (failureOf(error)._tag === 'stream-not-found') return { events: [], complete: true }
    throw error
  }
}
