/** Commands on what versions hold: their files, written into a directory, and what differs between two. */
import type { Command } from 'commander'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import { type AsOfOption, questionsAsOf, type WithLedger } from './command-context.js'
import { versionDiffText } from './diff-text.js'
import { localPath } from './local-path.js'
import { asOf, type KeyColumns, keyColumns, several, whole } from './options.js'
import { counted, plain, progressBar, size, table } from './output.js'
import { contentThen } from './show-commands.js'
import { othersText, removedText, removing } from './target-text.js'

interface DiffOptions extends AsOfOption {
  readonly key?: KeyColumns
  readonly limit?: number
}

interface DownloadOptions extends AsOfOption, Targeting {
  readonly path?: ReadonlyArray<string>
}

interface CatOptions extends AsOfOption {
  readonly start?: number
  readonly end?: number
}

/** What is in a version, and how it differs from another. */
export const contentCommands = (program: Command, withLedger: WithLedger): void => {
  differenceAndList(program, withLedger)
  catCommand(program, withLedger)
  downloadCommand(program, withLedger)
}

const differenceAndList = (program: Command, withLedger: WithLedger): void => {
  asOf(program.command('diff'))
    .description('What differs between two versions: files, metadata, the metrics of their runs, and rows of tables.')
    .argument('<from>')
    .argument('<to>')
    .option(
      '--key <table=column>',
      'which row of a table (*.table.json) is which, by this column (may be given several times)',
      keyColumns,
    )
    .option('--limit <n>', 'how many rows of tables are shown; 100 unless told', whole)
    .addHelpText(
      'after',
      `
Examples:
  $ model-ledger diff acme/churn/data:v1 acme/churn/data:latest
  $ model-ledger diff acme/churn/eval:v1 acme/churn/eval:v2 --key predictions.table.json=id`,
    )
    .action((from: string, to: string, { asOf, key: keys, limit }: DiffOptions, command: Command) =>
      withLedger(command, 'reads', async (task) => {
        const input = omitUndefined({ keys, limit })
        const found = await questionsAsOf(task, omitUndefined({ asOf })).diff(from, to, input)
        task.answer(found, () => versionDiffText(task.terminal, found))
      }),
    )

  asOf(program.command('files'))
    .description('List the files of a version, or those that are named.')
    .argument('<version>', '[[entity/]project/]name[:alias|:vN]; latest unless told')
    .argument('[path...]', 'a file, a directory for all below it, or a pattern with *, ** and ?')
    .addHelpText('after', '\nExample:\n  $ model-ledger files acme/churn/data:v3 train "**/*.csv"')
    .action((path: string, paths: ReadonlyArray<string>, options: AsOfOption, command: Command) =>
      withLedger(command, 'reads', async (task) => {
        const part = paths.length === 0 ? {} : { paths }
        const { manifest } = await task.ledger.content(await contentThen(task, path, options), part)
        task.answer(manifest, () =>
          table(
            task.terminal,
            ['SIZE', 'DIGEST', 'PATH'],
            manifest.map((entry) => [
              entry.size === null ? '?' : size(entry.size),
              entry.digest.slice(0, 19),
              entry.reference === undefined
                ? `${entry.path}${entry.executable === true ? ' (executable)' : ''}`
                : `${entry.path} -> ${entry.reference.uri}`,
            ]),
            'It holds no files.',
          ),
        )
      }),
    )
}

const catCommand = (program: Command, withLedger: WithLedger): void => {
  asOf(program.command('cat'))
    .description('Write one file of a version, or some bytes of it, to standard output.')
    .argument('<version>', '[[entity/]project/]name[:alias|:vN]; latest unless told')
    .argument('<path>', 'of the file in the version')
    .option('--start <byte>', 'from this byte on, counted from 0', whole)
    .option('--end <byte>', 'up to this byte, which is not among them; what is read of a part is not verified', whole)
    .addHelpText('after', '\nExample:\n  $ model-ledger cat acme/churn/data:v3 train.csv --end 1000')
    .action((name: string, path: string, { asOf, ...range }: CatOptions, command: Command) =>
      withLedger(command, 'reads', async (task) => {
        const version = await contentThen(task, name, omitUndefined({ asOf }))
        const { bytes } = await task.ledger.openFile({ version, path, range })
        for await (const piece of bytes) await task.terminal.outBytes(piece)
      }),
    )
}

const downloadCommand = (program: Command, withLedger: WithLedger): void => {
  asOf(program.command('download'))
    .description('Write the files of a version, or those that are named, into a directory.')
    .argument('<version>', '[[entity/]project/]name[:alias|:vN]; latest unless told')
    .argument('<directory>')
    .option(
      '--path <path>',
      'only this file, all below this directory, or what fits this pattern with *, ** and ? (may be given several times)',
      several,
    )
    .option('--overwrite', 'replace files that are there with other content or another mode')
    .option('--exact', 'remove what is there and not of the version, and say so before')
    .option('--dry-run', 'change nothing, and say what would be done')
    .addHelpText(
      'after',
      `
Examples:
  $ model-ledger download acme/model-registry/churn:production ./serving
  $ model-ledger download acme/model-registry/churn:production ./serving --exact --dry-run
  $ model-ledger download acme/churn/data:v3 ./part --path labels --path "train/2026-*.csv"`,
    )
    .action((path: string, to: string, { asOf, path: paths, ...options }: DownloadOptions, command: Command) =>
      withLedger(command, 'reads', async (task) => {
        const version = await contentThen(task, path, omitUndefined({ asOf }))
        const bar = progressBar(task.terminal, 'downloading')
        const downloaded = await task.ledger
          .download({
            ...options,
            ...omitUndefined({ paths }),
            version,
            to: localPath(task.terminal.cwd, to, 'a directory'),
            onRemove: (paths) => {
              bar.end()
              removing(task)(paths)
            },
            onProgress: ({ filesDone, files, bytesDone, bytes }) =>
              bar.show(
                bytesDone,
                bytes,
                `${filesDone} of ${counted(files, 'file')}, ${size(bytesDone)} of ${size(bytes)}`,
              ),
          })
          .finally(bar.end)
        const { written, kept, references, directory, others, removed } = downloaded
        const { exact = false, dryRun = false } = options
        task.answer(downloaded, () => {
          const parts = [
            `${counted(written, 'file')} ${dryRun ? 'to be ' : ''}written`,
            ...(kept > 0
              ? [`${kept} ${dryRun ? (kept === 1 ? 'is' : 'are') : kept === 1 ? 'was' : 'were'} there`]
              : []),
            ...(removed.length > 0 ? [`${removed.length} ${dryRun ? 'to be ' : ''}removed`] : []),
          ]
          const elsewhere = references.map(
            ({ path, reference }) => `not fetched: ${plain(`${path} -> ${reference?.uri ?? '?'}`)}\n`,
          )
          const told = [dryRun ? removedText('would remove', removed) : '', ...elsewhere, othersText(others, exact)]
          return `${downloaded.version} ${dryRun ? 'would be' : 'is'} in ${directory} (${parts.join(', ')})\n${told.join('')}`
        })
      }),
    )
}

interface Targeting {
  readonly overwrite?: boolean
  readonly exact?: boolean
  readonly dryRun?: boolean
}
