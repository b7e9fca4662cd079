/** Commands that log versions, alone or by several writers, and say more of a version later. */
import type { Command } from 'commander'
import type { JsonObject } from '../../domain/values/json.js'
import { isVersionName } from '../../domain/values/names.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import type { WithLedger } from './command-context.js'
import {
  contentItem,
  type EnvelopeOptions,
  envelopeOptions,
  expecting,
  type Holders,
  pairs,
  saidOrNot,
  several,
  whole,
  writers,
} from './options.js'
import { progressBar, size, type Terminal } from './output.js'
import { done, withTakenOver } from './receipts.js'

interface Said extends EnvelopeOptions {
  readonly type: string
  readonly alias?: ReadonlyArray<string>
  readonly tag?: ReadonlyArray<string>
  readonly metadata?: JsonObject
  readonly description?: string
  readonly run?: string
}

/** What is said of a version that is logged. */
const said = (command: Command): Command =>
  envelopeOptions(command)
    .option('--alias <alias>', 'point this alias to it (may be given several times)', several)
    .option('--tag <tag>', 'tag it (may be given several times)', several)
    .option('--metadata <key=value>', 'metadata; the value may be JSON (may be given several times)', pairs)
    .option('--description <text>', 'describe it')
    .option('--run <run>', 'the run that made it')

const described = ({ type: _, alias: aliases, tag: tags, ...rest }: Said) => omitUndefined({ ...rest, aliases, tags })

/** A bar while content is stored. */
const storing = (terminal: Terminal) => {
  const bar = progressBar(terminal, 'storing')
  return {
    onProgress: ({ path, bytesDone, filesDone }: { path: string; bytesDone: number; filesDone: number }): void =>
      bar.show(0, 0, `${filesDone} files done, ${path} ${size(bytesDone)}`),
    end: bar.end,
  }
}

export const loggingCommands = (program: Command, withLedger: WithLedger): void => {
  expecting(said(program.command('log')))
    .description('Store files and log them as the next version; content that is there already makes no new one.')
    .argument('<artifact>', '[[entity/]project/]name')
    .argument(
      '<path...>',
      'files and directories; path=as stores a file under another name, a directory below a prefix',
    )
    .requiredOption('--type <type>', "the artifact's type")
    .addHelpText(
      'after',
      '\nExample:\n  $ model-ledger log acme/churn/model ./out --type model --alias best --metadata accuracy=0.93',
    )
    .action((name: string, paths: ReadonlyArray<string>, options: Said & Holders, command: Command) =>
      withLedger(command, 'writes', async (task) => {
        const bar = storing(task.terminal)
        const logged = await task.ledger
          .logArtifact({
            ...described(options),
            name,
            type: options.type,
            content: paths.map(contentItem(task.terminal.cwd)),
            onProgress: bar.onProgress,
          })
          .finally(bar.end)
        done(task, logged, `${logged.path}${logged.isNew ? '' : ' (content that was there already)'}`)
      }),
    )

  expecting(said(program.command('draft')))
    .description(
      'Change some files of a version and log the result as the next one, with its description and metadata.',
    )
    .argument('<version>', '[[entity/]project/]name[:alias|:vN]; with --command-id by its number')
    .option('--add <path>', 'add a file or directory; path=as under another name (may be given several times)', several)
    .option('--replace <path>', 'likewise, in place of what is there', several)
    .option('--remove <path>', 'remove a file, or everything below a directory (may be given several times)', several)
    .option('--no-description', 'leave out the description of the version, which is taken over unless another is given')
    .option('--no-metadata', 'likewise its metadata')
    .option('--expect-newest', 'refuse if the version is no longer the newest')
    .addHelpText('after', '\nExample:\n  $ model-ledger draft acme/churn/data:latest --remove 2024 --add ./2026.csv')
    .action(
      (
        version: string,
        options: Omit<Said, 'type' | 'description' | 'metadata'> &
          Holders & {
            readonly description?: string | boolean
            readonly metadata?: JsonObject | boolean
            readonly add?: ReadonlyArray<string>
            readonly replace?: ReadonlyArray<string>
            readonly remove?: ReadonlyArray<string>
            readonly expectNewest?: boolean
          },
        command: Command,
      ) => {
        if (options.commandId !== undefined && !isVersionName(version.slice(version.indexOf(':') + 1))) {
          const [name] = version.split(':')
          const text = `a draft that can be given again names its version by the number, ${name}:v3: an alias may have moved by then`
          return command.error(`error: ${text}`, { exitCode: 2 })
        }
        return withLedger(command, 'writes', async (task) => {
          const { add = [], replace = [], remove = [], description, metadata, ...rest } = options
          const draft = await task.ledger.newDraft(version)
          const { base } = draft
          for (const path of remove) await draft.remove(path)
          await draft.add(add.map(contentItem(task.terminal.cwd)))
          await draft.add(replace.map(contentItem(task.terminal.cwd)), { overwrite: true })
          const logged = await draft.log({
            ...described({ type: '', ...rest }),
            ...omitUndefined({ description: saidOrNot(description), metadata: saidOrNot(metadata) }),
          })
          done(
            task,
            logged,
            `${logged.path} from v${base}${withTakenOver(logged)}${logged.isNew ? '' : ' (content that was there already)'}`,
          )
        })
      },
    )

  distributedCommands(program, withLedger)
}

const distributedCommands = (program: Command, withLedger: WithLedger): void => {
  interface Distributed {
    readonly id?: string
    readonly writer?: string
    readonly generation?: number
    readonly openNext?: boolean
  }
  const whose = (command: Command): Command =>
    command
      .option('--id <distributed id>', 'which draft; else the group of the run')
      .option('--writer <name>', 'whose part; else the run')
      .option(
        '--generation <n>',
        'the generation that is meant; else the one that is open when the command begins',
        whole,
      )
      .option('--open-next', 'where that generation has ended, open the next one')

  whose(envelopeOptions(program.command('upsert')))
    .description('Add a part to a distributed version.')
    .argument('<artifact>', '[[entity/]project/]name')
    .argument('<path...>', 'as for log')
    .requiredOption('--type <type>', "the artifact's type")
    .option('--run <run>', 'the run that made it')
    .addHelpText(
      'after',
      '\nExample:\n  $ model-ledger upsert acme/churn/model ./shard-0 --type model --id epoch-3 --writer node-0',
    )
    .action(
      (
        name: string,
        paths: ReadonlyArray<string>,
        { id, ...options }: EnvelopeOptions & Distributed & { type: string; run?: string },
        command: Command,
      ) =>
        withLedger(command, 'writes', async (task) => {
          const content = paths.map(contentItem(task.terminal.cwd))
          const upserted = await task.ledger.upsertDistributed({
            ...options,
            ...omitUndefined({ distributedId: id }),
            name,
            content,
          })
          done(task, upserted, `generation ${upserted.generation} of ${name} has the part`)
        }),
    )

  whose(said(program.command('commit')))
    .description('Seal a distributed version, with a last part or without, and log it.')
    .argument('<artifact>', '[[entity/]project/]name')
    .argument('[path...]', 'the last part, as for log')
    .requiredOption('--type <type>', "the artifact's type")
    .option('--last-writer-wins', 'where two writers brought different content for one path')
    .option(
      '--writers <n|names>',
      'refuse unless so many writers brought parts, or these and no others: 8, or a,b (may be given several times)',
      writers,
    )
    .addHelpText(
      'after',
      '\nExample:\n  $ model-ledger commit acme/churn/model --type model --id epoch-3 --writers 8 --alias best',
    )
    .action(
      (
        name: string,
        paths: ReadonlyArray<string>,
        {
          id,
          writer,
          generation,
          openNext,
          lastWriterWins,
          writers,
          ...options
        }: Said & Distributed & { lastWriterWins?: boolean; writers?: number | ReadonlyArray<string> },
        command: Command,
      ) =>
        withLedger(command, 'writes', async (task) => {
          const content = paths.length === 0 ? undefined : paths.map(contentItem(task.terminal.cwd))
          const logged = await task.ledger.commitDistributed({
            ...described(options),
            ...omitUndefined({ distributedId: id, writer, generation, openNext, lastWriterWins, writers, content }),
            name,
            type: options.type,
          })
          done(task, logged, `${logged.path} (generation ${logged.generation}, of ${logged.writers.join(', ')})`)
        }),
    )

  envelopeOptions(program.command('abandon'))
    .description('Give the open generation of a distributed version up.')
    .argument('<artifact>', '[[entity/]project/]name')
    .requiredOption('--id <distributed id>', 'which draft')
    .option(
      '--generation <n>',
      'the generation that is meant; else the one that is open when the command begins',
      whole,
    )
    .addHelpText('after', '\nExample:\n  $ model-ledger abandon acme/churn/model --id epoch-3 --reason "node lost"')
    .action(
      (name: string, { id, ...options }: EnvelopeOptions & { id: string; generation?: number }, command: Command) =>
        withLedger(command, 'writes', async (task) => {
          done(
            task,
            await task.ledger.abandonDistributed({ ...options, name, distributedId: id }),
            `the draft ${id} of ${name} is abandoned`,
          )
        }),
    )
}
