/**
 * What somebody did to a stream of the ledger with the tools of the server. It deletes and truncates by a stream of
 * metadata, `$$` and the name; what is hidden by that stays readable in the log until a scavenge takes it.
 */
import { type AllStreamRecordedEvent, BACKWARDS, END, type RecordedEvent } from '@eventstore/db-client'
import { EventStoreError } from '../../domain/ports/event-store.js'
import { failureOf } from './failure.js'
import { consume } from './page.js'
import type { Session } from './session.js'

/** What the server calls the metadata of every stream of the ledger. */
export const metadataPrefix = ({ prefix }: Pick<Session, 'prefix'>): string => `$$${prefix}`

/** From here on `$tb` stands for a stream that was soft-deleted as a whole; the server writes 2^63 - 1. */
const WHOLE = Number.MAX_SAFE_INTEGER

const LIMITS = ['$tb', '$maxCount', '$maxAge'] as const

/** What of the events the metadata of a stream hide, in words; `undefined` for metadata that hide none. */
const hiddenBy = (name: string, metadata: unknown): string | undefined => {
  const said = typeof metadata === 'object' && metadata !== null ? metadata : {}
  const limits = LIMITS.flatMap((limit) => {
    const value: unknown = Reflect.get(said, limit)
    return typeof value === 'number' && (limit !== '$tb' || value > 0) ? [{ limit, value }] : []
  })
  if (limits.length === 0) return undefined
  const names = limits.map(({ limit }) => limit).join(' and ')
  const deleted = limits.some(({ limit, value }) => limit === '$tb' && value >= WHOLE)
  const what = deleted
    ? `was deleted (by a soft delete, $tb in its metadata) with the tools of the server`
    : `is cut off on the server by ${limits.map(({ limit, value }) => `${limit} ${value}`).join(' and ')} in its metadata`
  return `the stream ${name} ${what}: take ${names} out of them${deleted ? ', and once more, since the server then puts $tb to the end' : ''}, which brings back what no scavenge has taken, or restore a backup`
}

/** Whether an event is one of metadata that hide events of a stream of the ledger; that of which. */
export const hidingStream = (
  { streamId, data }: RecordedEvent | AllStreamRecordedEvent,
  session: Pick<Session, 'prefix'>,
): string | undefined =>
  streamId.startsWith(metadataPrefix(session)) && hiddenBy('', data) !== undefined ? streamId.slice(2) : undefined

/** Looks at the metadata that a stream has now. Rejects as a read of the client does. */
export const hidden = async (session: Session, name: string): Promise<string | undefined> => {
  let found: string | undefined
  const options = { direction: BACKWARDS, fromRevision: END, maxCount: 1, requiresLeader: true } as const
  try {
    await consume(session.client.readStream(`$$${name}`, options), session, ({ data }) => {
      found = hiddenBy(name, data)
      return true
    })
  } catch (error) {
    if (failureOf(error)._tag !== 'stream-not-found') throw error
  }
  return found
}

/** Throws `damaged` if one of the streams hides events now; those that do not any more are taken out. */
export const assertNoneHidden = async (session: Session, names: Set<string>): Promise<void> => {
  for (const name of [...names]) {
    const what = await hidden(session, name)
    if (what !== undefined) throw new EventStoreError('damaged', what)
    names.delete(name)
  }
}
