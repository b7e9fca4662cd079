/** Questions about the history: where something came from, who did what, who held an alias and when. */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { aliasHistory } from '../../application/reading-history/alias-tenures.js'
import {
  type AuditPage,
  type AuditQuery,
  type AuditSubject,
  audit,
  auditLines,
} from '../../application/reading-history/history.js'
import type { Pace, ReplayQuery } from '../../application/reading-history/replay.js'
import { type DomainEvent, eventCodecs } from '../../domain/events/catalogue.js'
import { type EventStore, ORIGIN, type Position } from '../../domain/ports/event-store.js'
import { oneOf, type Problem, record, rule, text, wholeNumber } from '../../domain/values/codec.js'
import { type NameDefaults, parseArtifact, parseModel, parseRun, parseVersion } from '../../domain/values/name-paths.js'
import { collectionPath, isModel } from '../../domain/values/references.js'
import type { LineageRef } from '../../domain/values/subjects.js'
import type { AuditIndex } from '../../projections/audit/audit-index.js'
import { auditCsv, auditNdjson } from '../../projections/audit/export.js'
import type { Order } from '../../projections/audit/filter.js'
import type { AliasTenure } from '../../projections/audit/tenure.js'
import type { Lineage } from '../../projections/lineage/answer.js'
import type { LineageGraph } from '../../projections/lineage/graph.js'
import { lineage } from '../../projections/lineage/lineage.js'
import { type LineagePaths, paths } from '../../projections/lineage/paths.js'
import type { LineageRejection } from '../../projections/lineage/ref.js'
import { momentOfCursor } from '../../projections/paging/cursor.js'
import { describeQueryError, type QueryError } from '../../projections/registry/questions/errors.js'
import { type RegistryQuestions, registryQuestions } from '../../projections/registry/questions/lookup.js'
import type { Registry } from '../../projections/registry/state.js'
import { noPositionTimes } from '../../projections/storage/position-times.js'
import type { Checked } from '../calling/arguments.js'
import {
  describeWriteError,
  eachFromStore,
  type InvalidInput,
  LedgerError,
  orThrow,
  readFromStore,
} from '../calling/errors.js'
import { checked, Time } from '../calling/input.js'
import type { PageInput } from '../finding/search.js'

/** A ledger at one moment, as the questions need it. */
export interface AsOf {
  readonly store: EventStore
  readonly registry: Registry
  readonly graph: LineageGraph
  readonly index: AuditIndex
  readonly position: Position
  readonly registryQuestions: RegistryQuestions
  readonly defaults: NameDefaults
}

const Name = text('a name', (value) => value.length > 0)

/** What a caller calls a moment: a position, a `Date`, or an ISO 8601 text. */
export type When = Position | Date | string

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
const SubjectInput = new t.Type<SubjectInput>(
  'the path of a version, {run}, or {draft, distributedId, generation}',
  (value): value is SubjectInput => Name.is(value) || Run.is(value) || Draft.is(value),
  (value, context) => {
    if (typeof value !== 'object' || value === null) return Name.validate(value, context)
    return 'run' in value ? Run.validate(value, context) : Draft.validate(value, context)
  },
  (value) => value,
)

const atLeastOne = (what: string) => wholeNumber(`${what}: 1, 2, 3, ...`, 1)
const paging = { limit: atLeastOne('how many at most'), cursor: Name }

export interface LineageInput extends PageInput {
  /** Where it begins: a version, a run or a draft. */
  readonly of: SubjectInput
  /** `both` unless told. */
  readonly direction?: 'upstream' | 'downstream' | 'both' | undefined
  /** How many edges away at most. */
  readonly depth?: number | undefined
}
const LineageInput: t.Type<Checked<LineageInput>> = record(
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
const PathsInput: t.Type<Checked<PathsInput>> = record(
  'paths',
  { from: SubjectInput, to: SubjectInput },
  { length: atLeastOne('how many edges'), ...paging },
)

const Moment = rule(
  'a position, a Date or an ISO 8601 text',
  (value): value is When => typeof value === 'number' || typeof value === 'string' || value instanceof Date,
)
const eventTypes = Object.values(eventCodecs).flatMap((codecs) => Object.values(codecs).map(({ name }) => name))
const EventType = rule(
  'a type of event',
  (value): value is DomainEvent['type'] => typeof value === 'string' && eventTypes.includes(value),
)

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
interface Between extends Where {
  /** Behind this position. */
  readonly after?: Position | undefined
  /** From this time on: a `Date` or an ISO 8601 text; a date alone is its beginning, in UTC. */
  readonly from?: Date | string | undefined
  /** Up to this moment, and with it; now unless told. */
  readonly until?: When | undefined
}
const between = {
  of: SubjectInput,
  actor: Name,
  alias: Name,
  types: t.readonlyArray(EventType, 'types of events'),
  after: wholeNumber('a position (of a time: from)'),
  from: Time,
  until: Moment,
  order: oneOf('ascending', 'descending'),
}

export interface HistoryInput extends Between, PageInput {
  /** `descending`, the newest first, unless told. */
  readonly order?: Order | undefined
}
const HistoryInput: t.Type<Checked<HistoryInput>> = record('history', {}, { ...between, ...paging })

export interface ExportInput extends Between {
  /** One JSON object per line, or comma-separated values with a heading. */
  readonly format: 'ndjson' | 'csv'
  /** `ascending`, the oldest first, unless told. */
  readonly order?: Order | undefined
}
const ExportInput: t.Type<Checked<ExportInput>> = record('exportHistory', { format: oneOf('ndjson', 'csv') }, between)

export interface AliasHistoryInput {
  /** The artifact or the registered model. */
  readonly of: string
  /** One alias; all unless told. */
  readonly alias?: string | undefined
}
const AliasHistoryInput: t.Type<Checked<AliasHistoryInput>> = record('aliasHistory', { of: Name }, { alias: Name })

export interface HistoryQuestions {
  /** What something came from, and what came of it. */
  readonly lineage: (input: LineageInput) => Promise<Lineage>
  /** How one thing led to another: every path between them. */
  readonly paths: (input: PathsInput) => Promise<LineagePaths>
  /** Who did what, when and why: a page of lines, each readable alone. */
  readonly history: (input?: HistoryInput) => Promise<AuditPage>
  /** All those lines as NDJSON or CSV. */
  readonly exportHistory: (input: ExportInput) => AsyncIterable<string>
  /** Who held the aliases of a collection, from when to when, put there by whom and why. */
  readonly aliasHistory: (input: AliasHistoryInput) => Promise<ReadonlyArray<AliasTenure>>
}

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
const ReplayInput: t.Type<Checked<ReplayInput>> = record('replay', {}, { ...between, pace: Paced })

/** Where a replay begins and ends, and what it shows. */
export const replayQuery = async (
  given: unknown,
  stand: (when?: When) => Promise<AsOf>,
): Promise<{ readonly at: AsOf; readonly query: ReplayQuery }> => {
  const { of, after, from, until, ...query } = await checked(ReplayInput, given)
  const at = await stand(until)
  const subject = of === undefined ? {} : { of: subjectOf(of, at) }
  return { at, query: { ...query, ...subject, ...(await startOf({ after, from }, stand)), until: at.position } }
}

/** `stand` answers where the questions are asked, or where another moment is that one of them names. */
export const historyQuestions = (stand: (when?: When) => Promise<AsOf>): HistoryQuestions => ({
  lineage: async (given) => {
    const { of, ...query } = await checked(LineageInput, given)
    const at = await stand()
    const root = asFirstAsked(at, query.cursor, (then) => refOf(of, then))
    return found(lineage(at.graph, { ...query, of: root }, at.position))
  },

  paths: async (given) => {
    const { from, to, ...query } = await checked(PathsInput, given)
    const at = await stand()
    const ends = asFirstAsked(at, query.cursor, (then) => ({ from: refOf(from, then), to: refOf(to, then) }))
    return found(paths(at.graph, { ...query, ...ends }, at.position))
  },

  history: async (given = {}) => {
    const input = await checked(HistoryInput, given)
    const at = await stand()
    return found(await readFromStore(audit(at, await queryOf(input, at, stand), at.position)))
  },

  exportHistory: async function* (given) {
    const { format, order = 'ascending', ...input } = await checked(ExportInput, given)
    const at = await stand()
    const lines = auditLines(at, await queryOf(input, at, stand), at.position, order)
    yield* eachFromStore(format === 'csv' ? auditCsv(lines) : auditNdjson(lines))
  },

  aliasHistory: async (given) => {
    const { of, alias } = await checked(AliasHistoryInput, given)
    const at = await stand()
    const subject = collectionOf(of, at)
    return readFromStore(
      aliasHistory(at.store, subject.kind === 'artifact' ? subject.artifact : subject.model, alias, at.position),
    )
  },
})

const queryOf = async (
  { of, after, from, until, ...query }: Checked<HistoryInput>,
  at: AsOf,
  stand: (when: When) => Promise<AsOf>,
): Promise<AuditQuery> => {
  // Of a time to come, later pages would else know a later position than the first did.
  const last = momentOfCursor(query.cursor, at.position)
  const start = await startOf({ after, from }, stand)
  return {
    ...query,
    ...(start.after === undefined ? {} : { after: Math.min(start.after, last) }),
    ...(until === undefined ? {} : { until: Math.min((await stand(until)).position, last) }),
    ...(of === undefined ? {} : { of: asFirstAsked(at, query.cursor, (then) => subjectOf(of, then)) }),
  }
}

/** Behind which position an interval begins: of the two that may be told, the later. */
const startOf = async (
  { after, from }: { readonly after: Position | undefined; readonly from: string | undefined },
  stand: (when: When) => Promise<AsOf>,
): Promise<{ readonly after?: Position }> => {
  const starts = [...(after === undefined ? [] : [after]), ...(from === undefined ? [] : [before(from)])]
  if (starts.length === 0) return {}
  const positions: Position[] = []
  for (const start of starts) positions.push((await stand(start)).position)
  return { after: Math.max(...positions) }
}

/** The moment before a time: times are recorded by the millisecond. */
const before = (time: string): When => (time === EARLIEST ? ORIGIN : new Date(Date.parse(time) - 1))
const EARLIEST = '0000-01-01T00:00:00.000Z'

/** What the names of a question meant when its first page was asked for: an alias may have moved since. */
const asFirstAsked = <A>(at: AsOf, cursor: string | undefined, meaning: (then: AsOf) => A): A => {
  const position = momentOfCursor(cursor, at.position)
  if (position === at.position) return meaning(at)
  try {
    return meaning({ ...at, registryQuestions: registryQuestions({ ...at, moments: noPositionTimes(), position }) })
  } catch {
    // Nothing of the name was there then, so the cursor is another question's.
    return meaning(at)
  }
}

/** What a caller names, as lineage names it. */
const refOf = (thing: SubjectInput, { registryQuestions, defaults }: AsOf): LineageRef => {
  if (typeof thing === 'string') {
    const { kind, collection, version } = answered(registryQuestions.version(thing))
    return kind === 'artifact'
      ? { kind: 'version', artifact: named(parseArtifact(collection, defaults)), version }
      : { kind: 'registered-version', model: named(parseModel(collection, defaults)), version }
  }
  if ('run' in thing) return { kind: 'run', run: named(parseRun(thing.run, defaults)) }
  const { draft, distributedId, generation } = thing
  return { kind: 'draft', artifact: named(parseArtifact(draft, defaults)), distributedId, generation }
}

const subjectOf = (thing: SubjectInput, at: AsOf): AuditSubject =>
  typeof thing === 'string' && !thing.includes(':') ? collectionOf(thing, at) : refOf(thing, at)

type CollectionSubject = Extract<AuditSubject, { readonly kind: 'artifact' | 'registered-model' }>

/** An artifact or a registered model by its name; of a bare name, the one that exists. */
const collectionOf = (name: string, { registryQuestions, defaults }: AsOf): CollectionSubject => {
  const readings = named(parseVersion(name, defaults)).map(({ collection }) => collection)
  const present = readings.filter((collection) => {
    const path = collectionPath(collection)
    return (
      (isModel(collection) ? registryQuestions.registeredModel(path) : registryQuestions.artifact(path))._tag ===
      'Right'
    )
  })
  const [first, another] = present
  if (another !== undefined) {
    const error = { _tag: 'ambiguous-name' as const, name, readings: present.map(collectionPath) }
    throw new LedgerError(error, describeQueryError(error))
  }
  if (first === undefined) return answered(notThere(name))
  return isModel(first) ? { kind: 'registered-model', model: first } : { kind: 'artifact', artifact: first }
}

const notThere = (name: string): E.Either<QueryError, never> =>
  E.left({ _tag: 'not-found', what: 'name', name, similar: [] })

const answered = orThrow(describeQueryError)

const named = <A>(parsed: E.Either<ReadonlyArray<Problem>, A>): A =>
  orThrow(describeWriteError)(
    E.mapLeft((problems: ReadonlyArray<Problem>): InvalidInput => ({ _tag: 'invalid-input', problems }))(parsed),
  )

const found = orThrow((error: LineageRejection) =>
  error._tag === 'bad-cursor'
    ? `the cursor: expected ${error.expected}`
    : `nothing of that name was there at position ${error.moment}`,
)
