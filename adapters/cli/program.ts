/** The command line as a whole: its commands, its help, and how a command is run. */

import { existsSync, readFileSync } from 'node:fs'
import { Command, CommanderError, Option } from 'commander'
import { isError } from '../../domain/values/built-ins.js'
import { parseJson } from '../../domain/values/json.js'
import { LedgerError } from '../../ledger/calling/errors.js'
import { changeCommands } from './change-commands.js'
import { ledgerOpener } from './command-context.js'
import { completeNames } from './complete-names.js'
import { COMPLETE, completionCommand } from './completion.js'
import { contentCommands } from './content-commands.js'
import { createCommands } from './create-commands.js'
import { distributedCommands } from './distributed-commands.js'
import { EXIT, type ExitCode } from './exit-code.js'
import { historyCommands } from './history-commands.js'
import { lineageCommands } from './lineage-commands.js'
import { linkingCommands } from './linking-commands.js'
import { listCommands, searchCommand } from './list-commands.js'
import { loggingCommands } from './logging-commands.js'
import { lossCommand } from './loss-command.js'
import { optionsInZone, refuseActor } from './options.js'
import { json, plain, type Terminal } from './output.js'
import { runCommands, useCommand } from './run-commands.js'
import { showCommands } from './show-commands.js'
import { storeCommands } from './store-commands.js'

const SHOW_VERSION = 'model-ledger.version'

/** Of the nearest package.json above: of the sources, or of what was made of them. */
const version = (): string => {
  const found = ['../package.json', '../../package.json', '../../../package.json']
    .map((path) => new URL(path, import.meta.url))
    .find(existsSync)
  const manifest = found === undefined ? undefined : parseJson(readFileSync(found, 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown'
}

/** In this order help lists them. */
const COMMANDS: ReadonlyArray<
  readonly [
    names: ReadonlyArray<string>,
    add: (program: Command, withLedger: ReturnType<typeof ledgerOpener>, terminal: Terminal) => void,
  ]
> = [
  [['init', 'export', 'import', 'verify', 'gc'], storeCommands],
  [['accept-loss'], lossCommand],
  [['create'], createCommands],
  [['log', 'draft', 'copy'], loggingCommands],
  [['upsert', 'commit', 'abandon'], distributedCommands],
  [['link', 'unlink', 'alias'], linkingCommands],
  [['describe', 'tag', 'untag', 'archive', 'unarchive', 'delete'], changeCommands],
  [['run'], runCommands],
  [['use'], useCommand],
  [['resolve', 'show'], showCommands],
  [['list'], listCommands],
  [['search'], searchCommand],
  [['diff', 'files', 'cat', 'download'], contentCommands],
  [['history', 'aliases', 'replay', 'diff-moments'], historyCommands],
  [['lineage', 'paths'], lineageCommands],
  // It tells of all.
  [[], (program, _, terminal) => completionCommand(program, terminal)],
]

/** With the commands that a first word asks for, which is quicker, and none for the version; with all where it is none of them. */
export const buildProgram = (terminal: Terminal, asJson = false, asked = ''): Command => {
  const output = {
    writeOut: terminal.out,
    writeErr: terminal.err,
    outputError: (text: string, write: (text: string) => void): void =>
      write(
        asJson
          ? json({ code: 'usage', category: 'invalid', message: text.trim().replace(/^error: /, ''), details: {} })
          : text,
      ),
  }
  const withLedger = ledgerOpener(terminal)
  const program = new Command('model-ledger')
    .description('An event-sourced model registry: versions, aliases and links, with their whole history.')
    .option('-V, --version', 'the version; with --json those of Node, SQLite and its driver, too')
    .on('option:version', () => {
      throw new CommanderError(0, SHOW_VERSION, version())
    })
    .addOption(new Option('--ledger <directory>', 'the ledger (else MODEL_LEDGER, else the nearest above)'))
    .addOption(new Option('--events <esdb://...>', 'keep the events on EventStoreDB (else MODEL_LEDGER_EVENTS)'))
    .option('--events-ledger <name>', 'the name of the ledger there (else MODEL_LEDGER_EVENTS_LEDGER, else ledger)')
    .option('--actor <who>', 'who does it (else MODEL_LEDGER_ACTOR, else the user of this machine)')
    .option('--entity <name>', 'for names that leave it out (else MODEL_LEDGER_ENTITY)')
    .option('--project <name>', 'likewise, or with its entity, acme/churn (else MODEL_LEDGER_PROJECT)')
    .option('--zone <zone>', 'whose days dates are, such as Europe/Madrid; UTC unless told')
    .option('--json', 'answer in JSON, lists as one line each')
    .hook('preAction', (_, command) => {
      refuseActor(command)
      optionsInZone(command, terminal)
    })
    .configureOutput(output)
    .exitOverride()
    .addHelpText(
      'after',
      `
Examples:
  $ model-ledger init
  $ model-ledger log acme/churn/model ./out --type model --alias best
  $ model-ledger link acme/churn/model:best churn
  $ model-ledger alias set acme/model-registry/churn:v0 production --reason "best so far"
  $ model-ledger aliases acme/model-registry/churn --alias production
  $ model-ledger show acme/model-registry/churn:production --as-of 2026-05-03T14:00:00Z
  $ model-ledger lineage acme/model-registry/churn:production --format svg > lineage.svg

Exit codes: 0 fine, 1 refused by a rule, 2 wrong usage, 3 not found, 4 conflict, 5 damaged, 6 the machine, the disk or the store failed.`,
    )

  const isAsked = asked === '--version' || COMMANDS.some(([names]) => names.includes(asked))
  for (const [names, add] of COMMANDS) if (!isAsked || names.includes(asked)) add(program, withLedger, terminal)
  for (const command of allCommands(program)) command.exitOverride().configureOutput(output)
  return program
}

function* allCommands(command: Command): Generator<Command> {
  for (const inner of command.commands) {
    yield inner
    yield* allCommands(inner)
  }
}

/** Runs the command line; answers its exit code. */
export const run = async (args: ReadonlyArray<string>, terminal: Terminal): Promise<ExitCode> => {
  try {
    return await runCommand(args, terminal)
  } catch (error) {
    return tellFailure(error, args, terminal.err)
  }
}

const runCommand = async (args: ReadonlyArray<string>, terminal: Terminal): Promise<ExitCode> => {
  const asJson = isInJson(args)
  const [first, ...words] = args
  if (first === COMPLETE) {
    await completeNames(buildProgram(terminal, false, words[0]), words, terminal)
    return EXIT.fine
  }
  try {
    await buildProgram(terminal, asJson, first).parseAsync([...args], { from: 'user' })
    return EXIT.fine
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.code === SHOW_VERSION) {
      terminal.out(asJson ? json({ version: error.message, ...(await runtime()) }) : `${error.message}\n`)
    }
    return error.exitCode === 0 ? EXIT.fine : EXIT.invalid
  }
}

const runtime = async () => {
  const { sqliteRuntime } = await import('./library.js')
  return sqliteRuntime()
}

const isInJson = (args: ReadonlyArray<string>): boolean => args.includes('--json')

/** Says in one line why the command failed; answers the exit code. A fault of the program is thrown. */
export const tellFailure = (error: unknown, args: ReadonlyArray<string>, err: (text: string) => void): ExitCode => {
  const asJson = isInJson(args)
  if (isSystemError(error)) {
    const { code, message } = error
    err(asJson ? json({ code, category: 'unavailable', message, details: {} }) : `model-ledger: ${plain(message)}\n`)
    return EXIT.unavailable
  }
  if (!(error instanceof LedgerError)) throw error
  const message = wordsOf(error.code, error.message)
  err(
    asJson
      ? json({ code: error.code, category: error.category, message, details: error.error })
      : `model-ledger: ${shown(error.code, message)}\n`,
  )
  return EXIT[error.category]
}

/** In one line, whatever was recorded; what to do about a missing driver is ours, and takes a line each. */
const shown = (code: string, message: string): string => (code === 'no-driver' ? message : plain(message))

/** What the operating system refused: a file that is there already, a folder that is not. */
const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  isError(error) && 'syscall' in error && 'code' in error

/** What the library calls by the name of a member is an option here. */
const OPTIONS: Readonly<Record<string, ReadonlyArray<readonly [member: string, option: string]>>> = {
  'version-has-aliases': [
    ['say deleteAliases', 'say --delete-aliases'],
    ['say leaveLinks', 'say --leave-links'],
  ],
  'collection-has-aliases': [
    ['say deleteAliases', 'say --delete-aliases'],
    ['say leaveLinks', 'say --leave-links'],
  ],
  'artifact-has-links': [['say leaveLinks', 'say --leave-links']],
  'version-has-links': [['say leaveLinks', 'say --leave-links']],
  'path-taken': [['say overwrite', 'use --replace']],
  'target-differs': [['say overwrite', 'say --overwrite']],
  'path-conflict': [['commit with lastWriterWins', 'commit with --last-writer-wins']],
  'draft-ended': [['says so (openNext)', 'says so (--open-next)']],
  'files-of-another-ledger': [['open each with sharedFiles', 'open each by the library with sharedFiles']],
  'history-lost': [['by acceptLoss', 'by "model-ledger accept-loss"']],
  'invalid-input': [['this ledger has no default entity', 'no entity is set: say --entity or MODEL_LEDGER_ENTITY']],
}

const wordsOf = (code: string, message: string): string =>
  (OPTIONS[code] ?? []).reduce((words, [member, option]) => words.replaceAll(member, option), message)
