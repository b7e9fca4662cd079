/**
 * Serves the ledger in a directory until it is asked to stop, with `fastify`, `express` (to be installed) or `node-http`:
 * `LEDGER=my-ledger PORT=3000 node node_modules/model-ledger/dist/examples/api/main.js fastify`.
 */
import { once } from 'node:events'
import { openLedger } from 'model-ledger'

const servers = new Map([
  ['fastify', () => import('./fastify.js')],
  ['express', () => import('./express.js')],
  ['node-http', () => import('./node-http.js')],
])
const chosen = servers.get(process.argv[2] ?? 'fastify')
if (chosen === undefined) throw new Error(`no such server; there are ${[...servers.keys()].join(', ')}`)
const { serve } = await chosen()

// #region main
await using ledger = await openLedger({ directory: process.env['LEDGER'] ?? 'my-ledger' })
await using server = await serve(ledger, Number(process.env['PORT'] ?? 3000))
console.log(server.url)
await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
// Here the block ends, and what was opened last goes first: the server stops, then the ledger is closed.
// #endregion
