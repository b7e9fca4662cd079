/** Looking at everything that is kept, and saying what is wrong with it. */
import type { Command } from 'commander'
import type { Verified } from '../../index.js'
import { LedgerError } from '../../ledger/calling/errors.js'
import { assertWhole, type WithLedger } from './command-context.js'
import { exportIn } from './export-file.js'
import { counted, json, plain, progressBar, size, type Terminal } from './output.js'

/** A file may be in thousands of versions. */
const MOST_NAMED = 8

export const verifyCommand = (program: Command, withLedger: WithLedger, terminal: Terminal): void => {
  program
    .command('verify')
    .description(
      'Look again at all that is kept: each event and its checksums, the snapshot, and every file of every live version.',
    )
    .option('--no-contents', 'leave out manifests and files')
    .option(
      '--export <file>',
      'of an export instead (- is standard input): hold it to everything that an import would, and import nothing',
    )
    .addHelpText(
      'after',
      '\nExample:\n  $ model-ledger verify\n  $ model-ledger verify --no-contents\n  $ model-ledger verify --export events.ndjson',
    )
    .action(async (options: { contents: boolean; export?: string }, command: Command) => {
      if (options.export !== undefined) return verifyFile(terminal, options.export, command)
      await withLedger(command, 'reads', async ({ ledger, terminal, answer }) => {
        const bar = progressBar(terminal, 'verifying')
        const verified = await ledger
          .verify(
            ({ bytesDone, bytes, eventsDone, events }) =>
              bytes === undefined || bytesDone === undefined
                ? bar.show(eventsDone, events, `${eventsDone} of ${counted(events, 'event')}`)
                : bar.show(bytesDone, bytes, `${size(bytesDone)} of ${size(bytes)}`),
            { contents: options.contents },
          )
          .finally(bar.end)
        const { sqliteRuntime } = await import('./library.js')
        const { node, sqlite, driver } = await sqliteRuntime()
        const readBy = `Read by Node ${node}, SQLite ${sqlite ?? 'none'} (${driver ?? 'no driver'})\n`
        answer(
          { ...verified, runtime: { node, sqlite, driver } },
          () => `${textOf(verified, options.contents)}${readBy}`,
        )
        assertWhole(ledger)
        assertUndamaged(verified)
      })
    })
}

const textOf = (verified: Verified, contents: boolean): string => {
  const { events, versions, files, bytes, damagedEvents, damagedStore, damaged } = verified
  const read = contents ? `${counted(files, 'file')}, ${size(bytes)} read` : 'contents left out'
  const whole = `${counted(events, 'event')}, ${counted(versions, 'version')}, ${read}\n`
  const isWell = damagedEvents.length + damagedStore.length + damaged.length === 0
  const lines = isWell ? [] : damageLines(verified)
  return `${notVerified(verified)}${isWell ? 'All is well: ' : ''}${whole}${lines.map((line) => `${plain(line)}\n`).join('')}`
}

const notVerified = ({ unknownEvents }: Verified): string =>
  Object.entries(unknownEvents)
    .flatMap(([type, count]) =>
      wrapped(`Not verified: ${counted(count, 'event')} of the type ${type}, which a later model-ledger knows.`, ''),
    )
    .map((line) => `${line}\n`)
    .join('')

const damageLines = ({ damagedEvents, damagedStore, damaged }: Verified): ReadonlyArray<string> => [
  ...[...damagedStore, ...damagedEvents].flatMap((found) => {
    const place = 'position' in found ? placeOf(found) : undefined
    return [
      ...wrapped(place === undefined ? found.reason : `${place}: ${found.reason}`, ''),
      ...wrapped(`touches ${found.touches}`, '  '),
      ...wrapped(`to do: ${found.remedy}`, '  '),
    ]
  }),
  ...damaged.flatMap(({ reason, namedBy }) => [
    ...wrapped(reason, ''),
    ...namedBy.slice(0, MOST_NAMED).flatMap(whereNamed),
    ...(namedBy.length <= MOST_NAMED ? [] : [`  and ${namedBy.length - MOST_NAMED} more (all with --json)`]),
  ]),
]

/** The path stands below its version where both are more than a narrow terminal holds. */
const whereNamed = ({ version, path }: Verified['damaged'][number]['namedBy'][number]): ReadonlyArray<string> => {
  if (path === undefined) return [`  ${version}`]
  const line = `  ${version} ${path}`
  return line.length <= WIDTH ? [line] : [`  ${version}`, `    ${path}`]
}

const placeOf = ({ position, stream, revision }: Verified['damagedEvents'][number]): string =>
  `position ${position}${stream === undefined ? '' : `, revision ${revision} of ${stream}`}`

const WIDTH = 80

/** In lines that a narrow terminal holds, those behind the first further in. A word is never cut. */
const wrapped = (text: string, indent: string): ReadonlyArray<string> => {
  const lines: string[] = []
  let line = indent
  for (const word of plain(text).split(' ')) {
    if (line.trim() !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line)
      line = `${indent}  `
    }
    line += line.trim() === '' ? word : ` ${word}`
  }
  return [...lines, line]
}

const assertUndamaged = ({ damagedEvents, damagedStore, damaged }: Verified): void => {
  const [first] = damagedStore
  if (first !== undefined)
    throw new LedgerError({ _tag: 'damaged-store', reason: first.reason }, `the ledger is damaged: ${first.reason}`)
  if (damagedEvents.length > 0) {
    // Of one event several things may be wrong.
    const count = new Set(damagedEvents.map((found) => found.position ?? found)).size
    const reason = count === 1 ? '1 event is damaged' : `${count} events are damaged`
    throw new LedgerError({ _tag: 'damaged-store', reason }, reason)
  }
  if (damaged.length > 0) {
    throw new LedgerError(
      { _tag: 'file-damaged' },
      damaged.length === 1
        ? '1 file or manifest is missing or damaged'
        : `${damaged.length} files or manifests are missing or damaged`,
    )
  }
}

/** An export can be verified where there is no ledger. */
const verifyFile = async (terminal: Terminal, file: string, command: Command): Promise<void> => {
  const bar = progressBar(terminal, 'verifying')
  const { verifyExport } = await import('./library.js')
  const read = await verifyExport(exportIn(terminal, file), (events) =>
    bar.show(0, 0, counted(events, 'event')),
  ).finally(bar.end)
  const isJson = command.optsWithGlobals<{ json?: boolean }>().json === true
  const of = read.ledger === null ? 'a ledger without an id' : `the ledger ${read.ledger}`
  terminal.out(isJson ? json(read) : `All is well: ${counted(read.events, 'event')} of ${of}, ${read.digest}\n`)
}
