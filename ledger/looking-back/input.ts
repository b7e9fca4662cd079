/** What questions about the history are given. */

import * as t from 'io-ts'
import type { Pace } from '../../application/reading-history/replay.js'
import { type DomainEvent, eventCodecs } from '../../domain/events/catalogue.js'
import { isDate } from '../../domain/values/built-ins.js'
import { oneOf, record, rule, text, wholeNumber } from '../../domain/values/codec.js'
import type { Order } from '../../projections/audit/filter.js'
import type { Checked, Stoppable } from '../calling/arguments.js'
import type { When } from '../calling/as-of.js'
import { Signal } from '../calling/input.js'
import { FirstTime } from '../calling/interval.js'
import type { PageInput } from '../finding/paging.js'

const Name = text('a name', (value) => value.length > 0)

/** A version, by a path with its alias or number (`latest` unless told); or a run; or a generation of a draft. */
export type SubjectInput =
  | string
  | { readonly run: string }
  | { readonly draft: string; readonly distributedId: string; readonly generation: number }

const Run = record('{run}', { run: Name })
const Draft = record('{draft, distributedId, generation}', {
  draft: Name,
  distributedId: Name,
  generation: wholeNumber('a generation: 0, 1, 2, ...'),
})
export const SubjectInput = new t.Type<SubjectInput>(
  'the path of a version, {run}, or {draft, distributedId, generation}',
  (value): value is SubjectInput => Name.is(value) || Run.is(value) || Draft.is(value),
  (value, context) => {
    if (typeof value !== 'object' || value === null) return Name.validate(value, context)
    return 'run' in value ? Run.validate(value, context) : Draft.validate(value, context)
  },
  (value) => value,
)

const atLeastOne = (what: string) => wholeNumber(`${what}: 1, 2, 3, ...`, 1)
const paging = { limit: atLeastOne('how many at most'), cursor: Name, signal: Signal }

export interface LineageInput extends PageInput {
  /** Where it begins: a version, a run or a draft. */
  readonly of: SubjectInput
  /** `both` unless told. */
  readonly direction?: 'upstream' | 'downstream' | 'both' | undefined
  /** How many edges away at most. */
  readonly depth?: number | undefined
}
export const LineageInput: t.Type<Checked<LineageInput>> = record(
  'lineage',
  { of: SubjectInput },
  { direction: oneOf('upstream', 'downstream', 'both'), depth: atLeastOne('how many edges away'), ...paging },
)

export interface PathsInput extends PageInput {
  /** Where they begin: a version, a run or a draft. */
  readonly from: SubjectInput
  /** Where they end: a version, a run or a draft. */
  readonly to: SubjectInput
  /** How many edges at most. */
  readonly length?: number | undefined
}
export const PathsInput: t.Type<Checked<PathsInput>> = record(
  'paths',
  { from: SubjectInput, to: SubjectInput },
  { length: atLeastOne('how many edges'), ...paging },
)

const Moment = rule(
  'a position, a Date or an ISO 8601 text',
  (value): value is When => typeof value === 'number' || typeof value === 'string' || isDate(value),
)
const eventTypes = Object.values(eventCodecs).flatMap((codecs) => Object.values(codecs).map(({ name }) => name))
export const EventType = rule(
  'a type of event',
  (value): value is DomainEvent['type'] => typeof value === 'string' && eventTypes.includes(value),
)
const EventTypes = t.readonlyArray(EventType, 'types of events')

interface Where {
  /** A version (a path with `:`), an artifact or a registered model (a path without), a run, or a draft. */
  readonly of?: SubjectInput | undefined
  /** Who did it. */
  readonly actor?: string | undefined
  /** What moved or removed this alias. */
  readonly alias?: string | undefined
  /** Events of these types alone; unless told, of all but `CommandAccepted`, which tells of no change. */
  readonly types?: ReadonlyArray<DomainEvent['type']> | undefined
}
interface Interval {
  /** Behind this position. */
  readonly after?: number | undefined
  /** From this time on: a `Date` or an ISO 8601 text. A date alone (2026-05-03, in UTC, or 2026-05-03[Europe/Madrid]) is that whole day. */
  readonly from?: Date | string | undefined
  /** Up to this moment, and with it; now unless told. A date alone is that whole day. */
  readonly until?: When | undefined
}
const interval = { after: wholeNumber('a position (of a time: from)'), from: FirstTime, until: Moment }

interface Between extends Where, Interval, Stoppable {}
const between = {
  of: SubjectInput,
  actor: Name,
  alias: Name,
  types: EventTypes,
  ...interval,
  order: oneOf('ascending', 'descending'),
  signal: Signal,
}

export interface HistoryInput extends Between, PageInput {
  /** `descending`, the newest first, unless told. */
  readonly order?: Order | undefined
}
export const HistoryInput: t.Type<Checked<HistoryInput>> = record('history', {}, { ...between, ...paging })

export interface ExportInput extends Between {
  /** One JSON object per line, or comma-separated values with a heading. */
  readonly format: 'ndjson' | 'csv'
  /** `ascending`, the oldest first, unless told. */
  readonly order?: Order | undefined
}
export const ExportInput: t.Type<Checked<ExportInput>> = record(
  'exportHistory',
  { format: oneOf('ndjson', 'csv') },
  between,
)

export interface AliasHistoryInput extends Interval, PageInput {
  /** The artifact or the registered model. */
  readonly of: string
  /** One alias; all unless told. */
  readonly alias?: string | undefined
}
export const AliasHistoryInput: t.Type<Checked<AliasHistoryInput>> = record(
  'aliasHistory',
  { of: Name },
  { alias: Name, ...interval, ...paging },
)

const Paced = rule(
  '"full", {every: milliseconds} or {factor: how many times as fast, longest?: milliseconds}',
  (value): value is Pace =>
    value === 'full' || Every.is(value) || (Factor.is(value) && value.factor > 0 && (value.longest ?? 0) >= 0),
)
const Every = record('{every}', { every: wholeNumber('milliseconds') })
const Factor = record('{factor, longest?}', { factor: t.number }, { longest: t.number })

export interface ReplayInput extends Between {
  /** `ascending` unless told; `descending` goes backwards. */
  readonly order?: Order | undefined
  /** How fast; `full` speed unless told. */
  readonly pace?: Pace | undefined
}
export const ReplayInput: t.Type<Checked<ReplayInput>> = record('replay', {}, { ...between, pace: Paced })
