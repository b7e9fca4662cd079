/** Commands that ask what one thing is, or was: which version is meant, what is known of it. */
import type { Command } from 'commander'
import { isDayText } from '../../domain/values/day.js'
import { LedgerError } from '../../ledger/calling/errors.js'
import type { Version } from '../../projections/registry/questions/version.js'
import { holderOf } from './collection-lists.js'
import { type AsOfOption, type CommandContext, questionsAsOf, type WithLedger } from './command-context.js'
import { auditText } from './history-text.js'
import { names } from './names.js'
import { asOf } from './options.js'
import { columns, counted, plain, print, type Shown, size, styled, type Terminal, time } from './output.js'
import { pairsText } from './pairs-text.js'

export const showCommands = (program: Command, withLedger: WithLedger): void => {
  asOf(program.command('resolve'))
    .description('Print the version that an alias or number means.')
    .argument('<version>', '[[entity/]project/]name[:alias|:vN]; latest unless told')
    .addHelpText(
      'after',
      '\nExample:\n  $ model-ledger resolve acme/model-registry/churn:production --as-of 2026-05-03T14:00:00Z',
    )
    .action((path: string, options: AsOfOption, command: Command) =>
      withLedger(command, 'reads', async (task) => {
        const { path: found, version, source } = await resolved(task, path, options)
        await tellMoves(task, path, options)
        task.answer({ path: found, version, source }, () => `${plain(found)}\n`)
      }),
    )

  asOf(program.command('show'))
    .description('Show a version, a collection or a run, with what is known of it.')
    .argument('<name>', 'a version (with ":"), an artifact or a registered model')
    .option('--run', 'the name is that of a run')
    .addHelpText(
      'after',
      '\nExamples:\n  $ model-ledger show acme/churn/model:best\n  $ model-ledger show acme/churn/train-7 --run',
    )
    .action((name: string, options: AsOfOption & { run?: boolean }, command: Command) =>
      withLedger(command, 'reads', async (task) => {
        if (options.run === true) return showRun(task, name, options)
        return name.includes(':') ? showVersion(task, name, options) : showCollection(task, name, options)
      }),
    )
}

/** Refusals that tell when it was that something ended: the time that `--as-of` goes by only the whole log knows. */
const TELLS_WHEN: ReadonlyArray<LedgerError['code']> = ['version-deleted', 'link-removed', 'version-not-found']

/** What a path means is in its own stream, and in that of a link's source whether the source is still there. */
const resolved = async (
  task: CommandContext,
  path: string,
  options: AsOfOption,
): Promise<Pick<Version, 'path' | 'version' | 'source'>> => {
  // Only the whole log knows what a time means.
  if (typeof options.asOf === 'string') return questionsAsOf(task, options).resolve(path)
  const { oneStreamOf } = await import('./library.js')
  const { locate } = oneStreamOf(task.ledger, options.asOf)
  try {
    const found = await locate(path)
    if (found.source !== null) await locate(found.source)
    return found
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    // No rule goes past an event that it does not know, but what can be told of the version is told.
    if (error.code === 'unknown-event') return questionsAsOf(task, options).resolve(path)
    if (!TELLS_WHEN.includes(error.code)) throw error
    const known = questionsAsOf(task, options).resolve(path)
    throw await known.then(
      () => error,
      (other: unknown) => (other instanceof LedgerError && other.category === error.category ? other : error),
    )
  }
}

/** As of a whole day, whoever reads should know what else held within it. */
const tellMoves = async (task: CommandContext, path: string, { asOf }: AsOfOption): Promise<void> => {
  if (!isDayText(asOf) || task.inJson) return
  const [of = path, choice] = path.split(':')
  const { items } = await task.ledger.history({
    of,
    from: asOf,
    until: asOf,
    types: ['AliasMoved', 'AliasRemoved'],
    order: 'ascending',
    ...(choice === undefined || /^v\d+$/.test(choice) ? {} : { alias: choice }),
  })
  if (items.length > 0) task.terminal.err(`That day:\n${auditText(task.terminal, items)}`)
}

/** Whose content a path meant: of a link then, its source, which holds it whatever became of the link. */
export const contentThen = async (task: CommandContext, path: string, options: AsOfOption): Promise<string> => {
  if (options.asOf === undefined) return path
  const found = await resolved(task, path, options)
  return found.source ?? found.path
}

/** Why a version is no longer there; `undefined` of one that is. */
export const gone = ({ deleted, unlinked, source }: Version): string | undefined =>
  unlinked !== null ? 'unlinked' : deleted === null ? undefined : source === null ? 'deleted' : 'source deleted'

/** When, by whom and why. */
const ending = (terminal: Terminal, { time: when, by, reason }: NonNullable<Version['deleted']>): Shown => [
  time(terminal, when),
  `${by === undefined ? '' : ` by ${by}`}${reason === undefined ? '' : `: ${reason}`}`,
]

/** Names and values, one a line; what is not there is left out. */
const facts = (terminal: Terminal, title: string, pairs: ReadonlyArray<readonly [string, Shown | null]>): string =>
  `${print(terminal, styled('bold', title))}\n${columns(
    terminal,
    pairs.flatMap(([name, value]) => (value === null || value === '' ? [] : [[`  ${name}`, value]])),
  )}`

/** `, with its description and metadata` */
const withIts = ({ takenOver }: Version): string =>
  takenOver.length === 0 ? '' : `, with its ${takenOver.join(' and ')}`

const showVersion = async (task: CommandContext, name: string, options: AsOfOption): Promise<void> => {
  const version = await questionsAsOf(task, options).version(name)
  await tellMoves(task, name, options)
  const { terminal } = task
  task.answer(version, () =>
    facts(terminal, version.path, [
      ['state', gone(version) ?? null],
      ['type', version.type],
      ['aliases', names(version.aliases)],
      ['tags', names(version.tags)],
      ['description', version.description],
      ['created', [time(terminal, version.created.time), ` by ${version.actor}`]],
      ['source', version.source],
      ['linked as', version.links.filter((link) => link !== version.path).join(', ')],
      ['run', version.run],
      ['also logged by', version.producers.slice(1).join(', ')],
      ['drafted from', version.base === null ? null : `${version.base}${withIts(version)}`],
      ['copied from', version.copiedFrom === null ? null : `${version.copiedFrom}${withIts(version)}`],
      [
        'draft',
        version.distributed === null
          ? null
          : `${version.distributed.distributedId}, generation ${version.distributed.generation}`,
      ],
      ['writers', version.distributed ? names(version.distributed.writers) : null],
      ['metadata', version.metadata === null ? null : pairsText(version.metadata)],
      [
        'content',
        `${counted(version.manifest.entries, 'file')}, ${size(version.manifest.bytes)}, ${version.manifest.digest}`,
      ],
      ['deleted', version.deleted === null ? null : ending(terminal, version.deleted)],
      ['unlinked', version.unlinked === null ? null : ending(terminal, version.unlinked)],
    ]),
  )
}

const showCollection = async (task: CommandContext, name: string, options: AsOfOption): Promise<void> => {
  const at = questionsAsOf(task, options)
  await tellMoves(task, name, options)
  const [version] = (await at.versions(name, { limit: 1 })).items
  const path = version?.collection ?? name
  const collection = await at.artifact(path).catch(() => at.registeredModel(path))
  const { terminal } = task
  task.answer(collection, () =>
    facts(terminal, collection.path, [
      ['deleted', collection.deleted === null ? null : ending(terminal, collection.deleted)],
      ['archived', collection.archived === null ? null : ending(terminal, collection.archived)],
      ['type', collection.type],
      ['description', collection.description],
      ['tags', names(collection.tags)],
      ['created', [time(terminal, collection.created.time), ` by ${collection.actor}`]],
      ['versions', String(collection.versionCount)],
      ['newest', collection.newest === null ? null : `v${collection.newest}`],
      [
        'metadata',
        collection.kind === 'artifact' || collection.metadata === null ? null : pairsText(collection.metadata),
      ],
      ...Object.entries(collection.aliases).map(
        ([alias, version]) => [alias, holderOf({ ...collection, alias, version })] as const,
      ),
    ]),
  )
}

const showRun = async (task: CommandContext, name: string, options: AsOfOption): Promise<void> => {
  const run = await questionsAsOf(task, options).runDetails(name)
  const { terminal } = task
  task.answer(run, () =>
    facts(terminal, run.path, [
      ['started', [time(terminal, run.started.time), ` by ${run.actor}`]],
      ['outcome', run.outcome ?? 'running'],
      ['group', run.group],
      ['job type', run.jobType],
      ['config', run.config === null ? null : pairsText(run.config)],
      ['metrics', pairsText(run.metrics)],
      ...run.used.map(
        ({ version, through }) => ['used', through === null ? version : `${version} through ${through}`] as const,
      ),
      ...run.logged.map((version) => ['logged', version] as const),
    ]),
  )
}
