// #region follow
import { openLedger } from 'model-ledger'

const ledger = await openLedger({ directory: 'my-ledger', actor: 'anna', entity: 'acme', project: 'churn' })
const content = { bytes: '0.5', as: 'w.txt' }
const model = await ledger.logArtifact({ name: 'model', type: 'model', content })
await ledger.link({ version: model.path, to: 'churn', aliases: ['production'], reason: 'best of the week' })

const stop = new AbortController()
for await (const { event, position, metadata } of ledger.events({ types: ['AliasMoved'], signal: stop.signal })) {
  if (event === null) continue // written by a newer version of the library
  console.log(`${position}: ${metadata.actor} moved ${event.alias} to v${event.to}`, metadata.reason ?? '')
  if (event.alias === 'production') stop.abort()
}
await ledger.close()
// #endregion
