/** Options that several commands take, and how their words are read. */
import { existsSync, statSync } from 'node:fs'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { dayOf, isDayText } from '../../domain/values/day.js'
import type { JsonObject } from '../../domain/values/json.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import type { RunOrder } from '../../projections/registry/questions/list-runs.js'
import type { VersionSearch } from '../../projections/registry/questions/search.js'
import { pairs } from './given-values.js'
import { localPath } from './local-path.js'
import type { Terminal } from './output.js'

/** Gathers an option that may be given several times. */
export const several = (value: string, before: ReadonlyArray<string> | undefined): ReadonlyArray<string> => [
  ...(before ?? []),
  value,
]

export const whole = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('A whole number is wanted.')
  return Number(text)
}

/** `v3`, `3` or `absent`. */
export const holder = (text: string): number | 'absent' => {
  if (text === 'absent') return text
  const number = /^v?(\d+)$/.exec(text)?.[1]
  if (number === undefined) throw new InvalidArgumentError('A version such as v3, or "absent", is wanted.')
  return Number(number)
}

export interface Holders {
  readonly expect?: Readonly<Record<string, number | 'absent'>>
}

/** `alias=v3` or `alias=absent`, gathered: for commands that may move or take away several. */
const holders = (text: string, before: Holders['expect']): Holders['expect'] => {
  const split = text.lastIndexOf('=')
  if (split <= 0) throw new InvalidArgumentError('alias=version is wanted, such as production=v3 or best=absent.')
  return { ...before, [text.slice(0, split)]: holder(text.slice(split + 1)) }
}

/** `v3`, `3` or `absent`, of each alias that is named; or `alias=v3`, gathered. */
export const holderOrHolders = (
  text: string,
  before: number | 'absent' | Holders['expect'],
): number | 'absent' | Holders['expect'] => {
  const isByAlias = text.includes('=')
  if (before !== undefined && !(isByAlias && typeof before === 'object')) {
    throw new InvalidArgumentError('Either one version of all aliases is wanted, or alias=version of each.')
  }
  return isByAlias ? holders(text, typeof before === 'object' ? before : undefined) : holder(text)
}

export const expecting = (command: Command): Command =>
  command.option(
    '--expect <alias=version|absent>',
    'refuse if somebody else holds the alias (may be given several times)',
    holders,
  )

export type KeyColumns = Readonly<Record<string, ReadonlyArray<string>>>

/** `predictions.table.json=id`, gathered: the columns by which the rows of a table are known again. */
export const keyColumns = (text: string, before: KeyColumns | undefined): KeyColumns => {
  const [, table, column] = /^(.*\.table\.json)=(.+)$/s.exec(text) ?? []
  if (table === undefined || column === undefined)
    throw new InvalidArgumentError('table=column is wanted, such as predictions.table.json=id.')
  return { ...before, [table]: [...(before?.[table] ?? []), column] }
}

/** What is given; nothing is said where it is `--no-…`, and what was said stays where neither is. */
export const saidOrNot = <A>(given: A | boolean | undefined): A | null | undefined =>
  given === false ? null : given === true ? undefined : given

/** `created`, `name`, `metadata:lr` or `metric:accuracy`. */
export const sortKey = (text: string): NonNullable<VersionSearch['orderBy']> => {
  if (text === 'created' || text === 'name') return text
  const [, kind, key] = /^(metadata|metric):(.+)$/s.exec(text) ?? []
  if (key === undefined) throw new InvalidArgumentError('created, name, metadata:<key> or metric:<name> is wanted.')
  return kind === 'metadata' ? { metadata: key } : { metric: key }
}

/** `started`, `name`, `group`, `config:lr` or `metric:accuracy`. */
export const runSortKey = (text: string): RunOrder => {
  if (text === 'started' || text === 'name' || text === 'group') return text
  const [, kind, key] = /^(config|metric):(.+)$/s.exec(text) ?? []
  if (key === undefined)
    throw new InvalidArgumentError('started, name, group, config:<key> or metric:<name> is wanted.')
  return kind === 'config' ? { config: key } : { metric: key }
}

/** What an interval of the history takes: behind a position or from a time on, up to either; and in which order. */
export const boundOptions = (command: Command): Command =>
  command
    .option('--after <position>', 'behind this position', whole)
    .option('--from <time>', 'from this time on; a date is that whole day')
    .option('--until <position|time>', 'up to then, and with it; a date is that whole day', when)

export const intervalOptions = (command: Command): Command =>
  boundOptions(command)
    .addOption(new Option('--ascending', 'the oldest first').conflicts('descending'))
    .option('--descending', 'the newest first')

/** What `boundOptions` gathers. */
export interface BoundOptions {
  readonly after?: number
  readonly from?: string
  readonly until?: number | string
}

/** What `intervalOptions` gathers. */
export interface IntervalOptions extends BoundOptions {
  readonly ascending?: boolean
  readonly descending?: boolean
}

export const orderOf = ({
  ascending,
  descending,
}: Pick<IntervalOptions, 'ascending' | 'descending'>): 'ascending' | 'descending' | undefined =>
  ascending === true ? 'ascending' : descending === true ? 'descending' : undefined

/** Only the whole log knows what a time means. */
export const hasTime = ({ from, until }: BoundOptions): boolean => from !== undefined || typeof until === 'string'

/** A moment: a position, or a time. */
export const when = (text: string): number | string => (/^\d+$/.test(text) ? Number(text) : text)

/** Options that may be a date alone, which is a day in some time zone. */
const MOMENTS = ['asOf', 'from', 'until']

/** A date alone, in the time zone that the command line was told. */
export const inZone = <A>(command: Command, moment: A): A | string => {
  const { zone } = command.optsWithGlobals<{ readonly zone?: string }>()
  return zone !== undefined && isDayText(moment) && !moment.endsWith(']') ? `${moment}[${zone}]` : moment
}

/** Likewise of all options of a command, before it is run; and says what is answered as of a day. */
export const optionsInZone = (command: Command, terminal: Terminal): void => {
  for (const name of MOMENTS) {
    const moment: unknown = command.getOptionValue(name)
    if (moment !== undefined) command.setOptionValue(name, inZone(command, moment))
  }
  const { asOf, zone = 'UTC', json } = command.optsWithGlobals<{ asOf?: unknown; zone?: string; json?: boolean }>()
  if (!isDayText(asOf) || json === true) return
  const day = dayOf(asOf)
  // Of a day that is none, or is yet to come, nothing is answered.
  if (day !== undefined && day.first <= terminal.now().getTime())
    terminal.err(`As of the end of ${asOf.slice(0, 10)}, in ${zone}.\n`)
}

/** What an actor did is asked with `--by`. Who says `--actor` there would take an answer about everybody for one about them. */
export const refuseActor = (command: Command): void => {
  const asks = command.options.some(({ long }) => long === '--by')
  if (asks && command.optsWithGlobals<{ readonly actor?: string }>().actor !== undefined)
    command.error(
      'error: --actor says who records something, and nothing is recorded here: what somebody did is --by',
      {
        exitCode: 2,
      },
    )
}

const CONTENT = 'a file or a directory'

/**
 * `path=as` or a path alone. What is there under the whole text is meant, since names of checkpoints have "=" in
 * them; only else is it split, at the last one.
 */
export const contentItem =
  (cwd: string) =>
  (
    text: string,
  ): string | { readonly file: string; readonly as: string } | { readonly directory: string; readonly as: string } => {
    const whole = localPath(cwd, text, CONTENT)
    const split = text.lastIndexOf('=')
    if (split <= 0 || existsSync(whole)) return whole
    const [path, as] = [localPath(cwd, text.slice(0, split), CONTENT), text.slice(split + 1)]
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? { directory: path, as } : { file: path, as }
  }

/** `8`, which is how many, or names with commas between them, gathered. */
export const writers = (
  text: string,
  before: number | ReadonlyArray<string> | undefined,
): number | ReadonlyArray<string> => {
  if (before === undefined && /^\d+$/.test(text)) return Number(text)
  if (typeof before === 'number') throw new InvalidArgumentError('How many writers, or their names, not both.')
  return [...(before ?? []), ...text.split(',').filter((name) => name !== '')]
}

/** What `envelopeOptions` gathers. */
export interface EnvelopeOptions {
  readonly reason?: string
  readonly onBehalfOf?: string
  readonly commandId?: string
  readonly occurredAt?: string
}

/** Why, and for whom: what every command that records something takes. */
export const envelopeOptions = (command: Command): Command =>
  command
    .option('--reason <text>', 'why')
    .option('--on-behalf-of <who>', 'for whom')
    .option('--command-id <id>', 'the idempotency key: given again, nothing is recorded twice')
    .option('--occurred-at <time>', 'when it is claimed to have happened')

/** What `said` gathers. */
export interface Said extends EnvelopeOptions {
  readonly type: string
  readonly alias?: ReadonlyArray<string>
  readonly tag?: ReadonlyArray<string>
  readonly metadata?: JsonObject
  readonly description?: string
  readonly run?: string
}

/** What is said of a version. */
export const worded = (command: Command): Command =>
  envelopeOptions(command)
    .option('--alias <alias>', 'point this alias to it (may be given several times)', several)
    .option('--tag <tag>', 'tag it (may be given several times)', several)
    .option(
      '--metadata <key=value>',
      'metadata: a text, or key:=json such as accuracy:=0.93 (may be given several times)',
      pairs,
    )
    .option('--description <text>', 'describe it')

/** What is said of a version that is logged. */
export const said = (command: Command): Command => worded(command).option('--run <run>', 'the run that made it')

/** What `takingOver` gathers: what was said of the version that it comes from is said again unless told. */
export interface SaidAnew extends Omit<Said, 'type' | 'description' | 'metadata'> {
  readonly description?: string | boolean
  readonly metadata?: JsonObject | boolean
}

export const takingOver = (command: Command): Command =>
  command
    .option('--no-description', 'leave out the description of the version, which is taken over unless another is given')
    .option('--no-metadata', 'likewise its metadata')

/** As the library takes it. */
export const saidAnew = ({ description, metadata, ...rest }: SaidAnew) => ({
  ...described({ type: '', ...rest }),
  ...omitUndefined({ description: saidOrNot(description), metadata: saidOrNot(metadata) }),
})

/** As the library takes it. */
export const described = ({ type: _, alias: aliases, tag: tags, ...rest }: Said) =>
  omitUndefined({ ...rest, aliases, tags })

export const asOf = (command: Command): Command =>
  command.option('--as-of <position|time>', 'answer as of then; of a date, as of its end', when)

/** What every list takes: the moment, and the page. */
export const paged = (command: Command): Command =>
  asOf(command)
    .option('--limit <n>', 'how many on one page; 100 unless told', whole)
    .option('--cursor <cursor>', 'go on where the last page ended')
