import { openLedger } from 'model-ledger'

const ledger = await openLedger({ directory: 'my-ledger', actor: 'anna', entity: 'acme', project: 'churn' })
const data = await ledger.logArtifact({ name: 'data', type: 'dataset', content: { bytes: 'a,b', as: 'd.csv' } })
const run = await ledger.startRun()
await run.useArtifact(data.path)
const model = await run.logArtifact({ name: 'model', type: 'model', content: { bytes: '0.5', as: 'w.txt' } })
await ledger.link({ version: model.path, to: 'churn', aliases: ['production'] })

// #region steps
for await (const { change, view } of ledger.replay({ after: data.position })) {
  const { nodes } = await view.lineage({ of: 'data:v0', direction: 'downstream' })
  console.log(`${change.time}: ${change.actor} ${change.what}; of the data came ${nodes.length - 1}`)
}
// #endregion
await ledger.close()
