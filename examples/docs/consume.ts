// #region consume
import { newest, openLedger } from 'model-ledger'
import { directoryCheckpointStore } from 'model-ledger/adapters/directory'

const ledger = await openLedger({ directory: 'my-ledger', actor: 'anna', entity: 'acme', project: 'churn' })
const searchIndex = new Map<string, string>() // yours outlives the process, as its checkpoint does

const consumer = await ledger.consume(
  'search-index',
  async ({ event, stream }) => {
    if (event === null) return // written by a newer version of the library
    searchIndex.set(`${stream} ${event.alias}`, event.type === 'AliasMoved' ? `v${event.to}` : 'removed')
  },
  { types: ['AliasMoved', 'AliasRemoved'], checkpoint: directoryCheckpointStore({ path: 'checkpoints' }) },
)
// #endregion

// #region status
const content = { bytes: '0.5', as: 'w.txt' }
const { position } = await ledger.logArtifact({ name: 'model', type: 'model', content, aliases: ['best'] })
for await (const status of newest(consumer.watchStatus))
  if (status.state === 'parked' || (status.position ?? 0) >= position) break
console.log(consumer.status.state, consumer.status.failure?.message ?? searchIndex)
await ledger.close()
// #endregion
