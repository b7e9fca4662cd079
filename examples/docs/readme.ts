import { openLedger } from 'model-ledger'

// Everything in one folder: SQLite for the events, a directory for the files. No server.
const ledger = await openLedger({ directory: 'my-ledger', actor: 'anna', entity: 'acme', project: 'churn' })

const run = await ledger.startRun({ config: { learningRate: 0.1 } })
const weights = JSON.stringify([Math.random()]) // what a training would make
const model = await run.logArtifact({ name: 'model', type: 'model', content: { bytes: weights, as: 'model.json' } })
await run.summarise({ accuracy: 0.93 })
await run.finish()

// The first link makes the registered model. With `expect`, nobody is overwritten unseen.
const linked = await ledger.link({ version: model.path, to: 'churn' })
const { production = 'absent' } = (await ledger.registeredModel('churn')).aliases
await ledger.moveAlias({ version: linked.path, alias: 'production', expect: production, reason: 'best so far' })

const now = await ledger.resolve('churn:production') // acme/model-registry/churn:v0
await ledger.download({ version: now.path, to: 'serving', overwrite: true })
console.log(now.path, now.source, now.run)

// Any question can be put to any moment of the past; who changed what, when and why is a question like any other.
const before = await ledger.at(linked.position).registeredModel('churn')
const { items: tenures } = await ledger.aliasHistory({ of: 'churn', alias: 'production' })
console.log('before:', before.aliases)
for (const { version, from } of tenures) console.log(`v${version}`, from.time, from.actor, from.reason)
await ledger.close()
