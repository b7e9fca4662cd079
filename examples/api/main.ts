/**
 * Serves the ledger in a directory. Run it, after `npm install fastify`:
 * `LEDGER=my-ledger PORT=3000 node node_modules/model-ledger/dist/examples/api/main.js`.
 */
import { openLedger } from 'model-ledger'
import { server } from './server.js'

// Loopback only: put your own authentication in front before anybody else can reach it.
const ledger = await openLedger({ directory: process.env['LEDGER'] ?? 'my-ledger' })
const api = server(ledger)
console.log(await api.listen({ host: '127.0.0.1', port: Number(process.env['PORT'] ?? 3000) }))

// Together: the server waits for open feeds, and they end with the ledger.
process.once('SIGTERM', () => Promise.all([api.close(), ledger.close()]))
