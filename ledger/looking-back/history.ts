/** Questions about the history: where something came from, who did what, who held an alias and when. */
import * as E from 'fp-ts/lib/Either.js'
import { aliasHistory } from '../../application/reading-history/alias-tenures.js'
import { type AuditPage, type AuditQuery, audit, auditLines } from '../../application/reading-history/history.js'
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
import type { LineageRejection } from '../../projections/lineage/ref.js'
import { momentOfCursor } from '../../projections/paging/cursor.js'
import type { Page } from '../../projections/paging/page.js'
import { type RegistryQuestions, registryQuestions } from '../../projections/registry/questions/lookup.js'
import type { Checked } from '../calling/arguments.js'
import type { AsOf, When } from '../calling/as-of.js'
import { checked } from '../calling/checked.js'
import { eachFromStore, orThrow, readFromStore } from '../calling/errors.js'
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

/** Where a replay begins and ends, and what it shows. */
export const replayQuery = async (
  given: unknown,
  asOf: (when?: When) => Promise<AsOf>,
): Promise<{ readonly at: AsOf; readonly query: ReplayQuery; readonly signal: AbortSignal | undefined }> => {
  const { of, after, from, until, signal, ...query } = await checked(ReplayInput, given)
  const at = readingUntil(signal, await asOf(until))
  // A collection that was made later is no mistake: nothing was done to it.
  const subject = of === undefined ? {} : { of: isCollection(of) ? collectionOf(of, await asOf()) : refOf(of, at) }
  const start = await startOf({ after, from }, asOf)
  const ends = await endingsOf(subject, at)
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
export const historyQuestions = (asOf: (when?: When) => Promise<AsOf>): HistoryQuestions => ({
  lineage: async (given) => {
    const { of, signal: _, ...query } = await checked(LineageInput, given)
    const at = await asOf()
    const root = asFirstAsked(at, query.cursor, (then) => refOf(of, then))
    const answer = found(lineage(at.graph, { ...query, of: root }, at.position))
    const then = registryQuestions({ ...at, position: answer.moment })
    return { ...answer, time: then.moment.time, nodes: answer.nodes.map((node) => withAliases(node, then)) }
  },

  paths: async (given) => {
    const { from, to, signal: _, ...query } = await checked(PathsInput, given)
    const at = await asOf()
    const ends = asFirstAsked(at, query.cursor, (then) => ({ from: refOf(from, then), to: refOf(to, then) }))
    return found(paths(at.graph, { ...query, ...ends }, at.position))
  },

  history: async (given = {}) => {
    const { signal, ...input } = await checked(HistoryInput, given)
    const at = readingUntil(signal, await asOf())
    return found(await readFromStore(audit(at, await queryOf(input, at, asOf), at.position)))
  },

  exportHistory: async function* (given) {
    const { format, order = 'ascending', signal, ...input } = await checked(ExportInput, given)
    const at = readingUntil(signal, await asOf())
    const lines = auditLines(at, await queryOf(input, at, asOf), at.position, order)
    yield* eachFromStore(format === 'csv' ? auditCsv(lines) : auditNdjson(lines))
  },

  aliasHistory: async (given) => {
    const { of, after, from, until, signal: _, ...query } = await checked(AliasHistoryInput, given)
    const at = await asOf()
    const subject = asFirstAsked(at, query.cursor, (then) => collectionOf(of, then))
    const bounds = await boundsOf({ after, from, until }, query.cursor, at, asOf)
    const moves = at.aliasMoves(subject.kind === 'artifact' ? subject.artifact : subject.model)
    const page = moves.then((known) => aliasHistory(known, { ...query, ...bounds }, at.position))
    return found(await readFromStore(page))
  },
})

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

const queryOf = async (
  { of, after, from, until, ...query }: Omit<Checked<HistoryInput>, 'signal'>,
  at: AsOf,
  asOf: (when: When) => Promise<AsOf>,
): Promise<AuditQuery> => {
  const { cursor, alias } = query
  const subject = of === undefined ? {} : { of: asFirstAsked(at, cursor, (then) => subjectOf(of, then)) }
  return {
    ...query,
    ...subject,
    ...(await boundsOf({ after, from, until }, cursor, at, asOf)),
    ...(await endingsOf({ ...subject, ...omitUndefined({ alias }) }, at)),
  }
}

interface Bounds {
  readonly after: number | undefined
  readonly from: string | undefined
}

/** The positions between which an interval lies. */
const boundsOf = async (
  { until, ...start }: Bounds & { readonly until: When | undefined },
  cursor: string | undefined,
  at: AsOf,
  asOf: (when: When) => Promise<AsOf>,
): Promise<{ readonly after?: number; readonly until?: number }> => {
  // Of a time to come, later pages would else know a later position than the first did.
  const last = momentOfCursor(cursor, at.position)
  const { after } = await startOf(start, asOf)
  const begin = after === undefined ? {} : { after: Math.min(after, last) }
  if (until === undefined) return begin
  const end = Math.min((await asOf(until)).position, last)
  return { ...begin, until: endsBefore(start, until) || end < (begin.after ?? ORIGIN) ? ORIGIN : end }
}

/** Whether an interval of times ends before it begins, so that nothing is in it: between its ends there may be no position. */
const endsBefore = ({ from }: Bounds, until: When): boolean => {
  const time = decodeWith(LastTime)(until)
  return from !== undefined && E.isRight(time) && time.right < from
}

/** Behind which position an interval begins: of the two that may be told, the later. */
const startOf = async (
  { after, from }: Bounds,
  asOf: (when: When) => Promise<AsOf>,
): Promise<{ readonly after?: number }> => {
  const starts = [...(after === undefined ? [] : [after]), ...(from === undefined ? [] : [before(from)])]
  if (starts.length === 0) return {}
  const positions: number[] = []
  for (const start of starts) {
    const { position } = await asOf(start)
    // Who goes on behind an event that was seen is shown the rest of its command.
    positions.push(typeof start === 'number' ? start : position)
  }
  return { after: Math.max(...positions) }
}

/** The moment before a time: times are recorded by the millisecond. */
const before = (time: string): When => (time === EARLIEST ? ORIGIN : new Date(Date.parse(time) - 1))
const EARLIEST = '0000-01-01T00:00:00.000Z'

const found = orThrow((error: LineageRejection) =>
  error._tag === 'bad-cursor'
    ? `the cursor: expected ${error.expected}`
    : `nothing of that name was there at position ${error.moment}`,
)
