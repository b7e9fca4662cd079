import { randomUUID } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach } from 'vitest'
import { eventStoreDb } from '../../adapters/eventstoredb/index.js'
import { eventStoreContract } from '../contracts/event-store.js'
import { StandIn } from '../support/eventstoredb/stand-in.js'

// With EVENTSTORE_URL the same cases run on a real server, each in a ledger with a name of its own.
const url = process.env['EVENTSTORE_URL']

let standIn: StandIn | undefined
afterEach(async () => {
  await standIn?.stop()
  standIn = undefined
})

eventStoreContract(`eventstoredb, ${url === undefined ? 'over the stand-in' : 'on a real server'}`, async () => {
  if (url === undefined) standIn = await StandIn.start()
  const ledger = `test.${randomUUID().replaceAll('-', '')}`
  const store = await eventStoreDb(url ?? standIn?.connectionString() ?? '', { ledger })()
  if (E.isLeft(store)) throw new Error(store.left.reason)
  return store.right
})
