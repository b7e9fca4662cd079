/**
 * The id of the ledger, in a stream of its own beside those of the ledger: its name does not begin as theirs do, so
 * that no reader of the log meets it. The last event counts.
 */
import * as E from 'fp-ts/lib/Either.js'
import { EventStoreError, type Revision } from '../../domain/ports/event-store.js'
import { LedgerId } from '../../domain/ports/ledger-id.js'
import { nameBasedUuid } from '../../domain/values/digest.js'
import { parseJson } from '../../domain/values/json.js'
import { appendsInTurn } from './append.js'
import { readStream } from './read-stream.js'
import type { Session } from './session.js'

const streamOf = ({ prefix }: Session): string => `ledger-id-${prefix.slice(0, -1)}`

const last = async (session: Session): Promise<{ readonly id: LedgerId | undefined; readonly revision: Revision }> => {
  let found: { readonly id: LedgerId | undefined; readonly revision: Revision } = { id: undefined, revision: 'none' }
  for await (const page of readStream({ ...session, prefix: '' }, streamOf(session), 'none')) {
    for (const { data, revision } of page) {
      const id = parseJson(data)
      if (!LedgerId.is(id))
        throw new EventStoreError('damaged', `event ${revision} of ${streamOf(session)} holds no id`)
      found = { id, revision }
    }
  }
  return found
}

export const ledgerIdIn = async (session: Session): Promise<LedgerId | undefined> => (await last(session)).id

export const setLedgerIdIn = async (
  session: Session,
  id: LedgerId,
  expected: LedgerId | undefined,
): Promise<LedgerId> => {
  const present = await last(session)
  if (present.id !== undefined && (present.id !== expected || present.id === id)) return present.id
  const stream = streamOf(session)
  const event = {
    id: nameBasedUuid(stream, String(present.revision), id),
    type: 'LedgerIdSet',
    data: JSON.stringify(id),
    metadata: '{}',
  }
  const { append } = appendsInTurn({ ...session, prefix: '' })
  const outcome = await append({ stream, expected: present.revision, events: [event] })
  if (E.isRight(outcome)) return id
  const error = outcome.left
  if (error._tag === 'conflict') return (await ledgerIdIn(session)) ?? id
  throw new EventStoreError(
    error._tag === 'damaged' ? 'damaged' : 'unavailable',
    'reason' in error ? error.reason : `${stream} cannot be written: ${error._tag}`,
  )
}
