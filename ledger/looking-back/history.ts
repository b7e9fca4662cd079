/** Questions about the history: where something came from, who did what, who held an alias and when. */
import { sequenceS } from 'fp-ts/lib/Apply.js'
import * as E from 'fp-ts/lib/Either.js'
import { identity, pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { aliasHistory } from '../../application/reading-history/alias-tenures.js'
import {
  type AuditPage,
  type AuditQuery,
  type AuditSubject,
  audit,
  auditLines,
} from '../../application/reading-history/history.js'
import type { ReplayQuery } from '../../application/reading-history/replay.js'
import { ORIGIN } from '../../domain/ports/event-store.js'
import { decodeWith } from '../../domain/values/codec.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import { collectionPath } from '../../domain/values/references.js'
import { auditCsv, auditNdjson } from '../../projections/audit/export.js'
import type { AliasTenure } from '../../projections/audit/tenure.js'
import type { Lineage, LineageNode } from '../../projections/lineage/answer.js'
import { lineage } from '../../projections/lineage/lineage.js'
import { type LineagePaths, paths } from '../../projections/lineage/paths.js'
import { momentOfCursor } from '../../projections/paging/cursor.js'
import type { Page } from '../../projections/paging/page.js'
import type { QueryError } from '../../projections/registry/questions/errors.js'
import { type RegistryQuestions, registryQuestions } from '../../projections/registry/questions/lookup.js'
import type { Checked } from '../calling/arguments.js'
import type { AsOf, When } from '../calling/as-of.js'
import { checked } from '../calling/checked.js'
import { eachFromStore } from '../calling/errors.js'
import { answer, answered, checkedTask, fromStore, type MomentFailure } from '../calling/failures.js'
import { LastTime } from '../calling/interval.js'
import { eachUntil } from '../calling/stopping.js'
import { endingsOf } from './endings.js'
import { AliasHistoryInput, ExportInput, HistoryInput, LineageInput, PathsInput, ReplayInput } from './input.js'
import { asFirstAsked, collectionOf, isCollection, refOf, subjectOf } from './subjects.js'

export interface HistoryQuestions {
  /** What something came from, and what came of it. */
  readonly lineage: (input: LineageInput) => Promise<Lineage>
  /** How one thing led to another: every path between them. */
  readonly paths: (input: PathsInput) => Promise<LineagePaths>
  /** Who did what, when and why: a page of lines, each readable alone. */
  readonly history: (input?: HistoryInput) => Promise<AuditPage>
  /** All those lines as NDJSON or CSV. */
  readonly exportHistory: (input: ExportInput) => AsyncIterable<string>
  /**
   * Who held the aliases of a collection, from when to when, put there by whom and why: a page of tenures by when they
   * began. Of an interval, all those that were held in it, each with its whole beginning and end.
   */
  readonly aliasHistory: (input: AliasHistoryInput) => Promise<Page<AliasTenure>>
}

/** Where a moment stands, with everything that can be asked there; where the questions are asked, if it is told none. */
type Moments = (when?: When) => TE.TaskEither<MomentFailure, AsOf>

/** Where a replay begins and ends, and what it shows. */
export const replayQuery = async (
  given: unknown,
  asOf: Moments,
): Promise<{ readonly at: AsOf; readonly query: ReplayQuery; readonly signal: AbortSignal | undefined }> => {
  const { of, after, from, until, signal, ...query } = await checked(ReplayInput, given)
  const at = readingUntil(signal, answered(await asOf(until)()))
  // A collection that was made later is no mistake: nothing was done to it.
  const subject =
    of === undefined ? {} : { of: answered(subjectOf(of, isCollection(of) ? answered(await asOf()()) : at)) }
  const start = answered(await startOf({ after, from }, asOf)())
  const ends = answered(await fromStore(() => endingsOf(subject, at))())
  return { at, query: { ...query, ...subject, ...start, ...ends, until: at.position }, signal }
}

/** The same moment, whose events are read no further than until the signal aborts. */
const readingUntil = (signal: AbortSignal | undefined, at: AsOf): AsOf => {
  if (signal === undefined) return at
  const { store } = at
  return {
    ...at,
    store: {
      readAll: (after) => eachUntil(store.readAll(after), signal),
      readStream: (stream, after) => eachUntil(store.readStream(stream, after), signal),
    },
  }
}

/** `asOf` answers where the questions are asked, or where the bound of an interval is that one of them names. */
export const historyQuestions = (asOf: Moments): HistoryQuestions => ({
  lineage: (given) =>
    answer(
      'lineage',
      pipe(
        TE.Do,
        TE.bind('input', () => checkedTask(LineageInput, given)),
        TE.bindW('at', () => asOf()),
        TE.flatMapEither(({ at, input: { of, signal: _, ...query } }) =>
          pipe(
            asFirstAsked(at, query.cursor, (then) => refOf(of, then)),
            E.flatMap((root) => lineage(at.graph, { ...query, of: root }, at.position)),
            E.map((found) => {
              const then = registryQuestions({ ...at, position: found.moment })
              return { ...found, time: then.moment.time, nodes: found.nodes.map((node) => withAliases(node, then)) }
            }),
          ),
        ),
      ),
    ),

  paths: (given) =>
    answer(
      'paths',
      pipe(
        TE.Do,
        TE.bind('input', () => checkedTask(PathsInput, given)),
        TE.bindW('at', () => asOf()),
        TE.flatMapEither(({ at, input: { from, to, signal: _, ...query } }) =>
          pipe(
            asFirstAsked(at, query.cursor, (then) => ends({ from: refOf(from, then), to: refOf(to, then) })),
            E.flatMap((between) => paths(at.graph, { ...query, ...between }, at.position)),
          ),
        ),
      ),
    ),

  history: (given = {}) =>
    answer(
      'history',
      pipe(
        TE.Do,
        TE.bind('input', () => checkedTask(HistoryInput, given)),
        TE.bindW('at', ({ input }) => TE.Functor.map(asOf(), (at) => readingUntil(input.signal, at))),
        TE.bindW('query', ({ input: { signal: _, ...input }, at }) => queryOf(input, at, asOf)),
        TE.flatMap(({ at, query }) => fromStore(() => audit(at, query, at.position))),
        TE.flatMapEither(identity),
      ),
    ),

  exportHistory: async function* (given) {
    const { format, order = 'ascending', signal, ...input } = await checked(ExportInput, given)
    const at = readingUntil(signal, answered(await asOf()()))
    const lines = auditLines(at, answered(await queryOf(input, at, asOf)()), at.position, order)
    yield* eachFromStore(format === 'csv' ? auditCsv(lines) : auditNdjson(lines))
  },

  aliasHistory: (given) =>
    answer(
      'aliasHistory',
      pipe(
        TE.Do,
        TE.bind('input', () => checkedTask(AliasHistoryInput, given)),
        TE.bindW('at', () => asOf()),
        TE.bindW('subject', ({ at, input: { of, cursor } }) =>
          TE.fromEither(asFirstAsked(at, cursor, (then) => collectionOf(of, then))),
        ),
        TE.bindW('bounds', ({ at, input }) => boundsOf(input, input.cursor, at, asOf)),
        TE.flatMap(({ at, subject, bounds, input: { of: _, after: _after, from, until, signal, ...query } }) =>
          fromStore(async () => {
            const moves = await at.aliasMoves(subject.kind === 'artifact' ? subject.artifact : subject.model)
            return aliasHistory(moves, { ...query, ...bounds }, at.position)
          }),
        ),
        TE.flatMapEither(identity),
      ),
    ),
})

/** Both, or what is wrong with the first of them that is none. */
const ends = sequenceS(E.Applicative)

/** Lineage knows versions; which aliases they held the registry knows. */
const withAliases = (node: LineageNode, { aliasesOf }: RegistryQuestions): LineageNode => {
  switch (node.kind) {
    case 'version':
      return { ...node, aliases: aliasesOf(collectionPath(node.artifact), node.version) }
    case 'registered-version':
      return { ...node, aliases: aliasesOf(collectionPath(node.model), node.version) }
    case 'run':
    case 'draft':
      return node
  }
}

const queryOf = (
  { of, after, from, until, ...query }: Omit<Checked<HistoryInput>, 'signal'>,
  at: AsOf,
  asOf: Moments,
): TE.TaskEither<MomentFailure | QueryError, AuditQuery> => {
  const { cursor, alias } = query
  const subject: E.Either<QueryError, Pick<AuditQuery, 'of'>> = of === undefined
    ? E.right({})
    : E.map((meant: AuditSubject) => ({ of: meant }))(asFirstAsked(at, cursor, (then) => subjectOf(of, then)))
  return pipe(
    TE.Do,
    TE.bind('subject', () => TE.fromEither(subject)),
    TE.bindW('bounds', () => boundsOf({ after, from, until }, cursor, at, asOf)),
    TE.bindW('endings', ({ subject }) => fromStore(() => endingsOf({ ...subject, ...omitUndefined({ alias }) }, at))),
    TE.map(({ subject, bounds, endings }) => ({ ...query, ...subject, ...bounds, ...endings })),
  )
}

interface Interval {
  readonly after?: number | undefined
  readonly from?: string | undefined
  readonly until?: When | undefined
}

/** The positions between which an interval lies. */
const boundsOf = (
  { after, from, until }: Interval,
  cursor: string | undefined,
  at: AsOf,
  asOf: Moments,
): TE.TaskEither<MomentFailure, Pick<AuditQuery, 'after' | 'until'>> => {
  // Of a time to come, later pages would else know a later position than the first did.
  const last = momentOfCursor(cursor, at.position)
  return pipe(
    TE.Do,
    TE.bind('start', () => startOf({ after, from }, asOf)),
    TE.bind('end', () => (until === undefined ? TE.right(undefined) : asOf(until))),
    TE.map(({ start: { after }, end }) => {
      const begin = after === undefined ? {} : { after: Math.min(after, last) }
      if (until === undefined || end === undefined) return begin
      const position = Math.min(end.position, last)
      return { ...begin, until: endsBefore(from, until) || position < (begin.after ?? ORIGIN) ? ORIGIN : position }
    }),
  )
}

/** Whether an interval of times ends before it begins, so that nothing is in it: between its ends there may be no position. */
const endsBefore = (from: string | undefined, until: When): boolean => {
  const time = decodeWith(LastTime)(until)
  return from !== undefined && E.isRight(time) && time.right < from
}

/** Behind which position an interval begins: of the two that may be told, the later. */
const startOf = ({ after, from }: Interval, asOf: Moments): TE.TaskEither<MomentFailure, Pick<AuditQuery, 'after'>> =>
  pipe(
    [...(after === undefined ? [] : [after]), ...(from === undefined ? [] : [before(from)])],
    // Who goes on behind an event that was seen is shown the rest of its command.
    TE.traverseSeqArray((start) =>
      TE.Functor.map(asOf(start), ({ position }) => (typeof start === 'number' ? start : position)),
    ),
    TE.map((positions) => (positions.length === 0 ? {} : { after: Math.max(...positions) })),
  )

/** The moment before a time: times are recorded by the millisecond. */
const before = (time: string): When => (time === EARLIEST ? ORIGIN : new Date(Date.parse(time) - 1))
const EARLIEST = '0000-01-01T00:00:00.000Z'
