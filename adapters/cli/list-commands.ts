/** Commands that list what there is, or was, and find versions. */
import { type Command, Option } from 'commander'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import type { Paging } from '../../projections/paging/page.js'
import type { RunList } from '../../projections/registry/questions/list-runs.js'
import type { Condition, VersionSearch } from '../../projections/registry/questions/search.js'
import type { Version } from '../../projections/registry/questions/version.js'
import { chooseCommands } from './choose-commands.js'
import { collectionLists } from './collection-lists.js'
import { type AsOfOption, answerPage, placeOf, questionsAsOf, type WithLedger } from './command-context.js'
import { condition, couldBeJson, metricCondition } from './given-values.js'
import { names } from './names.js'
import { asOf, orderOf, paged, runSortKey, sortKey } from './options.js'
import { hint, plain, size, type Terminal, table, time } from './output.js'
import { shortPairsText } from './pairs-text.js'
import { gone } from './show-commands.js'

export const listCommands = (program: Command, withLedger: WithLedger): void => {
  const list = program
    .command('list')
    .description('List entities, projects, types, artifacts, registered models, versions, runs or open drafts.')
  const named = (command: Command): Command =>
    paged(command).option('--name <pattern>', 'of the path, or of its end, with *, ** and ?: acme/*/model, model')
  chooseCommands(list, withLedger)

  collectionLists(list, withLedger)

  paged(list.command('versions'))
    .description('List the versions of an artifact or a registered model, the newest first unless told.')
    .argument('<collection>')
    .addOption(new Option('--ascending', 'the oldest first').conflicts('descending'))
    .option('--descending', 'the newest first; unless told')
    .action((name: string, { asOf, ascending, descending, ...paging }: Ordered & Paging, command: Command) =>
      withLedger(command, 'reads', async (task) => {
        const order = orderOf(omitUndefined({ ascending, descending }))
        const list = { ...paging, ...omitUndefined({ order }) }
        const page = await questionsAsOf(task, omitUndefined({ asOf })).versions(name, list)
        answerPage(task, command, page, (versions) =>
          versionTable(task.terminal, versions, ({ path, collection }) => path.slice(collection.length + 1)),
        )
      }),
    )

  named(list.command('runs'))
    .description('List runs: all, or those of --entity or in --project; the oldest first, unless told.')
    .option('--where <conditions>', 'such as "config:lr < 0.1 and (metric:accuracy > 0.91 or group = night)"')
    .option('--order-by <key>', 'started, name, group, config:<key> or metric:<name>; started unless told', runSortKey)
    .addOption(new Option('--ascending', 'the oldest or the least first; unless told').conflicts('descending'))
    .option('--descending', 'the newest or the greatest first')
    .addHelpText('after', '\nExample:\n  $ model-ledger list runs --where "group = night" --order-by metric:loss')
    .action(({ asOf, ascending, descending, ...options }: Runs, command: Command) =>
      withLedger(command, 'reads', async (task) => {
        const page = await questionsAsOf(task, omitUndefined({ asOf })).runs({
          ...options,
          ...placeOf(command),
          ...omitUndefined({ order: orderOf(omitUndefined({ ascending, descending })) }),
        })
        answerPage(task, command, page, (runs) =>
          table(
            task.terminal,
            ['RUN', 'STARTED', 'BY', 'OUTCOME', 'METRICS'],
            runs.map((run) => [
              run.path,
              time(task.terminal, run.started.time),
              run.actor,
              run.outcome ?? 'running',
              shortPairsText(run.metrics),
            ]),
            'There are no runs.',
          ),
        )
      }),
    )

  asOf(list.command('drafts'))
    .description('List distributed drafts that take parts.')
    .action((options: AsOfOption, command: Command) =>
      withLedger(command, 'reads', async (task) => {
        const drafts = await questionsAsOf(task, options).openDrafts()
        task.answer(drafts, () =>
          table(
            task.terminal,
            ['ARTIFACT', 'ID', 'GENERATION', 'OPENED', 'BASE', 'PARTS', 'WRITERS'],
            drafts.map((draft) => [
              draft.artifact,
              draft.distributedId,
              String(draft.generation),
              time(task.terminal, draft.opened.time),
              draft.base === null ? '-' : draft.base.slice(draft.base.lastIndexOf(':') + 1),
              String(draft.parts),
              names(draft.writers),
            ]),
            'There are no open drafts.',
          ),
        )
      }),
    )
}

interface Ordered extends AsOfOption {
  readonly ascending?: boolean
  readonly descending?: boolean
}

type Runs = Ordered & Omit<RunList, 'order'>

/** As the library has it; `--by` and `--metric` are what it calls `actor` and `metrics`. */
interface Search extends Ordered, Omit<VersionSearch, 'actor' | 'metrics' | 'order'> {
  readonly by?: string
  readonly metric?: ReadonlyArray<Condition>
}

export const searchCommand = (program: Command, withLedger: WithLedger): void => {
  paged(program.command('search'))
    .description(
      'Find versions by name, place (--entity, --project), type, tag, words, alias, metadata, metric, creator or time.',
    )
    .option('--name <pattern>', 'of the path, or of its end, with *, ** and ?: acme/*/model, model')
    .addOption(new Option('--kind <kind>', 'of a version of its own, or of a link').choices(['artifact', 'registered']))
    .option('--type <type>', 'the type of the artifact, or that of the registered model')
    .option('--tag <tag>', 'that has this tag')
    .option(
      '--text <words>',
      'all of these words in its name, its aliases, tags or description, or those of its collection',
    )
    .option('--where <conditions>', 'such as "metadata:accuracy > 0.91 and (tag = vision or missing alias)"')
    .option('--alias <alias>', 'that this alias points to')
    .option(
      '--metadata <condition>',
      'such as accuracy>=0.9, stage=final or epochs:=3, JSON (may be given several times)',
      condition,
    )
    .option('--metric <condition>', 'likewise, of the run that made it; loss=nan finds what diverged', metricCondition)
    .option('--by <actor>', 'what this actor logged or linked')
    .option('--from <time>', 'logged or linked at this time or later')
    .option('--until <time>', 'logged or linked at this time or before')
    .option('--with-deleted', 'also what was deleted or unlinked')
    .option('--with-archived', 'also versions of what is archived')
    .option('--order-by <key>', 'created, name, metadata:<key> or metric:<name>; created unless told', sortKey)
    .addOption(new Option('--ascending', 'the oldest or the least first').conflicts('descending'))
    .option('--descending', 'the newest or the greatest first; unless told')
    .addHelpText(
      'after',
      '\nExample:\n  $ model-ledger search --name "acme/*/model" --metric "accuracy>=0.9" --order-by metric:accuracy',
    )
    .action(({ by: actor, metric: metrics, asOf, ascending, descending, ...options }: Search, command: Command) =>
      withLedger(command, 'reads', async (task) => {
        const page = await questionsAsOf(task, omitUndefined({ asOf })).search({
          ...options,
          ...placeOf(command),
          ...omitUndefined({ actor, metrics, order: orderOf(omitUndefined({ ascending, descending })) }),
        })
        task.answer(page.items, () => versionTable(task.terminal, page.items, ({ path }) => path))
        const text = page.items.length === 0 ? options.metadata?.find(couldBeJson) : undefined
        if (text !== undefined && command.optsWithGlobals()['json'] !== true) {
          const { key, value } = text
          task.terminal.err(
            plain(`${key}=${value} asks for a text; ${key}:=${value} for what it is as JSON`).concat('\n'),
          )
        }
        const { cursor, total } = page
        if (cursor !== undefined) hint(task.terminal, command, { cursor, total })
      }),
    )
}

const versionTable = (
  terminal: Terminal,
  versions: ReadonlyArray<Version>,
  nameOf: (version: Version) => string,
): string =>
  table(
    terminal,
    ['VERSION', 'SIZE', 'FILES', 'CREATED', 'BY', 'STATE', 'ALIASES', 'SOURCE'],
    versions.map((version) => [
      nameOf(version),
      size(version.manifest.bytes),
      String(version.manifest.entries),
      time(terminal, version.created.time),
      version.actor,
      gone(version) ?? '-',
      names(version.aliases) || '-',
      version.source ?? version.run ?? '-',
    ]),
    'There are no such versions.',
  )
