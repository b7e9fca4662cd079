/** Commands that tell what came from what. */
import { type Command, Option } from 'commander'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import type { Lineage } from '../../projections/lineage/answer.js'
import type { Paging } from '../../projections/paging/page.js'
import { labelOf, lineageDot, lineageJson, lineageMermaid } from '../../projections/render/lineage-text.js'
import { type AsOfOption, deliver, questionsAsOf, type WithLedger } from './command-context.js'
import { asOf, paged, whole } from './options.js'
import { hint, plain, type Terminal, table } from './output.js'

export const lineageCommands = (program: Command, withLedger: WithLedger): void => {
  asOf(program.command('lineage'))
    .description('What something came from, and what came of it.')
    .argument('<version>', 'a version or a registered version; or a run, with --run')
    .option('--run', 'the name is that of a run')
    .option('--upstream', 'only what it came from')
    .option('--downstream', 'only what came of it')
    .option('--depth <n>', 'how many edges away', whole)
    .option('--limit <n>', 'how many edges at most', whole)
    .option('--cursor <cursor>', 'go on where the last answer ended')
    .addOption(
      new Option('--format <format>', 'how it is told; as the ending of the output says, else text').choices([
        ...renders.keys(),
      ]),
    )
    .option('--output <file>', 'write it there; - is standard output')
    .addHelpText(
      'after',
      '\nExample:\n  $ model-ledger lineage acme/model-registry/churn:production --upstream --format svg > lineage.svg',
    )
    .action(
      (
        name: string,
        options: AsOfOption & {
          readonly run?: boolean
          readonly upstream?: boolean
          readonly downstream?: boolean
          readonly depth?: number
          readonly limit?: number
          readonly cursor?: string
          readonly format?: string
          readonly output?: string
        },
        command: Command,
      ) =>
        withLedger(command, 'reads', async (task) => {
          const { upstream, downstream, depth, limit, cursor } = options
          const render = renders.get(options.format ?? formatOf(options.output))
          if (render === undefined)
            return command.error(`error: --format is one of ${[...renders.keys()].join(', ')}`, { exitCode: 2 })
          const direction =
            upstream === downstream ? undefined : upstream ? ('upstream' as const) : ('downstream' as const)
          const of = options.run === true ? { run: name } : name
          const found = await questionsAsOf(task, options).lineage({
            of,
            ...omitUndefined({ direction, depth, limit, cursor }),
          })
          const text =
            command.optsWithGlobals()['json'] === true ? lineageJson(found) : await render(found, task.terminal)
          await deliver(task, text, options.output)
          if (found.cursor !== undefined) hint(task.terminal, command, { cursor: found.cursor })
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
        const { items, nodes, cursor: next } = await questionsAsOf(task, options).paths(query)
        const name = namesOf(nodes)
        task.answer(items, () =>
          items.length === 0
            ? 'There is no path.\n'
            : items
                .map(
                  (path) =>
                    `${plain([name.get(path[0]?.from ?? ''), ...path.map((edge) => `-${edge.kind}-> ${name.get(edge.to)}`)].join(' '))}\n`,
                )
                .join(''),
        )
        if (next !== undefined) hint(task.terminal, command, { cursor: next })
      }),
    )
}

interface Paths extends AsOfOption, Paging {
  readonly length?: number
}

type Render = (lineage: Lineage, terminal: Terminal) => string | Promise<string>

const renders: ReadonlyMap<string, Render> = new Map<string, Render>([
  ['text', (lineage, terminal) => lineageText(terminal, lineage)],
  [
    'svg',
    async (lineage) => {
      // Loaded when it is asked for: what lays it out is large.
      const { lineageSvg } = await import('../../projections/render/lineage-svg.js')
      return lineageSvg(lineage, lineage.nodes[0] === undefined ? {} : { focus: lineage.nodes[0].id })
    },
  ],
  ['mermaid', (lineage) => lineageMermaid(lineage)],
  ['dot', (lineage) => lineageDot(lineage)],
  ['json', (lineage) => lineageJson(lineage)],
])

/** Which format a file has by its name. */
const formatOf = (file = ''): string => {
  const ending = file.slice(file.lastIndexOf('.') + 1)
  return ending === 'mmd' ? 'mermaid' : renders.has(ending) ? ending : 'text'
}

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
