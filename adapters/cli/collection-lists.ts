/** Commands that list artifacts and registered models, one after another or by their tags. */
import { type Command, Option } from 'commander'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import type { Artifact } from '../../projections/registry/questions/artifact.js'
import type { TagGroup } from '../../projections/registry/questions/by-tag.js'
import type { ArtifactList, ModelList } from '../../projections/registry/questions/list-collections.js'
import type { RegisteredModel } from '../../projections/registry/questions/registered-model.js'
import { type AsOfOption, answerPage, placeOf, questionsAsOf, type WithLedger } from './command-context.js'
import { names } from './names.js'
import { paged } from './options.js'
import { columns, type Shown, styled, type Terminal } from './output.js'

interface Grouping extends AsOfOption {
  readonly groupBy?: 'tag'
}

export const collectionLists = (list: Command, withLedger: WithLedger): void => {
  ofCollections(list.command('artifacts'))
    .description('List artifacts: all, or those of --entity or in --project.')
    .addHelpText(
      'after',
      '\nExamples:\n  $ model-ledger list artifacts --project acme/churn --type dataset\n  $ model-ledger list artifacts --text "churn vision"',
    )
    .action(({ asOf, groupBy, ...options }: Grouping & ArtifactList, command: Command) =>
      withLedger(command, 'reads', async (task) => {
        const at = questionsAsOf(task, omitUndefined({ asOf }))
        const wanted = { ...options, ...placeOf(command) }
        const shown = listOf(task.terminal, 'ARTIFACT', 'There are no artifacts.')
        const page = await (groupBy === undefined ? at.artifacts(wanted) : at.artifactsByTag(wanted))
        answerPage<Listed | TagGroup<Listed>>(task, command, page, shown)
      }),
    )

  ofCollections(list.command('models'))
    .description('List registered models: all, or those of --entity or in --registry.')
    .option('--registry <registry>', 'in this registry: [entity/]registry')
    .addHelpText(
      'after',
      '\nExamples:\n  $ model-ledger list models --registry acme/model-registry --group-by tag\n  $ model-ledger list models --text "churn vision"',
    )
    .action(({ asOf, groupBy, ...options }: Grouping & ModelList, command: Command) =>
      withLedger(command, 'reads', async (task) => {
        const at = questionsAsOf(task, omitUndefined({ asOf }))
        const wanted = { ...options, ...omitUndefined({ entity: placeOf(command).entity }) }
        const shown = listOf(task.terminal, 'REGISTERED MODEL', 'There are no registered models.')
        const page = await (groupBy === undefined ? at.registeredModels(wanted) : at.registeredModelsByTag(wanted))
        answerPage<Listed | TagGroup<Listed>>(task, command, page, shown)
      }),
    )
}

const ofCollections = (command: Command): Command =>
  paged(command)
    .option('--name <pattern>', 'of the path, or of its end, with *, ** and ?: acme/*/model, model')
    .option('--type <type>', 'of this artifact type')
    .option('--tag <tag>', 'that carries this tag itself')
    .option('--text <words>', 'all of these words in its path, tags, aliases or description')
    .option('--with-archived', 'archived ones too')
    .option('--with-deleted', 'deleted ones too')
    .option('--where <conditions>', 'such as "tag = vision and (description contains pictures or missing alias)"')
    .addOption(new Option('--group-by <what>', 'under a heading for each tag; those without any last').choices(['tag']))

type Listed = Artifact | RegisteredModel

/** Whether it came in groups or not: in a group each stands a little to the right, below the tag. */
const listOf =
  (terminal: Terminal, what: string, nothing: string) =>
  (items: ReadonlyArray<Listed | TagGroup<Listed>>): string => {
    if (items.length === 0) return `${nothing}\n`
    const head = [what, 'TYPE', 'VERSIONS', 'TAGS', 'ALIASES'].map((title) => styled('dim', title))
    const rows = items.flatMap((item): ReadonlyArray<ReadonlyArray<Shown>> => {
      if (!('items' in item)) return [rowOf(item)]
      // No tag has brackets.
      const heading = item.tag === null ? '(without a tag)' : styled('bold', item.tag)
      return [[heading], ...item.items.map(rowOf).map(([path = '', ...rest]) => [`  ${path}`, ...rest])]
    })
    return columns(terminal, [head, ...rows])
  }

/** Whom an alias points to: `v3`, or `v3 (source deleted)`. */
export const holderOf = ({
  alias,
  version,
  sourceDeleted = [],
}: {
  readonly alias: string
  readonly version: number
  readonly sourceDeleted?: ReadonlyArray<string>
}): string => `v${version}${sourceDeleted.includes(alias) ? ' (source deleted)' : ''}`

const rowOf = ({ path, type, versionCount, tags, aliases, ...more }: Listed): ReadonlyArray<string> => [
  path,
  type,
  String(versionCount),
  names(tags) || '-',
  Object.entries(aliases)
    .map(([alias, version]) => `${names([alias])}=${holderOf({ ...more, alias, version })}`)
    .join(' ') || '-',
]
