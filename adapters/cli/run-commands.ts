/** Commands that record a run. */
import { type Command, Option } from 'commander'
import type { JsonObject } from '../../domain/values/json.js'
import type { RunOutcome } from '../../domain/values/names.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import type { WithLedger } from './command-context.js'
import { metricPairs, pairs } from './given-values.js'
import { localPath } from './local-path.js'
import { type EnvelopeOptions, envelopeOptions } from './options.js'
import { counted, plain, progressBar, size } from './output.js'
import { done } from './receipts.js'
import { othersText, removing } from './target-text.js'

const OUTCOMES = ['finished', 'failed', 'crashed', 'killed'] satisfies ReadonlyArray<RunOutcome>

export const runCommands = (program: Command, withLedger: WithLedger): void => {
  const run = program.command('run').description('Start a run, record what it uses and measures, finish it.')
  envelopeOptions(run.command('start'))
    .description('Start a run and print its path.')
    .argument('[run]', '[[entity/]project/]run; new unless told')
    .option('--group <name>', 'the group that it belongs to; names its distributed versions')
    .option('--job-type <type>', 'what it does, such as train or evaluate')
    .option(
      '--config <key=value>',
      'configuration: a text, or key:=json such as lr:=0.1 (may be given several times)',
      pairs,
    )
    .action(
      (
        path: string | undefined,
        options: EnvelopeOptions & { group?: string; jobType?: string; config?: JsonObject },
        command: Command,
      ) =>
        withLedger(command, 'writes', async (task) => {
          const started = await task.ledger.startRun({ ...options, ...omitUndefined({ run: path }) })
          task.answer({ run: started.path }, () => `${started.path}\n`)
        }),
    )
  envelopeOptions(run.command('use'))
    .description('Record that a run uses a version.')
    .argument('<run>', '[[entity/]project/]run')
    .argument('<version>', '[[entity/]project/]name[:alias|:vN]; latest unless told')
    .action((path: string, version: string, options: EnvelopeOptions, command: Command) =>
      withLedger(command, 'writes', async (task) => {
        const used = await task.ledger.useArtifact({ ...options, run: path, version })
        done(task, used, `${path} uses ${used.version}`)
      }),
    )
  envelopeOptions(run.command('metrics'))
    .description("Set metrics of a run's summary.")
    .argument('<run>', '[[entity/]project/]run')
    .requiredOption(
      '--set <name=value>',
      'a metric; nan, inf and -inf are numbers (may be given several times)',
      metricPairs,
    )
    .action(
      (
        path: string,
        { set, ...options }: EnvelopeOptions & { set: Readonly<Record<string, number>> },
        command: Command,
      ) =>
        withLedger(command, 'writes', async (task) => {
          done(task, await task.ledger.summariseRun({ ...options, run: path, metrics: set }), `${path} is summarised`)
        }),
    )
  envelopeOptions(run.command('finish'))
    .description('Finish a run.')
    .argument('<run>', '[[entity/]project/]run')
    .addOption(new Option('--outcome <outcome>', 'how it ended; finished unless told').choices(OUTCOMES))
    .action((path: string, options: EnvelopeOptions & { outcome?: RunOutcome }, command: Command) =>
      withLedger(command, 'writes', async (task) => {
        done(task, await task.ledger.finishRun({ ...options, run: path }), `${path} is finished`)
      }),
    )
}

/** A version as files on this machine, for a run or for nobody in particular. */
export const useCommand = (program: Command, withLedger: WithLedger): void => {
  envelopeOptions(program.command('use'))
    .description('Print where the files of a version are on this machine, fetching what is not there.')
    .argument('<version>', '[[entity/]project/]name[:alias|:vN]; latest unless told')
    .option('--run <run>', 'record that this run uses it')
    .option('--to <directory>', 'put them there; else they are in the cache')
    .option('--overwrite', 'there, replace files with other content or another mode')
    .option('--exact', 'there, remove what is not of the version, and say so before')
    .option('--cache <directory>', 'the cache (else MODEL_LEDGER_CACHE, else that of the user of this machine)')
    .addHelpText('after', '\nExample:\n  $ python serve.py "$(model-ledger use acme/model-registry/churn:production)"')
    .action(
      (
        version: string,
        options: EnvelopeOptions & { run?: string; to?: string; overwrite?: boolean; exact?: boolean; cache?: string },
        command: Command,
      ) =>
        withLedger(command, options.run === undefined ? 'reads' : 'writes', async (task) => {
          const { ledger, terminal, answer } = task
          const { to, cache: _, ...rest } = options
          const bar = progressBar(terminal, 'fetching')
          const used = await ledger
            .useModel({
              ...rest,
              version,
              ...(to === undefined ? {} : { to: localPath(terminal.cwd, to, 'a directory') }),
              onRemove: (paths) => {
                bar.end()
                // The path is what is asked for, and nothing else stands beside it.
                removing(task, terminal.err)(paths)
              },
              onProgress: ({ filesDone, files, bytesDone, bytes }) =>
                bar.show(
                  bytesDone,
                  bytes,
                  `${filesDone} of ${counted(files, 'file')}, ${size(bytesDone)} of ${size(bytes)}`,
                ),
            })
            .finally(bar.end)
          answer(used, () => {
            terminal.err(othersText(used.others, options.exact === true))
            return `${plain(used.path)}\n`
          })
        }),
    )
}
