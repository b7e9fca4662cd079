/**
 * What is different in the registry between two moments, from timelines, without replay. Looked at is what the events in
 * between are about, where that is known; else every collection, version and run, once.
 */

import { type MetricValue, metricOrNone, sameMetric } from '../../../domain/run/metrics.js'
import type { JsonObject } from '../../../domain/values/json.js'
import { sameJson } from '../../../domain/values/json.js'
import type { RunOutcome } from '../../../domain/values/names.js'
import { collectionPath, versionPath } from '../../../domain/values/references.js'
import { asOf, type Timeline } from '../../storage/timeline.js'
import { endOfSource } from '../changes.js'
import type { ArtifactEntry, CollectionEntry, DraftEntry, LinkEntry, ModelEntry, Registry, RunEntry } from '../state.js'
import { positionOf, runOf, saidOf, tagsOf } from '../version-table.js'
import { atOnce, looked, type Steps } from './in-steps.js'

/** `from` is what was so at the earlier moment, `to` at the later. */
export interface Change<Value> {
  readonly from: Value
  readonly to: Value
}

export type DraftStatus = 'open' | 'sealed' | 'abandoned'

export interface MomentsDiff {
  /** The earlier and the later position. */
  readonly from: number
  readonly to: number
  readonly created: ReadonlyArray<{
    readonly collection: string
    readonly kind: 'artifact' | 'registered-model'
    readonly type: string
  }>
  readonly logged: ReadonlyArray<{ readonly version: string; readonly run: string | null }>
  readonly deleted: ReadonlyArray<{ readonly version: string }>
  /** `sourceDeleted` where the source is deleted by the later moment. */
  readonly linked: ReadonlyArray<{ readonly version: string; readonly source: string; readonly sourceDeleted?: true }>
  readonly unlinked: ReadonlyArray<{ readonly version: string; readonly source: string }>
  /** Links that are there at both moments, and whose source was deleted between them. */
  readonly sourcesDeleted: ReadonlyArray<{ readonly version: string; readonly source: string }>
  /** What was put into the archive, and what was taken out of it. */
  readonly archived: ReadonlyArray<{ readonly collection: string }>
  readonly unarchived: ReadonlyArray<{ readonly collection: string }>
  /** Artifacts and registered models as a whole; what they held is in `deleted` and `unlinked`, too. */
  readonly removed: ReadonlyArray<{
    readonly collection: string
    readonly kind: 'artifact' | 'registered-model'
    readonly type: string
  }>
  /**
   * Holders before and after; `null` where there is none. `sourceDeleted` where the later one is a registered version whose
   * source is deleted by then.
   */
  readonly aliases: ReadonlyArray<
    Change<number | null> & { readonly collection: string; readonly alias: string; readonly sourceDeleted?: true }
  >
  /** Of artifacts, their versions, and registered models. */
  readonly tags: ReadonlyArray<Change<ReadonlyArray<string>> & { readonly of: string }>
  readonly descriptions: ReadonlyArray<Change<string | null> & { readonly of: string }>
  /** Of versions of artifacts, and of registered models. */
  readonly metadata: ReadonlyArray<Change<JsonObject | null> & { readonly of: string }>
  readonly started: ReadonlyArray<{ readonly run: string }>
  readonly finished: ReadonlyArray<{ readonly run: string; readonly outcome: RunOutcome }>
  /** Metrics that changed: `null` where there was none. */
  readonly metrics: ReadonlyArray<Change<MetricValue | null> & { readonly run: string; readonly metric: string }>
  readonly used: ReadonlyArray<{ readonly run: string; readonly version: string; readonly through: string | null }>
  /** `null` before a generation is opened. */
  readonly drafts: ReadonlyArray<
    Change<DraftStatus | null> & {
      readonly artifact: string
      readonly distributedId: string
      readonly generation: number
    }
  >
}

/** What can be different: collections with the numbers of versions, runs and drafts, each in the order in which they came. */
export interface Touched {
  readonly collections: Iterable<readonly [CollectionEntry, numbers: Iterable<number>]>
  readonly runs: Iterable<RunEntry>
  readonly drafts: Iterable<DraftEntry>
}

const everythingIn = ({ collections, runs, drafts }: Registry): Touched => ({
  collections: [...collections.values()].map((entry) => [entry, entry.versions.keys()]),
  runs: runs.values(),
  drafts: drafts.values(),
})

/** The difference between two positions, in whichever order they are given; everything may be different unless told. */
export const diffMoments = (
  registry: Registry,
  one: number,
  other: number,
  touched: Touched = everythingIn(registry),
): MomentsDiff => atOnce(diffMomentsInSteps(registry, one, other, touched))

/** The same with pauses. What is written meanwhile is not in the answer. */
export function* diffMomentsInSteps(
  registry: Registry,
  one: number,
  other: number,
  touched: Touched = everythingIn(registry),
): Steps<MomentsDiff> {
  const found: Found = {
    from: Math.min(one, other),
    to: Math.max(one, other),
    created: [],
    logged: [],
    deleted: [],
    linked: [],
    unlinked: [],
    sourcesDeleted: [],
    removed: [],
    archived: [],
    unarchived: [],
    aliases: [],
    tags: [],
    descriptions: [],
    metadata: [],
    started: [],
    finished: [],
    metrics: [],
    used: [],
    drafts: [],
  }
  yield* looked(comparisonsOf(registry, touched, found), (compare) => compare())
  return found
}

/** One for each thing that can be different; of an artifact or a registered model its versions each by itself. */
function* comparisonsOf(
  registry: Registry,
  { collections, runs, drafts }: Touched,
  found: Found,
): Iterable<() => void> {
  for (const [entry, numbers] of collections) {
    if (entry.created > found.to) continue
    yield () => compareCollection(registry, entry, found)
    for (const number of numbers)
      yield entry.kind === 'artifact'
        ? () => compareVersion(registry, entry, number, found)
        : () => compareLink(registry, entry, number, found)
  }
  for (const run of runs) yield () => compareRun(run, found)
  for (const draft of drafts) yield () => compareDraft(draft, found)
}

/** The answer in the making. */
type Found = {
  -readonly [K in keyof MomentsDiff]: MomentsDiff[K] extends ReadonlyArray<infer Item> ? Item[] : MomentsDiff[K]
}

const isIn = ({ from, to }: Found, position: number | undefined): boolean =>
  position !== undefined && position > from && position <= to

/** The values at both moments, where the timeline has changed between them. */
const changeOf = <A>(timeline: Timeline<A> | undefined, { from, to }: Found): Change<A | undefined> | undefined => {
  const last = timeline?.positions.at(-1)
  return timeline === undefined || last === undefined || last <= from
    ? undefined
    : { from: asOf(timeline, from), to: asOf(timeline, to) }
}

const markOf = (registry: Registry, link: LinkEntry | undefined, { to }: Found): { readonly sourceDeleted?: true } =>
  link !== undefined && (endOfSource(registry, link) ?? Infinity) <= to ? { sourceDeleted: true } : {}

const compareCollection = (registry: Registry, entry: CollectionEntry, found: Found): void => {
  const { path: collection } = entry
  const kind = entry.kind === 'artifact' ? 'artifact' : 'registered-model'
  for (const { created, deleted, type } of entry.lives) {
    if (isIn(found, created)) found.created.push({ collection, kind, type })
    if (isIn(found, deleted)) found.removed.push({ collection, kind, type })
  }
  for (const [alias, holders] of entry.aliases) {
    const { from = null, to = null } = changeOf(holders, found) ?? {}
    if (from === to) continue
    const link = entry.kind === 'model' && to !== null ? entry.versions[to] : undefined
    found.aliases.push({ collection, alias, from, to, ...markOf(registry, link, found) })
  }
  const { from: before = null, to: after = null } = changeOf(entry.archived, found) ?? {}
  if (before === null && after !== null) found.archived.push({ collection })
  if (before !== null && after === null) found.unarchived.push({ collection })
  const tags = changeOf(entry.tags, found)
  if (tags !== undefined) noteTags(collection, tags.from ?? [], tags.to ?? [], found)
  const described = changeOf(entry.description, found)
  noteDescription(collection, described?.from ?? null, described?.to ?? null, found)
  if (entry.kind === 'model') {
    const { from = null, to = null } = changeOf(entry.metadata, found) ?? {}
    noteMetadata(collection, from, to, found)
  }
}

const compareVersion = ({ versions, links }: Registry, artifact: ArtifactEntry, number: number, found: Found): void => {
  const row = artifact.versions[number]
  // A number whose event is of a type from the future has no row.
  if (row === undefined || positionOf(versions, row) > found.to) return
  const path = versionPath(artifact.ref, number)
  if (isIn(found, artifact.ended.get(number))) {
    found.deleted.push({ version: path })
    for (const { model, number: link } of links.get(row) ?? [])
      if (standsThroughout(model, link, found))
        found.sourcesDeleted.push({ version: versionPath(model.ref, link), source: path })
  }
  if (isIn(found, positionOf(versions, row))) {
    found.logged.push({ version: path, run: runOf(versions, row) })
    return
  }
  const sparseFields = versions.sparseFields.get(row)
  if (sparseFields === undefined) return
  const tags = changeOf(sparseFields.tagged, found)
  if (tags !== undefined) {
    const first = tagsOf(versions, row)
    noteTags(path, tags.from ?? first, tags.to ?? first, found)
  }
  const described = changeOf(sparseFields.described, found)
  if (described === undefined) return
  const first = saidOf(versions, row)
  const { from = first, to = first } = described
  noteDescription(path, from.description, to.description, found)
  noteMetadata(path, from.metadata, to.metadata, found)
}

const standsThroughout = ({ versions, ended }: ModelEntry, number: number, { from, to }: Found): boolean =>
  (versions[number]?.position ?? Infinity) <= from && (ended.get(number) ?? Infinity) > to

const compareLink = (registry: Registry, model: ModelEntry, number: number, found: Found): void => {
  const link = model.versions[number]
  if (link === undefined) return
  const version = versionPath(model.ref, number)
  const source = versionPath(link.source.artifact, link.source.version)
  if (isIn(found, link.position)) found.linked.push({ version, source, ...markOf(registry, link, found) })
  if (isIn(found, model.ended.get(number))) found.unlinked.push({ version, source })
}

const noteTags = (of: string, from: ReadonlyArray<string>, to: ReadonlyArray<string>, { tags }: Found): void => {
  if (!sameJson(from, to)) tags.push({ of, from, to })
}

const noteDescription = (of: string, from: string | null, to: string | null, { descriptions }: Found): void => {
  if (from !== to) descriptions.push({ of, from, to })
}

const noteMetadata = (of: string, from: JsonObject | null, to: JsonObject | null, { metadata }: Found): void => {
  if (!sameJson(from, to)) metadata.push({ of, from, to })
}

const compareRun = (entry: RunEntry, found: Found): void => {
  if (entry.started > found.to) return
  const run = entry.path
  if (isIn(found, entry.started)) found.started.push({ run })
  const outcome = changeOf(entry.outcome, found)
  if (outcome?.to !== undefined && outcome.from !== outcome.to) found.finished.push({ run, outcome: outcome.to })
  for (const [metric, values] of entry.metrics ?? []) {
    const { from, to } = changeOf(values, found) ?? {}
    if (!sameMetric(from, to)) found.metrics.push({ run, metric, from: metricOrNone(from), to: metricOrNone(to) })
  }
  for (const { position, version, through } of entry.used) {
    if (!isIn(found, position)) continue
    found.used.push({
      run,
      version: versionPath(version.collection, version.number),
      through: through === null ? null : versionPath(through.collection, through.number),
    })
  }
}

const compareDraft = ({ artifact, distributedId, generations }: DraftEntry, found: Found): void => {
  for (const [generation, entry] of generations.entries()) {
    if (entry === undefined) continue
    const { opened, ended, givenUp } = entry
    const statusAt = (position: number): DraftStatus | null => {
      if (opened > position) return null
      if (ended === undefined || ended.position > position) return 'open'
      return givenUp !== undefined && givenUp <= position ? 'abandoned' : ended.how
    }
    const [from, to] = [statusAt(found.from), statusAt(found.to)]
    if (from !== to) found.drafts.push({ artifact: collectionPath(artifact), distributedId, generation, from, to })
  }
}
