/** A process that opens a store, uses it and closes it, and then ends only if nothing is left open. */
import { ORIGIN } from '../../../domain/ports/event-store.js'
import { newEvent, openStore } from './open-store.js'

const [, , connectionString = ''] = process.argv
const store = await openStore(connectionString, { timeout: 5000 })
const subscriber = store.subscribe(ORIGIN)[Symbol.asyncIterator]()
await store.append('artifact-one', 'none', [newEvent()])()
await subscriber.next()
const waiting = subscriber.next().catch(() => undefined)
await store.close()
await waiting
process.stdout.write('closed')
