/**
 * Makes the ledger that the pages ask: three weeks of a team whose models say which customers will leave. Times and ids are fixed, so that
 * everybody who makes it has the same ledger, to the last character of its export.
 * Run it: `node node_modules/model-ledger/dist/examples/sample-ledger.js`, with the name of a folder unless it is to lie in `.model-ledger`.
 */
import { existsSync } from 'node:fs'
import { type Ledger, openLedger, systemClock } from 'model-ledger'
import { testIds } from 'model-ledger/testing'

const [, , directory = '.model-ledger'] = process.argv
if (existsSync(directory)) {
  console.error(`${directory} is there already: remove it, or name another folder`)
  process.exit(1)
}

let now = '2026-04-20T08:00:00Z'
const clock = { ...systemClock, now: () => new Date(now) }
const ids = testIds()
const openAs = (actor: string): Promise<Ledger> =>
  openLedger({ directory, actor, entity: 'acme', project: 'churn', clock, ids })
const dana = await openAs('dana')
const anna = await openAs('anna')
const ben = await openAs('ben')

/** What a training would make. */
const weights = (values: ReadonlyArray<number>) => ({ bytes: `${values.join('\n')}\n`, as: 'weights.txt' })

const rows = 'id,months,calls,left\n1,48,0,no\n2,3,5,yes\n3,27,1,no\n'
const march = [
  { bytes: rows, as: 'customers.csv' },
  { bytes: 'One row for each customer, as of the end of the month.\n', as: 'README.txt' },
]
await dana.logArtifact({ name: 'customers', type: 'dataset', content: march, description: 'customers in March' })

now = '2026-04-21T10:00:00Z'
const first = await anna.startRun({ run: 'train-april', jobType: 'train', config: { learningRate: 0.1 } })
await first.useArtifact('customers:v0')
now = '2026-04-21T10:40:00Z'
await first.logArtifact({ name: 'churn-net', type: 'model', content: weights([0.5, -0.2]) })
await first.summarise({ accuracy: 0.88 })
await first.finish()

now = '2026-04-22T09:30:00Z'
await anna.link({ version: 'churn-net:v0', to: 'churn' })
await anna.moveAlias({ version: 'churn:v0', alias: 'production', expect: 'absent', reason: 'first release' })

now = '2026-04-29T08:00:00Z'
const draft = await dana.newDraft('customers:v0')
await draft.add({ bytes: `${rows}4,2,7,yes\n`, as: 'customers.csv' }, { overwrite: true })
await draft.log({ description: 'customers in April', reason: 'the month is over' })

now = '2026-04-30T13:00:00Z'
const second = await anna.startRun({ run: 'train-may', jobType: 'train', config: { learningRate: 0.05 } })
await second.useArtifact('customers:v1')
now = '2026-04-30T14:10:00Z'
await second.logArtifact({ name: 'churn-net', type: 'model', content: weights([0.7, -0.1]) })
await second.summarise({ accuracy: 0.93 })
await second.finish()
now = '2026-04-30T14:30:00Z'
await anna.link({ version: 'churn-net:v1', to: 'churn', aliases: ['staging'] })

now = '2026-05-03T08:55:00Z'
await ben.tag({ version: 'churn:v1', tags: ['reviewed'], reason: 'review 118' })
now = '2026-05-03T09:12:00Z'
const better = 'finds 93 of 100, review 118'
await ben.moveAlias({ version: 'churn:v1', alias: 'production', expect: 0, onBehalfOf: 'carla', reason: better })
now = '2026-05-03T09:15:00Z'
await ben.removeAlias({ name: 'churn', alias: 'staging', reason: 'it is in production' })
now = '2026-05-03T16:40:00Z'
const worse = 'false alarms in Spain, ticket 4711'
await anna.moveAlias({ version: 'churn:v0', alias: 'production', expect: 1, reason: worse })

now = '2026-05-11T10:00:00Z'
const again = 'Spain is repaired, ticket 4711'
await ben.moveAlias({ version: 'churn:v1', alias: 'production', expect: 0, onBehalfOf: 'carla', reason: again })

for (const ledger of [ben, anna, dana]) await ledger.close()
console.log(`a ledger of April and May 2026 lies in ${directory}`)
