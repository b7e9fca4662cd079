/**
 * Approvals of models, by team, behind an HTTP API. Run it:
 * `node node_modules/model-ledger/dist/examples/approvals/main.js my-approvals 3000`
 *
 *     curl -X PUT -H 'x-user: anna' --data-binary @model.bin 'localhost:3000/teams/risk/models/churn/candidate?reason=more+data'
 *     curl 'localhost:3000/waiting?team=risk'
 *     curl -X PUT -H 'x-user: ben' 'localhost:3000/teams/risk/models/churn/production?version=v0&reason=fair'
 *     curl 'localhost:3000/search?q=fair'
 */
import { once } from 'node:events'
import { join } from 'node:path'
import { openLedger } from 'model-ledger'
import { watchLedgers } from './metrics.js'
import { openSearchIndex } from './search-index.js'
import { approvals, closeServer } from './server.js'
import { waiting } from './waiting.js'

const [directory = 'my-approvals', port = '3000'] = process.argv.slice(2)

const metrics = watchLedgers()
const ledger = await openLedger({ directory: join(directory, 'ledger'), actor: 'approvals', projections: [waiting] })
const index = await openSearchIndex(join(directory, 'search.db'))
const indexing = await index.follow(ledger)
const server = approvals({ ledger, index, indexing, metrics })

// Each stops before what it uses: requests, then the ledger and with it what feeds the index, then the index.
const stop = async (): Promise<void> => {
  await closeServer(server)
  await ledger.close()
  index.close()
  metrics.stop()
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)

// Loopback only: put your own authentication in front before anybody else can reach it.
server.listen(Number(port), '127.0.0.1')
await once(server, 'listening')
const address = server.address()
console.log(`http://127.0.0.1:${typeof address === 'object' ? address?.port : port}`)
