/** The program `model-ledger` as a process: its arguments, its streams, its signals and how it ends. */
import { run, tellFailure } from './program.js'
import { onWriteErrors, writeErr, writeOut, writeOutBytes } from './standard-streams.js'

/** By the number of the signal, as shells have it. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
/** Longer than a ledger takes to close then: whatever else is waited for. */
const LAST_MOMENT = 3000

/** Runs what the arguments ask for, and says by the exit code how it went. */
export const commandLine = async (args: ReadonlyArray<string>): Promise<void> => {
  onWriteErrors(
    () => process.exit(0),
    (error) => process.exit(tellFailure(error, args, writeErr)),
  )

  const interruption = new AbortController()
  for (const [signal, code] of Object.entries(SIGNALS)) {
    // Once: a second one ends the process as if nobody listened.
    process.once(signal, () => {
      process.exitCode = code
      interruption.abort()
      setTimeout(() => process.exit(code), LAST_MOMENT).unref()
    })
  }

  const code = await run(args, {
    out: writeOut,
    outBytes: writeOutBytes,
    err: writeErr,
    get in() {
      return process.stdin
    },
    isPerson: process.stdout.isTTY === true,
    showsProgress: process.stderr.isTTY === true,
    env: process.env,
    cwd: process.cwd(),
    now: () => new Date(),
    interrupted: interruption.signal,
  }).catch(async (error: unknown) => {
    const { inSources } = await import('./fault.js')
    throw inSources(error)
  })
  if (interruption.signal.aborted) process.exit()
  process.exitCode = code
}
