/** What docs/consistency.md says of a call of two commands that is cut off between them. */
import * as TE from 'fp-ts/lib/TaskEither.js'
import { expect, it } from 'vitest'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import type { EventStore } from '../../domain/ports/event-store.js'
import { openLedger } from '../../index.js'
import { rejection, text } from '../support/ledger-memory.js'

it('linkModel that was cut off between its log and its link leaves the version, and the same call links it', async () => {
  const [events, files] = [memoryEventStore(), memoryFileStore()]
  const cutOff: EventStore = {
    ...events,
    append: (stream, ...rest) =>
      stream.startsWith('model-')
        ? TE.left({ _tag: 'unavailable', reason: 'cut off' })
        : events.append(stream, ...rest),
  }
  const options = { files, actor: 'anna', entity: 'acme', project: 'churn' }
  const call = { content: text('w'), to: 'churn', name: 'net', type: 'model', aliases: ['staging'], commandId: 'once' }

  const before = await openLedger({ ...options, events: cutOff, deadline: 1 })
  await rejection(before.linkModel(call))
  expect(await before.resolve('net')).toMatchObject({ version: 0, links: [] })
  expect(await rejection(before.registeredModel('churn'))).toMatchObject({ code: 'not-found' })

  const after = await openLedger({ ...options, events })
  for (let again = 0; again < 2; again++)
    expect(await after.linkModel(call)).toMatchObject({ version: 0, source: { version: 0 } })
  expect((await after.versions('acme/churn/net')).items).toHaveLength(1)
  expect(await after.resolve('churn:staging')).toMatchObject({ source: 'acme/churn/net:v0' })
  await after.close()
})
