/** Commands that tell the history. */
import type { Command } from 'commander'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import type { AliasHistoryInput, HistoryInput, Ledger } from '../../index.js'
import { LedgerError } from '../../ledger/calling/errors.js'
import type { AliasTenure } from '../../projections/audit/tenure.js'
import type { Paging } from '../../projections/paging/page.js'
import {
  type AsOfOption,
  answerPage,
  deliver,
  historyQuestionsOf,
  isCollection,
  questionsAsOf,
  type WithLedger,
} from './command-context.js'
import { auditText, entryText, tenureText } from './history-text.js'
import {
  type BoundOptions,
  boundOptions,
  hasTime,
  type IntervalOptions,
  intervalOptions,
  inZone,
  orderOf,
  paged,
  several,
  when,
  whole,
} from './options.js'
import { hint, table } from './output.js'

/** An alias that never was is refused: of a misspelt one, no tenures would look like a finding. */
const refuseUnknownIn = async (at: Pick<Ledger, 'aliasHistory'>, of: string, alias: string): Promise<void> => {
  if ((await at.aliasHistory({ of, alias, limit: 1 })).items.length > 0) return
  const there = [...new Set((await allTenures(at, { of })).map((tenure) => tenure.alias))].sort()
  throw neverThere(alias, `in ${of}; ${there.length === 0 ? 'there is none' : `there are: ${there.join(', ')}`}`)
}

const allTenures = async (
  { aliasHistory }: Pick<Ledger, 'aliasHistory'>,
  query: AliasHistoryInput,
): Promise<ReadonlyArray<AliasTenure>> => {
  const all: AliasTenure[] = []
  for (let cursor = query.cursor; ; ) {
    const page = await aliasHistory({ limit: 1000, ...query, cursor })
    all.push(...page.items)
    cursor = page.cursor
    if (cursor === undefined) return all
  }
}

/** Likewise before a history of what was done to an alias, in a collection or anywhere. */
const refuseUnknown = async (
  at: Pick<Ledger, 'aliasHistory' | 'history'>,
  subject: string | undefined,
  alias: string,
): Promise<void> => {
  if (subject !== undefined && isCollection(subject)) await refuseUnknownIn(at, subject, alias)
  else if ((await at.history({ alias, limit: 1 })).items.length === 0) throw neverThere(alias, 'in this ledger')
}

const neverThere = (alias: string, where: string): LedgerError =>
  new LedgerError({ _tag: 'alias-not-found', alias }, `there was never an alias "${alias}" ${where}`)

export const historyCommands = (program: Command, withLedger: WithLedger): void => {
  replayCommands(program, withLedger)

  intervalOptions(paged(program.command('history')))
    .description('Who did what, when and why: of a subject, an actor, an alias, or of everything.')
    .argument('[subject]', 'a version (with ":"), an artifact or a registered model')
    .option('--run <run>', 'of a run')
    .option('--by <actor>', 'what this actor did')
    .option('--alias <alias>', 'what was done to this alias')
    .option('--type <type>', 'events of this type (may be given several times)', several)
    .option('--long', 'with the command, and what was there before and after')
    .option('--csv', 'as CSV: everything, the oldest first, unless --limit or --cursor asks for a page')
    .option('--ndjson', 'likewise as NDJSON')
    .addHelpText('after', '\nExample:\n  $ model-ledger history acme/model-registry/churn --alias production')
    .action(
      (
        subject: string | undefined,
        options: AsOfOption &
          Paging &
          IntervalOptions & {
            readonly run?: string
            readonly by?: string
            readonly alias?: string
            readonly type?: NonNullable<HistoryInput['types']>
            readonly long?: boolean
            readonly csv?: boolean
            readonly ndjson?: boolean
          },
        command: Command,
      ) =>
        withLedger(command, 'reads', async (task) => {
          const { run, by: actor, alias, type: types, after, from, until, limit, cursor } = options
          const isTold = run === undefined && !hasTime(options)
          const of = run === undefined ? subject : { run }
          const at = isTold ? await historyQuestionsOf(task, subject, options) : questionsAsOf(task, options)
          // Of a run that is not there, no lines would look like a finding.
          if (run !== undefined) await questionsAsOf(task, options).runDetails(run)
          if (alias !== undefined) await refuseUnknown(at, run === undefined ? subject : undefined, alias)
          const query = omitUndefined({ of, actor, alias, types, after, from, until, order: orderOf(options) })
          if (options.csv === true || options.ndjson === true) {
            const format = options.csv === true ? 'csv' : 'ndjson'
            if (limit === undefined && cursor === undefined) {
              for await (const text of at.exportHistory({ ...query, format })) task.terminal.out(text)
              return
            }
            const page = await at.history({ ...query, ...omitUndefined({ limit, cursor }) })
            const { auditCsv, auditNdjson } = await import('./library.js')
            for await (const text of (format === 'csv' ? auditCsv : auditNdjson)(page.items)) task.terminal.out(text)
            if (page.cursor !== undefined) hint(task.terminal, command, { cursor: page.cursor })
            return
          }
          const page = await at.history({ ...query, ...omitUndefined({ limit, cursor }) })
          task.answer(page.items, () => auditText(task.terminal, page.items, options.long))
          if (page.cursor !== undefined) hint(task.terminal, command, { cursor: page.cursor })
        }),
    )

  boundOptions(paged(program.command('aliases')))
    .description('Who held the aliases of a collection, from when to when, put there by whom and why.')
    .argument('<collection>', 'an artifact or a registered model')
    .option('--alias <alias>', 'only this one')
    .option('--long', 'with the commands')
    .option('--svg', 'as a picture, of all pages unless --limit is given')
    .option('--output <file>', 'write the picture there, - is standard output; implies --svg')
    .addHelpText(
      'after',
      '\nOf an interval, who held them in it.\n\nExamples:\n  $ model-ledger aliases acme/model-registry/churn --alias production\n  $ model-ledger aliases acme/model-registry/churn --svg > aliases.svg',
    )
    .action(
      (
        of: string,
        options: AsOfOption &
          Paging &
          BoundOptions & { alias?: string; long?: boolean; svg?: boolean; output?: string },
        command: Command,
      ) =>
        withLedger(command, 'reads', async (task) => {
          const { alias, after, from, until, limit, cursor } = options
          const at = hasTime(options) ? questionsAsOf(task, options) : await historyQuestionsOf(task, of, options)
          if (alias !== undefined) await refuseUnknownIn(at, of, alias)
          const query = { of, ...omitUndefined({ alias, after, from, until, limit, cursor }) }
          if (options.svg === true || options.output !== undefined) {
            const tenures = limit === undefined ? await allTenures(at, query) : (await at.aliasHistory(query)).items
            const { aliasSvg } = await import('../../projections/render/alias-svg.js')
            const { endOfPicture } = await import('./end-of-picture.js')
            const end = await endOfPicture(task.ledger, task.terminal.now().toISOString(), [options.asOf, until])
            return deliver(task, aliasSvg(tenures, { until: end, title: of }), options.output)
          }
          answerPage(task, command, await at.aliasHistory(query), (tenures) =>
            tenureText(
              task.terminal,
              tenures,
              options.long === true,
              options.asOf === undefined ? 'now' : 'still',
              [options.asOf, after, from, until].every((bound) => bound === undefined),
            ),
          )
        }),
    )
}

const replayCommands = (program: Command, withLedger: WithLedger): void => {
  intervalOptions(program.command('replay'))
    .description('Step through the history, at full speed or paced.')
    .argument('[subject]', 'a version (with ":"), an artifact or a registered model')
    .option('--faster <factor>', 'as it was recorded, so many times as fast', Number)
    .option('--every <milliseconds>', 'one step each so often', whole)
    .addHelpText('after', '\nExample:\n  $ model-ledger replay acme/model-registry/churn --faster 3600')
    .action(
      (
        of: string | undefined,
        options: IntervalOptions & { readonly faster?: number; readonly every?: number },
        command: Command,
      ) =>
        withLedger(command, 'reads', async ({ ledger, terminal, answer }) => {
          const { after, from, until, faster: factor, every } = options
          const pace = every !== undefined ? { every } : factor !== undefined ? { factor } : undefined
          const isTold = isCollection(of) && !hasTime(options)
          const { oneStreamOf } = await import('./library.js')
          const { replay } = isTold ? oneStreamOf(ledger) : ledger
          for await (const { change } of replay(
            omitUndefined({ of, after, from, until, order: orderOf(options), pace }),
          )) {
            answer(change, () => auditText(terminal, [change]).split('\n').slice(1).join('\n'))
          }
        }),
    )

  program
    .command('diff-moments')
    .description('What is different in the registry between two moments.')
    .argument('<from>', 'a position or a time', when)
    .argument('[to]', 'likewise; now unless told', when)
    .addHelpText('after', '\nExample:\n  $ model-ledger diff-moments 2026-05-01T00:00:00Z 2026-06-01T00:00:00Z')
    .action((from: number | string, to: number | string | undefined, _: object, command: Command) =>
      withLedger(command, 'reads', async ({ ledger, terminal, answer }) => {
        const found = await ledger.diffMoments(inZone(command, from), to === undefined ? to : inZone(command, to))
        answer(found, () => {
          const rows = Object.entries(found).flatMap(([what, entries]) =>
            Array.isArray(entries) ? entries.map((entry: object) => [what, entryText(entry)]) : [],
          )
          return table(terminal, ['WHAT', 'DETAILS'], rows, 'Nothing changed.')
        })
      }),
    )
}
