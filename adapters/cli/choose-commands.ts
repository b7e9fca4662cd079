/** Commands that list what one chooses among on the way to a version: entities, projects, types of artifacts. */
import type { Command } from 'commander'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import type { Counts } from '../../projections/registry/questions/choosing.js'
import type { List } from '../../projections/registry/questions/list.js'
import { type AsOfOption, answerPage, placeOf, questionsAsOf, type WithLedger } from './command-context.js'
import { paged } from './options.js'
import { table } from './output.js'

export const chooseCommands = (list: Command, withLedger: WithLedger): void => {
  const named = (command: Command, example: string): Command =>
    paged(command).option('--name <pattern>', `with *, ** and ?: ${example}`)

  named(list.command('entities'), 'acme*')
    .description('List whose projects there are, and how much is in them.')
    .action(({ asOf, ...options }: AsOfOption & List, command: Command) =>
      withLedger(command, 'reads', async (task) => {
        const page = await questionsAsOf(task, omitUndefined({ asOf })).entities(options)
        const head = ['ENTITY', 'PROJECTS', 'REGISTRIES', ...COUNTED, 'RUNS']
        answerPage(task, command, page, (entities) =>
          table(
            task.terminal,
            head,
            entities.map(({ entity, projects, registries, runs, ...counts }) =>
              [entity, projects, registries, ...countsRow(counts), runs].map(String),
            ),
            'There are no entities.',
          ),
        )
      }),
    )

  named(list.command('projects'), 'acme/churn*')
    .description('List projects and registries, all or those of --entity, and how much is in each.')
    .addHelpText('after', '\nExample:\n  $ model-ledger list projects --entity acme')
    .action(({ asOf, ...options }: AsOfOption & List, command: Command) =>
      withLedger(command, 'reads', async (task) => {
        const { entity } = placeOf(command)
        const page = await questionsAsOf(task, omitUndefined({ asOf })).projects({
          ...options,
          ...omitUndefined({ entity }),
        })
        const head = ['PROJECT', 'KIND', ...COUNTED, 'RUNS']
        answerPage(task, command, page, (projects) =>
          table(
            task.terminal,
            head,
            projects.map(({ path, kind, runs, ...counts }) => [path, kind, ...countsRow(counts), runs].map(String)),
            'There are no projects.',
          ),
        )
      }),
    )

  named(list.command('types'), 'model*')
    .description(
      'List the types of artifacts: all, or those of --entity or in --project, and how much there is of each.',
    )
    .addHelpText('after', '\nExample:\n  $ model-ledger list types --project acme/churn')
    .action(({ asOf, ...options }: AsOfOption & List, command: Command) =>
      withLedger(command, 'reads', async (task) => {
        const at = questionsAsOf(task, omitUndefined({ asOf }))
        const page = await at.artifactTypes({ ...options, ...placeOf(command) })
        answerPage(task, command, page, (types) =>
          table(
            task.terminal,
            ['TYPE', ...COUNTED],
            types.map(({ type, ...counts }) => [type, ...countsRow(counts)].map(String)),
            'There are no types.',
          ),
        )
      }),
    )
}

const COUNTED = ['ARTIFACTS', 'VERSIONS', 'REGISTERED MODELS', 'LINKS']
const countsRow = ({ artifacts, versions, registeredModels, links }: Counts): ReadonlyArray<number> => [
  artifacts,
  versions,
  registeredModels,
  links,
]
