/**
 * A process of its own that opens a ledger, `node --expose-gc opening.js rebuild|keep|snapshot <folder>`, and prints
 * how long it took to the first answer and what the read model occupies. `keep` leaves a snapshot behind.
 */
import { join } from 'node:path'
import { directorySnapshotStore } from '../adapters/directory/index.js'
import { sqliteEventStore } from '../adapters/sqlite/index.js'
import { registryQuestions } from '../projections/registry/questions/lookup.js'
import { artifactPath } from './history.js'
import { opened, readModelOf } from './support.js'

const [, , how, folder = ''] = process.argv
const occupied = (): number => {
  for (let time = 0; time < 3; time++) globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const before = occupied()
const start = performance.now()
const store = await opened(sqliteEventStore({ path: join(folder, 'events.db') }))
const snapshots = directorySnapshotStore({ path: join(folder, 'snapshots') })
const model = readModelOf(store, how === 'rebuild' ? undefined : snapshots)
const known = await opened(model.fresh())
const { registry } = known.states
const { resolve } = registryQuestions({
  registry,
  positionTimes: known.positionTimes,
  position: known.checkpoint,
  defaults: {},
})
const answer = resolve(`${artifactPath(0)}:latest`)
const seconds = (performance.now() - start) / 1000
if (answer._tag === 'Left') throw new Error(`no answer: ${JSON.stringify(answer.left)}`)
const restored = known.checkpoint > 0 && (await opened(model.progress())).applied === 0
if (how === 'snapshot' && !restored) throw new Error('the snapshot was not used')

const bytes = occupied() - before
const versions = [...registry.collections.values()].reduce((sum, { versions }) => sum + versions.length, 0)
console.log(JSON.stringify({ seconds, bytes, versions }))

if (how === 'keep') await model.snapshot()
await model.close()
await store.close()
