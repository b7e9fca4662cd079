/** Commands that ask what is, or what was. */
import type { Command } from 'commander'
import type { Version } from '../../projections/queries.js'
import { asOf } from './options.js'
import { columns, progressBar, size, styled, type Terminal, table, time } from './output.js'
import type { Given, WithLedger } from './with-ledger.js'

interface AsOf {
  readonly asOf?: number | string
}

/** The questions at the moment that is meant. */
const asked = ({ ledger }: Given, { asOf }: AsOf) => (asOf === undefined ? ledger : ledger.at(asOf))

export const readCommands = (program: Command, withLedger: WithLedger): void => {
  asOf(program.command('resolve'))
    .description('Print the version that an alias or number means.')
    .argument('<version>', '[[entity/]project/]name[:alias|:vN]; latest unless told')
    .addHelpText(
      'after',
      '\nExample:\n  $ model-ledger resolve acme/model-registry/churn:production --as-of 2026-05-03T14:00:00Z',
    )
    .action((path: string, options: AsOf, command: Command) =>
      withLedger(command, 'reads', async (task) => {
        const version = await asked(task, options).resolve(path)
        task.answer(version, () => `${version.path}\n`)
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
    .action((name: string, options: AsOf & { run?: boolean }, command: Command) =>
      withLedger(command, 'reads', async (task) => {
        if (options.run === true) return showRun(task, name, options)
        return name.includes(':') ? showVersion(task, name, options) : showCollection(task, name, options)
      }),
    )

  listCommands(program, withLedger)

  program
    .command('files')
    .description('List the files of a version.')
    .argument('<version>')
    .action((path: string, _: object, command: Command) =>
      withLedger(command, 'reads', async (task) => {
        const { manifest } = await task.ledger.content(path)
        task.answer(manifest, () =>
          table(
            task.terminal,
            ['SIZE', 'DIGEST', 'PATH'],
            manifest.map((entry) => [
              entry.size === null ? '?' : size(entry.size),
              entry.digest.slice(0, 19),
              entry.reference === undefined ? entry.path : `${entry.path} -> ${entry.reference.uri}`,
            ]),
            'It holds no files.',
          ),
        )
      }),
    )

  program
    .command('download')
    .description('Write the files of a version into a directory.')
    .argument('<version>')
    .argument('<directory>')
    .option('--overwrite', 'replace files that are there with other content')
    .addHelpText('after', '\nExample:\n  $ model-ledger download acme/model-registry/churn:production ./serving')
    .action((version: string, to: string, options: { overwrite?: boolean }, command: Command) =>
      withLedger(command, 'reads', async (task) => {
        const bar = progressBar(task.terminal, 'downloading')
        const downloaded = await task.ledger
          .download({
            ...options,
            version,
            to,
            onProgress: ({ filesDone, files, bytesDone, bytes }) =>
              bar.show(bytesDone, bytes, `${filesDone} of ${files} files, ${size(bytesDone)} of ${size(bytes)}`),
          })
          .finally(bar.end)
        const { written, kept, references, directory } = downloaded
        task.answer(downloaded, () => {
          const parts = [`${written} files written`, ...(kept > 0 ? [`${kept} were there`] : [])]
          const elsewhere = references.map(
            ({ path, reference }) => `not fetched: ${path} -> ${reference?.uri ?? '?'}\n`,
          )
          return `${downloaded.version} is in ${directory} (${parts.join(', ')})\n${elsewhere.join('')}`
        })
      }),
    )
}

const listCommands = (program: Command, withLedger: WithLedger): void => {
  const list = program.command('list').description('List artifacts, registered models, versions, runs or open drafts.')

  asOf(list.command('artifacts'))
    .description('List artifacts.')
    .action((options: AsOf, command: Command) =>
      withLedger(command, 'reads', async (task) => {
        const artifacts = await asked(task, options).artifacts()
        task.answer(artifacts, () =>
          table(
            task.terminal,
            ['ARTIFACT', 'TYPE', 'VERSIONS', 'ALIASES'],
            artifacts.map(collectionRow),
            'There are no artifacts.',
          ),
        )
      }),
    )

  asOf(list.command('models'))
    .description('List registered models.')
    .action((options: AsOf, command: Command) =>
      withLedger(command, 'reads', async (task) => {
        const models = await asked(task, options).registeredModels()
        task.answer(models, () =>
          table(
            task.terminal,
            ['REGISTERED MODEL', 'TYPE', 'VERSIONS', 'ALIASES'],
            models.map(collectionRow),
            'There are no registered models.',
          ),
        )
      }),
    )

  asOf(list.command('versions'))
    .description('List the versions of an artifact or a registered model.')
    .argument('<collection>')
    .action((name: string, options: AsOf, command: Command) =>
      withLedger(command, 'reads', async (task) => {
        const versions = await asked(task, options).versions(name)
        task.answer(versions, () =>
          table(
            task.terminal,
            ['VERSION', 'SIZE', 'FILES', 'CREATED', 'BY', 'ALIASES', 'SOURCE'],
            versions.map((version) => [
              version.path.slice(version.collection.length + 1),
              size(version.manifest.bytes),
              String(version.manifest.entries),
              time(task.terminal, version.created.time),
              version.actor,
              gone(version) ?? (version.aliases.join(', ') || '-'),
              version.source ?? version.run ?? '-',
            ]),
            'It has no versions.',
          ),
        )
      }),
    )

  asOf(list.command('runs'))
    .description('List runs.')
    .action((options: AsOf, command: Command) =>
      withLedger(command, 'reads', async (task) => {
        const runs = await asked(task, options).runs()
        task.answer(runs, () =>
          table(
            task.terminal,
            ['RUN', 'STARTED', 'BY', 'OUTCOME', 'METRICS'],
            runs.map((run) => [
              run.path,
              time(task.terminal, run.started.time),
              run.actor,
              run.outcome ?? 'running',
              pairsText(run.metrics),
            ]),
            'There are no runs.',
          ),
        )
      }),
    )

  asOf(list.command('drafts'))
    .description('List distributed drafts that take parts.')
    .action((options: AsOf, command: Command) =>
      withLedger(command, 'reads', async (task) => {
        const drafts = await asked(task, options).openDrafts()
        task.answer(drafts, () =>
          table(
            task.terminal,
            ['ARTIFACT', 'ID', 'GENERATION', 'OPENED', 'PARTS', 'WRITERS'],
            drafts.map((draft) => [
              draft.artifact,
              draft.distributedId,
              String(draft.generation),
              time(task.terminal, draft.opened.time),
              String(draft.parts),
              draft.writers.join(', '),
            ]),
            'There are no open drafts.',
          ),
        )
      }),
    )
}

const collectionRow = (collection: {
  readonly path: string
  readonly type: string
  readonly versionCount: number
  readonly aliases: Readonly<Record<string, number>>
}): ReadonlyArray<string> => [
  collection.path,
  collection.type,
  String(collection.versionCount),
  Object.entries(collection.aliases)
    .map(([alias, version]) => `${alias}=v${version}`)
    .join(' ') || '-',
]

const gone = ({ deleted, unlinked, source }: Version): string | undefined =>
  unlinked !== null ? 'unlinked' : deleted === null ? undefined : source === null ? 'deleted' : 'source deleted'

const pairsText = (pairs: object): string =>
  Object.entries(pairs)
    .map(
      ([name, value]) => `${name}=${typeof value === 'number' ? Number(value.toPrecision(5)) : JSON.stringify(value)}`,
    )
    .join(' ') || '-'

/** Names and values, one a line; what is not there is left out. */
const facts = (terminal: Terminal, title: string, pairs: ReadonlyArray<readonly [string, string | null]>): string =>
  `${styled(terminal, 'bold', title)}\n${columns(
    pairs.flatMap(([name, value]) => (value === null || value === '' ? [] : [[`  ${name}`, value]])),
  )}`

const showVersion = async (task: Given, name: string, options: AsOf): Promise<void> => {
  const version = await asked(task, options).version(name)
  const { terminal } = task
  task.answer(version, () =>
    facts(terminal, version.path, [
      ['state', gone(version) ?? null],
      ['type', version.type],
      ['aliases', version.aliases.join(', ')],
      ['tags', version.tags.join(', ')],
      ['description', version.description],
      ['created', `${time(terminal, version.created.time)} by ${version.actor}`],
      ['source', version.source],
      ['linked as', version.links.filter((link) => link !== version.path).join(', ')],
      ['run', version.run],
      ['also logged by', version.producers.slice(1).join(', ')],
      ['drafted from', version.base],
      [
        'draft',
        version.distributed === null
          ? null
          : `${version.distributed.distributedId}, generation ${version.distributed.generation}`,
      ],
      ['metadata', version.metadata === null ? null : pairsText(version.metadata)],
      ['content', `${version.manifest.entries} files, ${size(version.manifest.bytes)}, ${version.manifest.digest}`],
      ['deleted', version.deleted === null ? null : time(terminal, version.deleted.time)],
      ['unlinked', version.unlinked === null ? null : time(terminal, version.unlinked.time)],
    ]),
  )
}

const showCollection = async (task: Given, name: string, options: AsOf): Promise<void> => {
  const at = asked(task, options)
  const versions = await at.versions(name)
  const [collection, tags] = await at
    .artifact(versions[0]?.collection ?? name)
    .then((artifact) => [artifact, ''] as const)
    .catch(async () => {
      const model = await at.registeredModel(versions[0]?.collection ?? name)
      return [model, model.tags.join(', ')] as const
    })
  const { terminal } = task
  task.answer(collection, () =>
    facts(terminal, collection.path, [
      ['type', collection.type],
      ['description', collection.description],
      ['tags', tags],
      ['created', `${time(terminal, collection.created.time)} by ${collection.actor}`],
      ['versions', String(collection.versionCount)],
      ['newest', collection.newest === null ? null : `v${collection.newest}`],
      ...Object.entries(collection.aliases).map(([alias, version]) => [alias, `v${version}`] as const),
    ]),
  )
}

const showRun = async (task: Given, name: string, options: AsOf): Promise<void> => {
  const run = await asked(task, options).runDetails(name)
  const { terminal } = task
  task.answer(run, () =>
    facts(terminal, run.path, [
      ['started', `${time(terminal, run.started.time)} by ${run.actor}`],
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
