import { openLedger } from '../../index.js'

// Everything in one folder: SQLite for the events, a directory for the files. No server.
const ledger = await openLedger({ directory: 'my-ledger', actor: 'anna', entity: 'acme', project: 'churn' })

const run = await ledger.startRun({ config: { learningRate: 0.1 } })
const model = await run.logArtifact({ name: 'model', type: 'model', content: ['model.json'] })
await run.summarise({ accuracy: 0.93 })
await run.finish()

// The first link makes the registered model. With `expect`, nobody is overwritten unseen.
const linked = await ledger.link({ version: model.path, to: 'churn' })
await ledger.moveAlias({ version: linked.path, alias: 'production', expect: 'absent', reason: 'best so far' })

const before = await ledger.at(model.position).registeredModels() // as it was then: none
const now = await ledger.resolve('churn:production') // acme/model-registry/churn:v0
await ledger.download({ version: now.path, to: 'serving' })
console.log(before.items.length, now.path, now.source, now.run)
await ledger.close()
