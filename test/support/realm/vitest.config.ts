/** Runs what stands beside it as Jest runs tests: in a `vm` context, whose `Object`, `Error` and `Uint8Array` are not Node's. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('../../../', import.meta.url))

export default defineConfig({
  root,
  resolve: { alias: [{ find: /^model-ledger(\/.+)?$/, replacement: `${root}$1/index.ts` }] },
  test: { include: ['test/support/realm/*.inside.ts'], pool: 'vmThreads', maxWorkers: 1, testTimeout: 120_000 },
})
