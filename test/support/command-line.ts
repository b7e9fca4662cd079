/** The command line as a test gives it: what it prints, and its exit code. */
import { Readable } from 'node:stream'
import type { Command } from 'commander'
import type { Terminal } from '../../adapters/cli/output.js'
import { run } from '../../adapters/cli/program.js'

export const ENV = { MODEL_LEDGER_ENTITY: 'acme', MODEL_LEDGER_PROJECT: 'churn', MODEL_LEDGER_ACTOR: 'anna' }

/** A terminal in a directory, and what was written to it. It is 2100 there. */
export const terminalIn = (cwd: string, more: Partial<Terminal> = {}) => {
  const written = { out: '', err: '' }
  const terminal: Terminal = {
    out: (text) => {
      written.out += text
    },
    outBytes: async (bytes) => {
      written.out += Buffer.from(bytes).toString()
    },
    err: (text) => {
      written.err += text
    },
    in: Readable.from([]),
    isPerson: false,
    showsProgress: false,
    env: ENV,
    cwd,
    now: () => new Date('2100-01-01T00:00:00Z'),
    ...more,
  }
  return { terminal, written }
}

export const commandLine =
  (cwd: string, more: Partial<Terminal> = {}) =>
  async (...args: ReadonlyArray<string>) => {
    const { terminal, written } = terminalIn(cwd, more)
    const code = await run(args, terminal)
    return { code, ...written }
  }

/** The commands of a program by their whole names: `alias set`, and not `alias`. */
export const commandsOf = (program: Command): ReadonlyMap<string, Command> => new Map(commandsBelow(program, ''))

const commandsBelow = (command: Command, above: string): ReadonlyArray<readonly [string, Command]> =>
  command.commands.flatMap((inner) => {
    const name = `${above}${inner.name()}`
    return inner.commands.length === 0 ? [[name, inner] as const] : commandsBelow(inner, `${name} `)
  })

export const optionsOf = (command: Command): ReadonlyArray<string> => command.options.map(({ long }) => long ?? '')
