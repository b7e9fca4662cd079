import { openLedger } from 'model-ledger'
import { directoryCheckpointStore } from 'model-ledger/adapters/directory'
import { filter, firstValueFrom } from 'rxjs'

const ledger = await openLedger({ directory: 'my-ledger', actor: 'anna', entity: 'acme', project: 'churn' })
const searchIndex = new Map<string, string>()

// #region consume
const consumer = await ledger.consume(
  'search-index',
  async ({ event, stream }) => {
    if (event === null) return // written by a newer version of the library
    searchIndex.set(`${stream} ${event.alias}`, event.type === 'AliasMoved' ? `v${event.to}` : 'removed')
  },
  { types: ['AliasMoved', 'AliasRemoved'], checkpoint: directoryCheckpointStore({ path: 'checkpoints' }) },
)
// #endregion

const content = { bytes: '0.5', as: 'w.txt' }
const { position } = await ledger.logArtifact({ name: 'model', type: 'model', content, aliases: ['best'] })

// #region status
const { state, failure } = await firstValueFrom(
  consumer.watchStatus.pipe(filter((status) => status.state === 'parked' || (status.position ?? 0) >= position)),
)
console.log(state, failure?.message ?? `the index holds everything up to position ${position}`)
// #endregion
console.log(searchIndex)
await ledger.close()
