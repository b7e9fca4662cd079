/**
 * What the registry's projection holds, and the few ways in which its collections change. The fold is in
 * `registry.ts`, the questions in `queries.ts`.
 */
import type { Position } from '../domain/event-store.js'
import type { JsonObject } from '../domain/json.js'
import type { ManifestSummary } from '../domain/manifest/manifest.js'
import { type ArtifactRef, collectionPath, type ModelRef, type RunOutcome, type RunRef } from '../domain/names.js'
import { latest, setFrom, type Timeline, timeline } from './timeline.js'

/** What a numbered thing has, be it a version of an artifact or of a registered model. */
export interface Numbered {
  readonly number: number
  readonly position: Position
  readonly actor: string
  readonly manifest: ManifestSummary
  /** Since when it is deleted, or unlinked. */
  gone?: Position
  /** The aliases that it ever had: none, one, or several. */
  worn: string | Set<string> | undefined
}

/** A version of an artifact. What seldom happens to a version has no place in it until it happens. */
export interface VersionEntry extends Numbered {
  /** The path of the run that logged it. */
  readonly run: string | null
  readonly base: number | null
  readonly distributed: { readonly distributedId: string; readonly generation: number } | null
  readonly description: string | null
  /** As a JSON text where it comes from a snapshot and was not asked for yet: see `metadataOf`. */
  metadata: JsonObject | string | null
  readonly tags: ReadonlyArray<string>
  described?: Timeline<{ readonly description: string | null; readonly metadata: JsonObject | null }>
  tagged?: Timeline<ReadonlyArray<string>>
  /** Later producers, in order. */
  relogged?: Array<{ readonly position: Position; readonly run: string | null }>
  links?: Array<{ readonly model: ModelEntry; readonly number: number }>
}

/** A link: a version of a registered model. */
export interface LinkEntry extends Numbered {
  readonly source: { readonly artifact: ArtifactRef; readonly version: number }
}

/** The holders of an alias; `null` while nobody holds it. */
export interface AliasEntry extends Timeline<number | null> {
  readonly name: string
}

interface Collection<Entry extends Numbered> {
  readonly path: string
  readonly created: Position
  readonly actor: string
  readonly type: string
  readonly aliases: Map<string, AliasEntry>
  /** By number. A number whose event is of an unknown kind has no entry. */
  readonly versions: Entry[]
  /** Where versions came, and where they were deleted or unlinked, in order. */
  readonly born: Position[]
  readonly gone: Position[]
  /** The newest version that is not gone, or `null`. */
  readonly newest: Timeline<number | null>
  /** Versions that are not gone, the newest last; those before it may be gone meanwhile. */
  readonly standing: number[]
}

export interface ArtifactEntry extends Collection<VersionEntry> {
  readonly kind: 'artifact'
  readonly ref: ArtifactRef
  readonly description: string | null
}

export interface ModelEntry extends Collection<LinkEntry> {
  readonly kind: 'model'
  readonly ref: ModelRef
  readonly description: Timeline<string | null>
  readonly tags: Timeline<ReadonlyArray<string>>
}

export type CollectionEntry = ArtifactEntry | ModelEntry

export type MetricValue = number | string | boolean

export interface RunEntry {
  readonly kind: 'run'
  readonly ref: RunRef
  readonly path: string
  readonly started: Position
  readonly actor: string
  readonly group: string | null
  readonly jobType: string | null
  readonly config: JsonObject | null
  metrics?: Map<string, Timeline<MetricValue>>
  outcome?: Timeline<RunOutcome>
  readonly used: Array<{ readonly position: Position; readonly version: VersionAt; readonly through: VersionAt | null }>
  readonly logged: Array<{ readonly position: Position; readonly artifact: ArtifactEntry; readonly number: number }>
}

interface VersionAt {
  readonly collection: ArtifactRef | ModelRef
  readonly number: number
}

export interface DraftEntry {
  readonly kind: 'draft'
  readonly artifact: ArtifactRef
  readonly distributedId: string
  readonly generations: Array<{
    readonly opened: Position
    readonly parts: Array<{
      readonly position: Position
      readonly writer: string
      readonly entries: number
      readonly bytes: number
    }>
    ended?: { readonly position: Position; readonly how: 'sealed' | 'abandoned' }
    /** Where the version that came of it was logged. */
    logged?: Position
  }>
}

export interface Registry {
  /** By path, in the order in which they were created. */
  readonly collections: Map<string, CollectionEntry>
  readonly runs: Map<string, RunEntry>
  /** By `draftPath`. */
  readonly drafts: Map<string, DraftEntry>
  /** Sealed generations whose version is not logged yet, by draft and generation. */
  readonly unfinished: Map<string, UnfinishedDraft>
  /** What each stream is the history of, so that a stream's name is read once. */
  readonly byStream: Map<string, CollectionEntry | RunEntry | DraftEntry>
  /** Texts that occur often, once. */
  readonly texts: Map<string, string>
}

export interface UnfinishedDraft {
  readonly artifact: ArtifactRef
  readonly distributedId: string
  readonly sealed: Position
}

export const emptyRegistry = (): Registry => ({
  collections: new Map(),
  runs: new Map(),
  drafts: new Map(),
  unfinished: new Map(),
  byStream: new Map(),
  texts: new Map(),
})

/** The path of the artifact, `#` and the distributed id. */
export const draftPath = (artifact: ArtifactRef, distributedId: string): string =>
  `${collectionPath(artifact)}#${distributedId}`

/** The metadata with which a version was logged. */
export const metadataOf = (version: VersionEntry): JsonObject | null => {
  if (typeof version.metadata === 'string') version.metadata = JSON.parse(version.metadata) as JsonObject
  return version.metadata
}

/** The same text for equal texts; a copy, for a part of a longer text would keep all of it in memory. */
export const shared = ({ texts }: Registry, text: string): string => {
  const known = texts.get(text)
  if (known !== undefined) return known
  const copy = Buffer.from(text).toString()
  texts.set(copy, copy)
  return copy
}

/** A version comes. */
export const stand = <Entry extends Numbered>(
  { versions, born, newest, standing }: Collection<Entry>,
  entry: Entry,
): void => {
  versions[entry.number] = entry
  born.push(entry.position)
  standing.push(entry.number)
  setFrom(newest, entry.position, entry.number)
}

/** A version is deleted or unlinked. Each number is taken from `standing` once, however many are deleted in whatever order. */
export const leave = (
  { versions, gone, newest, standing }: Collection<Numbered>,
  number: number,
  position: Position,
): void => {
  const entry = versions[number]
  if (entry === undefined || entry.gone !== undefined) return
  entry.gone = position
  gone.push(position)
  const isGone = (candidate: number | undefined): boolean =>
    candidate !== undefined && versions[candidate]?.gone !== undefined
  while (isGone(standing.at(-1))) standing.pop()
  const left = standing.at(-1) ?? null
  if (left !== latest(newest)) setFrom(newest, position, left)
}

export const setAlias = (
  { aliases, versions }: Collection<Numbered>,
  name: string,
  position: Position,
  holder: number | null,
): void => {
  const known = aliases.get(name)
  const alias: AliasEntry = known ?? { name, ...timeline() }
  if (known === undefined) aliases.set(name, alias)
  setFrom(alias, position, holder)
  const entry = holder === null ? undefined : versions[holder]
  if (entry !== undefined) wear(entry, alias.name)
}

const wear = (entry: Numbered, alias: string): void => {
  const { worn } = entry
  if (worn === undefined) entry.worn = alias
  else if (typeof worn !== 'string') worn.add(alias)
  else if (worn !== alias) entry.worn = new Set([worn, alias])
}

/** Tells the source of a link that it is linked. */
export const noteLink = (
  source: CollectionEntry | undefined,
  version: number,
  model: ModelEntry,
  number: number,
): void => {
  const linked = source?.kind === 'artifact' ? source.versions[version] : undefined
  if (linked === undefined) return
  linked.links ??= []
  linked.links.push({ model, number })
}
