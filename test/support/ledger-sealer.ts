/**
 * A process that commits a distributed version and is killed between its two streams: the seal is durable,
 * the version is not yet logged.
 *
 *     node ledger-sealer.js <directory> [on-base]
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { directoryFileStore } from '../../adapters/directory/index.js'
import type { EventStore } from '../../domain/ports/event-store.js'
import { openLedger } from '../../index.js'
import { openSqlite } from './sqlite-store.js'

const [directory = '', onBase] = process.argv.slice(2)
await mkdir(directory)
const store = await openSqlite({ path: join(directory, 'events.db') })

const dyingAfterTheSeal: EventStore = {
  ...store,
  append: (stream, expected, events) => async () => {
    const outcome = await store.append(stream, expected, events)()
    if (events.some(({ type }) => type === 'DistributedCommitted')) process.kill(process.pid, 'SIGKILL')
    return outcome
  },
}

const ledger = await openLedger({
  events: dyingAfterTheSeal,
  files: directoryFileStore({ path: join(directory, 'files') }),
  actor: 'anna',
  entity: 'acme',
  project: 'sealed',
})
const draft = { name: 'sharded', type: 'data', distributedId: 'night' }
if (onBase !== undefined) {
  const content = ['0.txt', '1.txt'].map((as) => ({ bytes: 'zero', as }))
  await ledger.logArtifact({ name: draft.name, type: draft.type, content })
}
const edits = onBase === undefined ? {} : { base: 'sharded:v0', overwrite: true }
await ledger.upsertDistributed({ ...draft, ...edits, writer: 'w1', content: [{ bytes: 'one', as: '1.txt' }] })
await ledger.upsertDistributed({ ...draft, writer: 'w2', content: [{ bytes: 'two', as: '2.txt' }] })
await ledger.commitDistributed({
  ...draft,
  writer: 'w3',
  content: [{ bytes: 'three', as: '3.txt' }],
  commandId: 'the commit',
  actor: 'carla',
  reason: 'all shards are in',
  aliases: ['complete'],
  metadata: { shards: 3 },
})
