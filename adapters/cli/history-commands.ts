/** Commands that tell the history. */
import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import { type HistoryInput, type Ledger, LedgerError } from '../../index.js'
import type { AuditLine } from '../../projections/audit/line.js'
import type { AliasChange, AliasTenure } from '../../projections/audit/tenure.js'
import type { Lineage } from '../../projections/lineage/answer.js'
import type { Paging } from '../../projections/paging/page.js'
import { aliasSvg } from '../../projections/render/alias-svg.js'
import { lineageSvg } from '../../projections/render/lineage-svg.js'
import { labelOf, lineageDot, lineageJson, lineageMermaid } from '../../projections/render/lineage-text.js'
import { type AsOf, asked, askedOf, type CommandContext, isCollection, type WithLedger } from './command-context.js'
import { targetFile } from './ledger-location.js'
import { asOf, paged, several, when, whole } from './options.js'
import { hint, plain, type Shown, styled, type Terminal, table, time } from './output.js'
import { refuseVersion } from './read-commands.js'

/** Writes text where it is wanted: into a file that is named, or to the terminal. */
const deliver = async ({ terminal }: CommandContext, text: string, output: string | undefined): Promise<void> => {
  if (output === undefined) return terminal.out(text)
  const path = await targetFile(terminal, output)
  await writeFile(path, text).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    throw new LedgerError({ _tag: 'target-failed', path, reason }, `${path} cannot be written: ${reason}`)
  })
}

/** The tenures of a collection. An alias that never was is refused: of a misspelt one, no tenures would look like a finding. */
const tenuresOf = async (
  { aliasHistory }: Pick<Ledger, 'aliasHistory'>,
  of: string,
  alias: string | undefined,
): Promise<ReadonlyArray<AliasTenure>> => {
  const tenures = await aliasHistory({ of, ...omitUndefined({ alias }) })
  if (alias === undefined || tenures.length > 0) return tenures
  const there = [...new Set((await aliasHistory({ of })).map((tenure) => tenure.alias))].sort()
  throw neverThere(alias, `in ${of}; ${there.length === 0 ? 'there is none' : `there are: ${there.join(', ')}`}`)
}

/** Likewise before a history of what was done to an alias, in a collection or anywhere. */
const refuseUnknown = async (
  at: Pick<Ledger, 'aliasHistory' | 'history'>,
  subject: string | undefined,
  alias: string,
): Promise<void> => {
  if (subject !== undefined && isCollection(subject)) await tenuresOf(at, subject, alias)
  else if ((await at.history({ alias, limit: 1 })).lines.length === 0) throw neverThere(alias, 'in this ledger')
}

const neverThere = (alias: string, where: string): LedgerError =>
  new LedgerError({ _tag: 'alias-not-found', alias }, `there was never an alias "${alias}" ${where}`)

export const historyCommands = (program: Command, withLedger: WithLedger): void => {
  replayCommands(program, withLedger)

  paged(program.command('history'))
    .description('Who did what, when and why: of a subject, an actor, an alias, or of everything.')
    .argument('[subject]', 'a version (with ":"), an artifact or a registered model')
    .option('--run <run>', 'of a run')
    .option('--by <actor>', 'what this actor did')
    .option('--alias <alias>', 'what was done to this alias')
    .option('--type <type>', 'events of this type (may be given several times)', several)
    .option('--from <position|time>', 'from behind then', when)
    .option('--to <position|time>', 'up to then', when)
    .option('--oldest-first')
    .option('--long', 'with the command, and what was there before and after')
    .option('--csv', 'everything as CSV')
    .option('--ndjson', 'everything as NDJSON')
    .addHelpText('after', '\nExample:\n  $ model-ledger history acme/model-registry/churn --alias production')
    .action(
      (
        subject: string | undefined,
        options: AsOf &
          Paging & {
            readonly run?: string
            readonly by?: string
            readonly alias?: string
            readonly type?: NonNullable<HistoryInput['types']>
            readonly from?: number | string
            readonly to?: number | string
            readonly oldestFirst?: boolean
            readonly long?: boolean
            readonly csv?: boolean
            readonly ndjson?: boolean
          },
        command: Command,
      ) =>
        withLedger(command, 'reads', async (task) => {
          const { run, by: actor, alias, type: types, from: after, to: upTo, limit, cursor } = options
          const isTold = run === undefined && typeof after !== 'string' && typeof upTo !== 'string'
          const of = run === undefined ? subject : { run }
          const at = isTold ? askedOf(task, subject, options) : asked(task, options)
          // Of a run that is not there, no lines would look like a finding.
          if (run !== undefined) await asked(task, options).runDetails(run)
          if (alias !== undefined) await refuseUnknown(at, run === undefined ? subject : undefined, alias)
          const order = options.oldestFirst === true ? ('oldest' as const) : undefined
          const query = omitUndefined({ of, actor, alias, types, after, upTo, order })
          if (options.csv === true || options.ndjson === true) {
            const format = options.csv === true ? 'csv' : 'ndjson'
            for await (const text of at.exportHistory({ ...query, format })) task.terminal.out(text)
            return
          }
          const page = await at.history({ ...query, ...omitUndefined({ limit, cursor }) })
          task.answer(page.lines, () => auditText(task.terminal, page.lines, options.long))
          if (page.cut !== undefined) hint(task.terminal, command, { cursor: page.cut })
        }),
    )

  asOf(program.command('aliases'))
    .description('Who held the aliases of a collection, from when to when, put there by whom and why.')
    .argument('<collection>', 'an artifact or a registered model')
    .option('--alias <alias>', 'only this one')
    .option('--long', 'with the commands')
    .option('--svg', 'as a picture')
    .option('--output <file>', 'write the picture there; implies --svg')
    .addHelpText(
      'after',
      '\nExamples:\n  $ model-ledger aliases acme/model-registry/churn --alias production\n  $ model-ledger aliases acme/model-registry/churn --svg > aliases.svg',
    )
    .action(
      (
        of: string,
        options: AsOf & { alias?: string; long?: boolean; svg?: boolean; output?: string },
        command: Command,
      ) =>
        withLedger(command, 'reads', async (task) => {
          refuseVersion(of)
          const tenures = await tenuresOf(askedOf(task, of, options), of, options.alias)
          if (options.svg === true || options.output !== undefined) {
            const then = options.asOf === undefined ? null : (await asked(task, options).moment()).time
            const until = then ?? task.terminal.now().toISOString()
            return deliver(task, aliasSvg(tenures, { until, title: of }), options.output)
          }
          task.answer(tenures, () => tenureText(task.terminal, tenures, options.long === true))
        }),
    )

  asOf(program.command('lineage'))
    .description('What something came from, and what came of it.')
    .argument('<version>', 'a version or a registered version; or a run, with --run')
    .option('--run', 'the name is that of a run')
    .option('--upstream', 'only what it came from')
    .option('--downstream', 'only what came of it')
    .option('--depth <n>', 'how many edges away', whole)
    .option('--limit <n>', 'how many edges at most', whole)
    .option('--cursor <cursor>', 'go on where the last answer was cut')
    .option('--format <format>', 'text, svg, mermaid, dot or json', 'text')
    .option('--output <file>', 'write it there')
    .addHelpText(
      'after',
      '\nExample:\n  $ model-ledger lineage acme/model-registry/churn:production --upstream --format svg > lineage.svg',
    )
    .action(
      (
        name: string,
        options: AsOf & {
          readonly run?: boolean
          readonly upstream?: boolean
          readonly downstream?: boolean
          readonly depth?: number
          readonly limit?: number
          readonly cursor?: string
          readonly format: string
          readonly output?: string
        },
        command: Command,
      ) =>
        withLedger(command, 'reads', async (task) => {
          const { upstream, downstream, depth, limit, cursor } = options
          const render = renders.get(options.format)
          if (render === undefined)
            return command.error(`error: --format is one of ${[...renders.keys()].join(', ')}`, { exitCode: 2 })
          const direction =
            upstream === downstream ? undefined : upstream ? ('upstream' as const) : ('downstream' as const)
          const of = options.run === true ? { run: name } : name
          const found = await asked(task, options).lineage({
            of,
            ...omitUndefined({ direction, depth, limit, cursor }),
          })
          const text = command.optsWithGlobals()['json'] === true ? lineageJson(found) : render(found, task.terminal)
          await deliver(task, text, options.output)
          if (found.cut !== undefined) hint(task.terminal, command, { cursor: found.cut })
        }),
    )

  paged(program.command('paths'))
    .description('How one thing led to another: every path between two versions.')
    .argument('<from>')
    .argument('<to>')
    .option('--length <n>', 'no path of more edges', whole)
    .addHelpText('after', '\nExample:\n  $ model-ledger paths acme/churn/data:v0 acme/model-registry/churn:production')
    .action((from: string, to: string, { length, limit, cursor, ...options }: Paths, command: Command) =>
      withLedger(command, 'reads', async (task) => {
        const query = { from, to, ...omitUndefined({ length, limit, cursor }) }
        const { paths, nodes, cut } = await asked(task, options).paths(query)
        const name = namesOf(nodes)
        task.answer(paths, () =>
          paths.length === 0
            ? 'There is no path.\n'
            : paths
                .map(
                  (path) =>
                    `${plain([name.get(path[0]?.from ?? ''), ...path.map((edge) => `-${edge.kind}-> ${name.get(edge.to)}`)].join(' '))}\n`,
                )
                .join(''),
        )
        if (cut !== undefined) hint(task.terminal, command, { cursor: cut })
      }),
    )
}

interface Paths extends AsOf, Paging {
  readonly length?: number
}

const replayCommands = (program: Command, withLedger: WithLedger): void => {
  program
    .command('replay')
    .description('Step through the history, at full speed or paced.')
    .argument('[subject]', 'a version (with ":"), an artifact or a registered model')
    .option('--from <position|time>', 'from behind then', when)
    .option('--to <position|time>', 'up to then', when)
    .option('--faster <factor>', 'as it was recorded, so many times as fast', Number)
    .option('--every <milliseconds>', 'one step each so often', whole)
    .addHelpText('after', '\nExample:\n  $ model-ledger replay acme/model-registry/churn --faster 3600')
    .action(
      (
        of: string | undefined,
        options: { from?: number | string; to?: number | string; faster?: number; every?: number },
        command: Command,
      ) =>
        withLedger(command, 'reads', async ({ ledger, terminal, answer }) => {
          const { from, to, faster: factor, every } = options
          const pace = every !== undefined ? { every } : factor !== undefined ? { factor } : undefined
          const isTold = isCollection(of) && typeof from !== 'string' && typeof to !== 'string'
          const { replay } = isTold ? ledger.alone() : ledger
          for await (const { change } of replay(omitUndefined({ of, from, to, pace }))) {
            answer(change, () => auditText(terminal, [change]).split('\n').slice(1).join('\n'))
          }
        }),
    )

  program
    .command('changes')
    .description('What is different in the registry between two moments.')
    .argument('<from>', 'a position or a time', when)
    .argument('[to]', 'likewise; now unless told', when)
    .addHelpText('after', '\nExample:\n  $ model-ledger changes 2026-05-01T00:00:00Z 2026-06-01T00:00:00Z')
    .action((from: number | string, to: number | string | undefined, _: object, command: Command) =>
      withLedger(command, 'reads', async ({ ledger, terminal, answer }) => {
        const found = await ledger.diff(from, to)
        answer(found, () => {
          const rows = Object.entries(found).flatMap(([what, entries]) =>
            Array.isArray(entries) ? entries.map((entry: object) => [what, entryText(entry)]) : [],
          )
          return table(terminal, ['WHAT', 'DETAILS'], rows, 'Nothing changed.')
        })
      }),
    )
}

const entryText = (entry: object): string =>
  Object.entries(entry)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ')

const renders: ReadonlyMap<string, (lineage: Lineage, terminal: Terminal) => string> = new Map([
  ['text', (lineage, terminal) => lineageText(terminal, lineage)],
  ['svg', (lineage) => lineageSvg(lineage, lineage.nodes[0] === undefined ? {} : { focus: lineage.nodes[0].id })],
  ['mermaid', (lineage) => lineageMermaid(lineage)],
  ['dot', (lineage) => lineageDot(lineage)],
  ['json', (lineage) => lineageJson(lineage)],
])

/** By id; what was deleted or unlinked says so. */
const namesOf = (nodes: Lineage['nodes']): ReadonlyMap<string, string> =>
  new Map(
    nodes.map((node) => {
      const { mark } = labelOf(node)
      return [node.id, mark === null ? node.name : `${node.name} (${mark})`]
    }),
  )

const lineageText = (terminal: Terminal, { nodes, edges }: Lineage): string => {
  const name = namesOf(nodes)
  return table(
    terminal,
    ['FROM', '', 'TO'],
    edges.map(({ from, kind, to }) => [name.get(from) ?? from, kind, name.get(to) ?? to]),
    'Nothing led to it, and nothing came of it.',
  )
}

const auditText = (terminal: Terminal, lines: ReadonlyArray<AuditLine>, isLong = false): string =>
  table(
    terminal,
    ['POSITION', 'RECORDED', 'WHO', 'WHAT'],
    lines.flatMap((line) => [
      [
        String(line.position),
        time(terminal, line.recordedAt),
        whoOf(line),
        line.reason === null ? line.what : [line.what, ' ', styled('dim', `because: ${line.reason}`)],
      ],
      ...noteOf(circumstancesOf(line, isLong)),
      ...(isLong && line.before !== null ? noteOf([`before ${JSON.stringify(line.before)}`]) : []),
      ...(isLong && line.after !== null ? noteOf([`after ${JSON.stringify(line.after)}`]) : []),
    ]),
    'Nothing was done.',
  )

const tenureText = (terminal: Terminal, tenures: ReadonlyArray<AliasTenure>, isLong: boolean): string =>
  table(
    terminal,
    ['ALIAS', 'VERSION', 'FROM', 'UNTIL', 'BY', 'REPLACED', 'WHY'],
    tenures.flatMap(({ alias, version, source, replaced, from, until, replacedBy }) => [
      [
        alias,
        source === null ? `v${version}` : `v${version} (${source})`,
        time(terminal, from.recordedAt),
        until === null ? styled('green', 'now') : time(terminal, until.recordedAt),
        whoOf(from),
        replaced === null ? '-' : `v${replaced}`,
        from.reason ?? '-',
      ],
      ...noteOf(circumstancesOf(from, isLong)),
      // Who moved it on, and why, stands in the line of the tenure that followed.
      ...(until === null || replacedBy !== null
        ? []
        : noteOf([
            `removed by ${whoOf(until)}`,
            ...circumstancesOf(until, isLong),
            ...(until.reason === null ? [] : [`because: ${until.reason}`]),
          ])),
    ]),
    'No alias was ever set.',
  )

const whoOf = ({ actor, onBehalfOf }: Pick<AliasChange, 'actor' | 'onBehalfOf'>): string =>
  onBehalfOf === null ? actor : `${actor} for ${onBehalfOf}`

/** When it is claimed to have happened, which nobody should overlook; and with `--long`, by what it can be found. */
const circumstancesOf = (
  change: Pick<AliasChange, 'occurredAt' | 'commandId' | 'correlationId'> & Partial<Pick<AuditLine, 'causationId'>>,
  isLong: boolean,
): ReadonlyArray<string> =>
  [
    ['claimed', change.occurredAt],
    ['command', isLong ? change.commandId : null],
    ['correlation', isLong ? change.correlationId : null],
    ['causation', isLong ? (change.causationId ?? null) : null],
  ].flatMap(([name, value]) => (value === null ? [] : [`${name} ${value}`]))

/** A line of its own below a row of a table, where there is something to say. */
const noteOf = (parts: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<Shown>> =>
  parts.length === 0 ? [] : [[styled('dim', `  ${parts.join(', ')}`)]]
