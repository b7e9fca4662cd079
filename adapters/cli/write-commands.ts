/** Commands that record something. */
import type { Command } from 'commander'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { JsonObject } from '../../domain/values/json.js'
import { parseModel } from '../../domain/values/name-paths.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import { collectionPath } from '../../domain/values/references.js'
import type { Receipt, VersionReceipt } from '../../index.js'
import type { CommandContext, WithLedger } from './command-context.js'
import { circumstances, contentItem, expecting, type Holders, holder, pairs, several, whole } from './options.js'
import { plain, progressBar, size, type Terminal } from './output.js'
import { sourceOf, versionOf, withAliases, withSource } from './receipts.js'

interface EnvelopeFields {
  readonly reason?: string
  readonly onBehalfOf?: string
  readonly commandId?: string
  readonly occurredAt?: string
}

interface Said extends EnvelopeFields {
  readonly type: string
  readonly alias?: ReadonlyArray<string>
  readonly tag?: ReadonlyArray<string>
  readonly metadata?: JsonObject
  readonly description?: string
  readonly run?: string
}

/** What is said of a version that is logged. */
const said = (command: Command): Command =>
  circumstances(command)
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

/** One line that says what happened; nothing changed is said too. What else is to be said of it follows. */
const done = ({ answer }: CommandContext, receipt: Receipt & Pick<VersionReceipt, 'notes'>, what: string): void =>
  answer(receipt, () => {
    const notes = (receipt.notes ?? []).map(({ path, text }) => `${plain(path)}: ${text}\n`)
    return `${receipt.events.length === 0 ? `nothing changed: ${what}` : what}\n${notes.join('')}`
  })

/** Where no entity is set, a registered model that leaves it out is in the entity of what is linked to it. */
const besideSource = async ({ ledger }: CommandContext, version: string, model: string): Promise<string> => {
  const [entity] = (await ledger.locate(version)).path.split('/')
  return pipe(
    parseModel(model, { entity }),
    E.match(() => model, collectionPath),
  )
}

export const writeCommands = (program: Command, withLedger: WithLedger): void => {
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
    .description('Change some files of a version and log the result as the next one.')
    .argument('<version>', '[[entity/]project/]name[:alias|:vN]')
    .option('--add <path>', 'add a file or directory; path=as under another name (may be given several times)', several)
    .option('--replace <path>', 'likewise, in place of what is there', several)
    .option('--remove <path>', 'remove a file, or everything below a directory (may be given several times)', several)
    .option('--expect-newest', 'refuse if the version is no longer the newest')
    .addHelpText('after', '\nExample:\n  $ model-ledger draft acme/churn/data:latest --remove 2024 --add ./2026.csv')
    .action(
      (
        version: string,
        options: Omit<Said, 'type'> &
          Holders & {
            readonly add?: ReadonlyArray<string>
            readonly replace?: ReadonlyArray<string>
            readonly remove?: ReadonlyArray<string>
            readonly expectNewest?: boolean
          },
        command: Command,
      ) =>
        withLedger(command, 'writes', async (task) => {
          const { add = [], replace = [], remove = [], ...rest } = options
          const draft = await task.ledger.newDraft(version)
          for (const path of remove) await draft.remove(path)
          await draft.add(add.map(contentItem(task.terminal.cwd)))
          await draft.add(replace.map(contentItem(task.terminal.cwd)), { overwrite: true })
          const logged = await draft.log(described({ type: '', ...rest }))
          done(
            task,
            logged,
            `${logged.path} from v${draft.base}${logged.isNew ? '' : ' (content that was there already)'}`,
          )
        }),
    )

  distributedCommands(program, withLedger)

  expecting(circumstances(program.command('link')))
    .description('Link a version to a registered model, which the first link makes.')
    .argument('<version>', 'a version, or a link, which stands for its source')
    .argument(
      '<model>',
      '[[entity/]registry/]name; a bare name is in model-registry, of the entity that is set, else that of the version',
    )
    .option('--alias <alias>', 'point this alias to the link (may be given several times)', several)
    .addHelpText('after', '\nExample:\n  $ model-ledger link acme/churn/model:best churn --alias staging')
    .action(
      (
        version: string,
        to: string,
        options: EnvelopeFields & Holders & { alias?: ReadonlyArray<string> },
        command: Command,
      ) =>
        withLedger(command, 'writes', async (task) => {
          const { alias: aliases, ...rest } = options
          const model = task.entity === undefined ? await besideSource(task, version, to) : to
          const linked = await task.ledger.link({ ...rest, version, to: model, ...omitUndefined({ aliases }) })
          const source = await sourceOf(task.ledger, linked.path)
          done(task, linked, source === null ? `${linked.path} was linked` : `${linked.path} links to ${source}`)
        }),
    )

  expecting(circumstances(program.command('unlink')))
    .description('Take a link away, with its aliases; the source stays.')
    .argument('<registered version>', '[[entity/]registry/]name:vN or name:alias, in full')
    .addHelpText('after', '\nExample:\n  $ model-ledger unlink acme/model-registry/churn:v3 --expect latest=v3')
    .action((version: string, options: EnvelopeFields & Holders, command: Command) =>
      withLedger(command, 'writes', async (task) => {
        const unlinked = await task.ledger.unlink({ ...options, version })
        done(task, unlinked, `${versionOf(unlinked)} is unlinked${withAliases(unlinked)}`)
      }),
    )

  const alias = program.command('alias').description('Move or remove an alias.')
  circumstances(alias.command('set'))
    .description('Point an alias to a version.')
    .argument('<version>', 'of an artifact or a registered model')
    .argument('<alias>')
    .option('--expect <version|absent>', 'refuse if somebody else holds it', holder)
    .addHelpText(
      'after',
      '\nExample:\n  $ model-ledger alias set acme/model-registry/churn:v3 production --expect v2 --reason "better recall"',
    )
    .action(
      (version: string, name: string, options: EnvelopeFields & { expect?: number | 'absent' }, command: Command) =>
        withLedger(command, 'writes', async (task) => {
          const moved = await task.ledger.moveAlias({ ...options, version, alias: name })
          const holder = versionOf(moved)
          done(task, moved, `${name} points to ${await withSource(task.ledger, holder)}`)
        }),
    )
  circumstances(alias.command('remove'))
    .description('Remove an alias from whoever holds it.')
    .argument('<collection>', 'an artifact or a registered model')
    .argument('<alias>')
    .option('--expect <version>', 'refuse if somebody else holds it', holder)
    .action((name: string, alias: string, options: EnvelopeFields & { expect?: number | 'absent' }, command: Command) =>
      withLedger(command, 'writes', async (task) => {
        const removed = await task.ledger.removeAlias({ ...options, name, alias })
        done(task, removed, `${alias} is removed from ${versionOf(removed)}`)
      }),
    )

  for (const name of ['tag', 'untag'] as const) {
    circumstances(program.command(name))
      .description(name === 'tag' ? 'Tag a version.' : 'Take tags from a version.')
      .argument('<version>', 'a link stands for its source, which has the tags')
      .argument('<tag...>')
      .addHelpText('after', `\nExample:\n  $ model-ledger ${name} acme/churn/model:best reviewed`)
      .action((version: string, tags: ReadonlyArray<string>, options: EnvelopeFields, command: Command) =>
        withLedger(command, 'writes', async (task) => {
          const changed = await task.ledger[name]({ ...options, version, tags })
          const source = versionOf(changed)
          done(task, changed, `${source} is ${name}ged: ${tags.join(', ')}`)
        }),
      )
  }

  circumstances(program.command('describe'))
    .description('Replace the description or the metadata of a version.')
    .argument('<version>', 'a link stands for its source, which is described')
    .option('--description <text>', 'the new description')
    .option('--metadata <key=value>', 'all the new metadata (may be given several times)', pairs)
    .addHelpText('after', '\nExample:\n  $ model-ledger describe acme/churn/model:best --description "trained on May"')
    .action(
      (version: string, options: EnvelopeFields & { description?: string; metadata?: JsonObject }, command: Command) =>
        withLedger(command, 'writes', async (task) => {
          const told = await task.ledger.describe({ ...options, version })
          done(task, told, `${versionOf(told)} is described`)
        }),
    )

  expecting(circumstances(program.command('delete')))
    .description('Mark a version as deleted; its number and its history stay.')
    .argument('<version>', 'of an artifact: [[entity/]project/]name:vN or name:alias, in full')
    .option('--delete-aliases', 'also if aliases point to it')
    .addHelpText(
      'after',
      '\nExample:\n  $ model-ledger delete acme/churn/model:v3 --delete-aliases --reason "wrong data"',
    )
    .action((version: string, options: EnvelopeFields & Holders & { deleteAliases?: boolean }, command: Command) =>
      withLedger(command, 'writes', async (task) => {
        const deleted = await task.ledger.deleteVersion({ ...options, version })
        done(task, deleted, `${versionOf(deleted)} is deleted${withAliases(deleted)}`)
      }),
    )

  runCommands(program, withLedger)
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

  whose(circumstances(program.command('upsert')))
    .description('Add a part to a distributed version.')
    .argument('<artifact>')
    .argument('<path...>')
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
        { id, ...options }: EnvelopeFields & Distributed & { type: string; run?: string },
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
    .argument('<artifact>')
    .argument('[path...]')
    .requiredOption('--type <type>', "the artifact's type")
    .option('--last-writer-wins', 'where two writers brought different content for one path')
    .addHelpText('after', '\nExample:\n  $ model-ledger commit acme/churn/model --type model --id epoch-3 --alias best')
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
          ...options
        }: Said & Distributed & { lastWriterWins?: boolean },
        command: Command,
      ) =>
        withLedger(command, 'writes', async (task) => {
          const content = paths.length === 0 ? undefined : paths.map(contentItem(task.terminal.cwd))
          const logged = await task.ledger.commitDistributed({
            ...described(options),
            ...omitUndefined({ distributedId: id, writer, generation, openNext, lastWriterWins, content }),
            name,
            type: options.type,
          })
          done(task, logged, `${logged.path} (generation ${logged.generation})`)
        }),
    )

  circumstances(program.command('abandon'))
    .description('Give the open generation of a distributed version up.')
    .argument('<artifact>')
    .requiredOption('--id <distributed id>', 'which draft')
    .option(
      '--generation <n>',
      'the generation that is meant; else the one that is open when the command begins',
      whole,
    )
    .addHelpText('after', '\nExample:\n  $ model-ledger abandon acme/churn/model --id epoch-3 --reason "node lost"')
    .action(
      (name: string, { id, ...options }: EnvelopeFields & { id: string; generation?: number }, command: Command) =>
        withLedger(command, 'writes', async (task) => {
          done(
            task,
            await task.ledger.abandonDistributed({ ...options, name, distributedId: id }),
            `the draft ${id} of ${name} is abandoned`,
          )
        }),
    )
}

const runCommands = (program: Command, withLedger: WithLedger): void => {
  const run = program.command('run').description('Start a run, record what it uses and measures, finish it.')
  circumstances(run.command('start'))
    .description('Start a run and print its path.')
    .argument('[run]', '[[entity/]project/]id; new unless told')
    .option('--group <name>')
    .option('--job-type <type>')
    .option('--config <key=value>', 'configuration (may be given several times)', pairs)
    .action(
      (
        path: string | undefined,
        options: EnvelopeFields & { group?: string; jobType?: string; config?: JsonObject },
        command: Command,
      ) =>
        withLedger(command, 'writes', async (task) => {
          const started = await task.ledger.startRun({ ...options, ...omitUndefined({ run: path }) })
          task.answer({ run: started.path }, () => `${started.path}\n`)
        }),
    )
  circumstances(run.command('use'))
    .description('Record that a run uses a version.')
    .argument('<run>')
    .argument('<version>')
    .action((path: string, version: string, options: EnvelopeFields, command: Command) =>
      withLedger(command, 'writes', async (task) => {
        const used = await task.ledger.useArtifact({ ...options, run: path, version })
        done(task, used, `${path} uses ${used.version}`)
      }),
    )
  circumstances(run.command('metrics'))
    .description("Set metrics of a run's summary.")
    .argument('<run>')
    .requiredOption('--set <name=value>', 'a metric (may be given several times)', pairs)
    .action(
      (
        path: string,
        { set, ...options }: EnvelopeFields & { set: Readonly<Record<string, number>> },
        command: Command,
      ) =>
        withLedger(command, 'writes', async (task) => {
          done(task, await task.ledger.summariseRun({ ...options, run: path, metrics: set }), `${path} is summarised`)
        }),
    )
  circumstances(run.command('finish'))
    .description('Finish a run.')
    .argument('<run>')
    .option('--outcome <outcome>', 'finished, failed, crashed or killed')
    .action(
      (
        path: string,
        options: EnvelopeFields & { outcome?: 'finished' | 'failed' | 'crashed' | 'killed' },
        command: Command,
      ) =>
        withLedger(command, 'writes', async (task) => {
          done(task, await task.ledger.finishRun({ ...options, run: path }), `${path} is finished`)
        }),
    )
}
