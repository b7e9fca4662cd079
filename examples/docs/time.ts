import { openLedger, systemClock } from 'model-ledger'
import { memoryEventStore, memoryFileStore } from 'model-ledger/adapters/memory'

let now = '2026-05-03T12:00:00Z'
const clock = { ...systemClock, now: () => new Date(now) }
const stores = { events: memoryEventStore(), files: memoryFileStore() }
const ledger = await openLedger({ ...stores, clock, actor: 'anna', entity: 'acme', project: 'churn' })

await ledger.createArtifact({ name: 'first', type: 'model' })
now = '2026-05-03T11:00:00Z' // the clock of the machine is set back by an hour
await ledger.createArtifact({ name: 'second', type: 'model', occurredAt: '2026-05-02T18:00:00Z' })
now = '2026-05-03T12:30:00Z'
await ledger.createArtifact({ name: 'third', type: 'model' })

const { items } = await ledger.history({ order: 'ascending' })
for (const { position, time, recordedAt, occurredAt } of items) console.log(position, time, recordedAt, occurredAt)

const { items: then } = await ledger.at('2026-05-03T12:00:00Z').artifacts()
console.log(then.map(({ path }) => path))
await ledger.close()
