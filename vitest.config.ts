import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/support/longest-first.js'

const root = fileURLToPath(new URL('./', import.meta.url))

export default defineConfig({
  // What imports the package by its name, as the examples do, is tested on these sources, not on what was built of them.
  resolve: { alias: [{ find: /^model-ledger(\/.+)?$/, replacement: `${root}$1/index.ts` }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/global-setup.ts',
    setupFiles: 'test/support/seed.ts',
    sequence: { sequencer: LongestFirst },
    reporters: ['default', './test/support/reporter.ts'],
    // Nothing of a test stays behind: neither what Node compiles for command lines that it runs.
    env: { NODE_DISABLE_COMPILE_CACHE: '1' },
    // Processes, not threads: a crash of the native SQLite module takes one file with it, not the run.
    pool: 'forks',
    // One process runs many files, one after another: to load everything anew for each took a third of the time.
    // What a file changes that is not its own, as the umask or a function of Node, it puts back.
    isolate: false,
    // One more than there are processors, as some wait for the disk or for another process.
    maxWorkers: availableParallelism() + 1,
    // Only for what never ends: nothing is right or wrong by the time that it takes on a busy machine.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    // Else Vitest takes what lies below a folder named `es` or `esm` for ES modules, and loads it twice, wherever the checkout is.
    server: { deps: { external: [/\/node_modules\//] } },
    coverage: {
      provider: 'v8',
      include: ['index.ts', '{domain,projections,application,ledger,adapters,testing}/**/*.ts'],
      // Run only as a child process, or as a thread, where nothing is measured.
      exclude: ['adapters/cli/{main,command-line}.ts', 'adapters/sqlite/reading-worker.ts'],
      reporter: ['text-summary'],
    },
  },
})
