#!/usr/bin/env node
/** The program `model-ledger`. */
import { run } from './program.js'

// A reader that has seen enough (head, less) closes the pipe: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

process.exitCode = await run(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  isPerson: process.stdout.isTTY === true,
  showsProgress: process.stderr.isTTY === true,
  env: process.env,
  cwd: process.cwd(),
  now: () => new Date(),
})
