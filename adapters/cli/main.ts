#!/usr/bin/env node
/** The program `model-ledger`. */
import { run } from './program.js'

// A reader that has seen enough (head, less) closes the pipe: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

/** By the number of the signal, as shells have it. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
/** Longer than a ledger takes to close then: whatever else is waited for. */
const LAST_MOMENT = 3000

const interruption = new AbortController()
for (const [signal, code] of Object.entries(SIGNALS)) {
  // Once: a second one ends the process as if nobody listened.
  process.once(signal, () => {
    process.exitCode = code
    interruption.abort()
    setTimeout(() => process.exit(code), LAST_MOMENT).unref()
  })
}

const code = await run(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  isPerson: process.stdout.isTTY === true,
  showsProgress: process.stderr.isTTY === true,
  env: process.env,
  cwd: process.cwd(),
  now: () => new Date(),
  interrupted: interruption.signal,
})
if (interruption.signal.aborted) process.exit()
process.exitCode = code
