/** Commands about the ledger as a whole: making one, moving it, checking it, cleaning it. */
import { open, rm } from 'node:fs/promises'
import type { Command } from 'commander'
import type { Collectable, Ledger, Leftover } from '../../index.js'
import { assertWhole, type WithLedger } from './command-context.js'
import { DEFAULT_NAME, type LedgerLocation } from './environment.js'
import { exportIn } from './export-file.js'
import { localPath, STANDARD_STREAM } from './local-path.js'
import { counted, json, progressBar, size, type Terminal, table, time } from './output.js'
import { verifyCommand } from './verify-command.js'

export const storeCommands = (program: Command, withLedger: WithLedger, terminal: Terminal): void => {
  initCommand(program, terminal)
  exportCommand(program, withLedger)
  importCommand(program, withLedger)
  verifyCommand(program, withLedger, terminal)
  collectCommand(program, withLedger)
}

const initCommand = (program: Command, terminal: Terminal): void => {
  program
    .command('init')
    .description(
      `Make a ledger in a directory (${DEFAULT_NAME} unless told); with --events its files alone, and the ledger there.`,
    )
    .argument('[directory]')
    .addHelpText('after', '\nExample:\n  $ model-ledger init && model-ledger list models')
    .action(async (name: string | undefined, _: object, command: Command) => {
      const options = command.optsWithGlobals<LedgerLocation & { json?: boolean }>()
      const directory = localPath(terminal.cwd, name ?? options.ledger ?? DEFAULT_NAME, 'a directory')
      const { initAtLocation } = await import('./library.js')
      const { ledger, isNew } = await initAtLocation(options, terminal, directory)
      const said = isNew ? `made a ledger in ${directory}\n` : `there is a ledger in ${directory} already\n`
      terminal.out(options.json === true ? json({ directory, isNew }) : said)
      assertWhole(ledger)
    })
}

const exportCommand = (program: Command, withLedger: WithLedger): void => {
  program
    .command('export')
    .description('Write all events as lines of JSON. The files are not in it: copy the folder files/ too.')
    .argument('[file]', 'standard output unless told, and where it is -')
    .addHelpText('after', '\nExample:\n  $ model-ledger export events.ndjson && cp -r .model-ledger/files files')
    .action((file: string | undefined, _: object, command: Command) =>
      withLedger(command, 'reads', async ({ ledger, terminal }) => {
        if (file !== undefined && file !== STANDARD_STREAM) {
          const { targetFile } = await import('./library.js')
          return exportInto(await targetFile(terminal, file), ledger)
        }
        for await (const line of ledger.exportEvents()) terminal.out(line)
      }),
    )
}

const importCommand = (program: Command, withLedger: WithLedger): void => {
  program
    .command('import')
    .description('Read an export into this ledger, which is empty or holds its beginning: all of it, or nothing.')
    .argument('<file>', 'an export; - is standard input')
    .option('--own-id', 'keep the id of this ledger; unless told, it takes over that of the export')
    .addHelpText(
      'after',
      '\nExample:\n  $ model-ledger export events.ndjson\n  $ model-ledger --ledger copy init && model-ledger --ledger copy import events.ndjson',
    )
    .action((file: string, { ownId }: { ownId?: true }, command: Command) =>
      withLedger(command, 'writes', async ({ ledger, terminal, answer }) => {
        const source = exportIn(terminal, file)
        const bar = progressBar(terminal, 'importing')
        const imported = await ledger
          .importEvents(source, (events) => bar.show(0, 0, counted(events, 'event')), { ownId })
          .finally(bar.end)
        answer(imported, () => `${counted(imported.events, 'event')}, ${imported.added} of them new\n`)
      }),
    )
}

const collectCommand = (program: Command, withLedger: WithLedger): void => {
  program
    .command('gc')
    .description('Say which files no live version and no open draft needs any more; with --delete, delete them.')
    .option('--delete', 'delete them')
    .addHelpText('after', '\nExample:\n  $ model-ledger gc && model-ledger gc --delete')
    .action((options: { delete?: boolean }, command: Command) =>
      withLedger(command, options.delete === true ? 'writes' : 'reads', async ({ ledger, terminal, answer }) => {
        const plan = await ledger.collectable()
        if (options.delete !== true) {
          return answer(plan, () => `${planText(terminal, plan)}${leftoverText(plan)}`)
        }
        const { recent, unfinished } = plan
        const collected = await ledger.collectGarbage(plan)
        answer(
          { ...collected, recent, unfinished },
          () =>
            `${counted(collected.deleted, 'file')} deleted, ${size(collected.bytes)}; ${collected.kept} kept\n${leftoverText(plan)}`,
        )
      }),
    )
}

const planText = (terminal: Terminal, { files, bytes, recent, unfinished }: Collectable): string => {
  if (files.length > 0) {
    const rows = files.map((file) => [size(file.size), time(terminal, file.lastPut.toISOString()), file.digest])
    const head = ['SIZE', 'LAST STORED', 'DIGEST']
    return `${table(terminal, head, rows, '')}${filesText(files.length, bytes)}: delete with --delete\n`
  }
  return recent.files + unfinished.files === 0 ? 'Every file is needed.\n' : 'Nothing can be deleted now.\n'
}

/** What stays though nothing names it, why, and when it goes. */
const leftoverText = ({ recent, unfinished }: Collectable): string => {
  const lines: ReadonlyArray<readonly [left: Leftover, why: string, goes: string]> = [
    [recent, 'that no version names, stored within the last day: something may be about to name them', 'gc can delete'],
    [
      unfinished,
      'unfinished: being stored now, or left by a process that died',
      'the next command that writes deletes',
    ],
  ]
  return lines
    .filter(([{ files }]) => files > 0)
    .map(([{ files, bytes, firstGoes, lastGoes }, why, goes]) => {
      const [first, last] = [firstGoes, lastGoes].map((at) => at?.toISOString() ?? '')
      const when = first === last ? `from ${first} on` : `the first from ${first} on, all from ${last} on`
      return `${filesText(files, bytes)}, ${why}; ${goes} ${files === 1 ? 'it' : 'them'} ${when}\n`
    })
    .join('')
}

const filesText = (files: number, bytes: number): string => `${counted(files, 'file')}, ${size(bytes)}`

/** Into a file that is new. What is not whole is none: it is taken away again, so that the next may be of the same name. */
const exportInto = async (path: string, ledger: Ledger): Promise<void> => {
  const target = await open(path, 'wx')
  try {
    for await (const line of ledger.exportEvents()) await target.writeFile(line)
    await target.sync()
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    await target.close()
  }
}
