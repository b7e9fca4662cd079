import { writeFile } from 'node:fs/promises'
import { openLedger } from 'model-ledger'
import { lineageSvg } from 'model-ledger/projections'

const ledger = await openLedger({ directory: 'my-ledger', actor: 'anna', entity: 'acme', project: 'churn' })
const data = await ledger.logArtifact({ name: 'data', type: 'dataset', content: { bytes: 'a,b', as: 'd.csv' } })
const run = await ledger.startRun()
await run.useArtifact(data.path)
const model = await run.logArtifact({ name: 'model', type: 'model', content: { bytes: '0.5', as: 'w.txt' } })
await ledger.link({ version: model.path, to: 'churn', aliases: ['production'] })

// #region upstream
const { nodes, edges } = await ledger.lineage({ of: 'churn:production', direction: 'upstream' })
for (const { from, kind, to } of edges) console.log(from, kind, to)
// #endregion

// #region paths
const { items } = await ledger.paths({ from: 'data:v0', to: 'churn:production' })
console.log(items.map((path) => path.map(({ kind, to }) => `-${kind}-> ${to}`).join(' ')))
// #endregion

// #region picture
const picture = await ledger.at(new Date()).lineage({ of: 'churn:production' })
await writeFile('lineage.svg', lineageSvg(picture))
// #endregion
console.log(nodes.length)
await ledger.close()
