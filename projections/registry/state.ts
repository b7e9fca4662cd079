/**
 * What the registry's projection holds, and the few ways in which its collections change. The fold is in
 * `apply.ts`, the questions in `questions/`.
 */
import type { RecordedMetric } from '../../domain/run/metrics.js'
import type { JsonObject } from '../../domain/values/json.js'
import type { ManifestSummary } from '../../domain/values/manifest/manifest.js'
import type { RunOutcome } from '../../domain/values/names.js'
import { type ArtifactRef, collectionPath, type ModelRef, type RunRef } from '../../domain/values/references.js'
import type { PositionList } from '../storage/position-list.js'
import type { Timeline } from '../storage/timeline.js'
import { noVersions, type Row, type Versions } from './version-table.js'

/** A link: a version of a registered model. */
export interface LinkEntry {
  readonly number: number
  readonly position: number
  readonly actor: string
  readonly manifest: ManifestSummary
  readonly source: { readonly artifact: ArtifactRef; readonly version: number }
}

/** The holders of an alias; `null` while nobody holds it. */
export interface AliasEntry extends Timeline<number | null> {
  readonly name: string
}

/** From its creation to its deletion. The next begins where something is logged or linked to the name later. */
export interface Life {
  readonly created: number
  readonly actor: string
  readonly type: string
  /** All of its type in its project. */
  readonly kin: TypeEntry
  /** Its versions are those from this number on. */
  readonly first: number
  deleted?: number
}

export interface Collection<Version> {
  readonly path: string
  /** Where its first life began. */
  readonly created: number
  /** One after another; one at least. */
  readonly lives: [Life, ...Life[]]
  readonly description: Timeline<string | null>
  readonly tags: Timeline<ReadonlyArray<string>>
  /** Since when it is archived, while it is; `null` while it is not. */
  readonly archived: Timeline<number | null>
  readonly aliases: Map<string, AliasEntry>
  /** By number. A number whose event is of an unknown kind has none. */
  readonly versions: Version[]
  /** The aliases that each version ever had, by number: one, or several. */
  readonly aliasesByVersion: Array<string | Set<string>>
  /** Since when a version is deleted, or unlinked, by number. */
  readonly ended: Map<number, number>
  /** Where versions came; and where they were deleted, or links were taken away or lost their source, whichever came first. In order. */
  readonly addedAt: number[]
  readonly endedAt: number[]
  /** The newest version that is not gone, nor its source, or `null`. */
  readonly newest: Timeline<number | null>
  /** Versions that are not gone, the newest last; those before it may be gone meanwhile. */
  readonly liveNumbers: number[]
}

/** Its versions are rows of `versions`. */
export interface ArtifactEntry extends Collection<Row> {
  readonly kind: 'artifact'
  /** How many artifacts were created before it. */
  readonly index: number
  readonly ref: ArtifactRef
}

export interface ModelEntry extends Collection<LinkEntry> {
  readonly kind: 'model'
  readonly ref: ModelRef
  readonly metadata: Timeline<JsonObject | null>
}

export type CollectionEntry = ArtifactEntry | ModelEntry

export interface RunEntry {
  readonly kind: 'run'
  readonly ref: RunRef
  readonly path: string
  readonly started: number
  readonly actor: string
  readonly group: string | null
  readonly jobType: string | null
  readonly config: JsonObject | null
  metrics?: Map<string, Timeline<RecordedMetric>>
  outcome?: Timeline<RunOutcome>
  readonly used: Array<{ readonly position: number; readonly version: VersionAt; readonly through: VersionAt | null }>
  /** The versions that it logged, and logged again. */
  readonly logged: Timeline<Row>
}

/** What has a project in common, of one artifact type. */
export interface TypeEntry {
  readonly type: string
  /** Of the first life of this type. */
  created: number
  /** Those whose first life was of this type; in the order in which they were created, as everything here that is a list. */
  readonly collections: CollectionEntry[]
  /** Those of which a later life was, and the first of another type. */
  readonly joined: CollectionEntry[]
  /** Where their lives of this type began, and where they ended. */
  readonly createdAt: PositionList
  readonly deletedAt: PositionList
  /** Those of them that ever were archived. */
  readonly everArchived: Set<CollectionEntry>
  /** The same of all of them together. */
  readonly addedAt: PositionList
  readonly endedAt: PositionList
}

export interface ProjectEntry {
  readonly entity: string
  readonly project: string
  /** Of its first collection or run. */
  readonly created: number
  readonly types: Map<string, TypeEntry>
  readonly runs: RunEntry[]
}

export interface EntityEntry {
  readonly entity: string
  readonly created: number
  readonly projects: ProjectEntry[]
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
    readonly opened: number
    readonly parts: Array<{
      readonly position: number
      readonly writer: string
      readonly entries: number
      readonly bytes: number
      /** The version on which it builds, if it names one. */
      readonly base?: number
    }>
    ended?: { readonly position: number; readonly how: 'sealed' | 'abandoned' }
    /** Where the seal was given up, since no version could come of it. */
    givenUp?: number
    /** Where the version that came of it was logged. */
    logged?: number
  }>
}

export interface Registry {
  /** By path, in the order in which they were created. */
  readonly collections: Map<string, CollectionEntry>
  readonly artifacts: ArtifactEntry[]
  readonly models: ModelEntry[]
  /** What ever carried a tag. */
  readonly byTag: Map<string, Set<CollectionEntry>>
  /** Who has projects, by name; and the projects, by `entity/project`. */
  readonly entities: Map<string, EntityEntry>
  readonly projects: Map<string, ProjectEntry>
  readonly versions: Versions
  /** The links to each version, in order. */
  readonly links: Map<Row, Array<{ readonly model: ModelEntry; readonly number: number }>>
  readonly runs: Map<string, RunEntry>
  readonly runsInOrder: RunEntry[]
  /** The run that was named last, since most versions name that of the version before. */
  lastRun: { readonly ref: RunRef; readonly entry: RunEntry; readonly word: number } | undefined
  /** By `draftPath`. */
  readonly drafts: Map<string, DraftEntry>
  /** Sealed generations whose version is not logged yet, by draft and generation. */
  readonly unfinished: Map<string, UnfinishedDraft>
  /** What each stream is the history of, so that a stream's name is read once. */
  readonly byStream: Map<string, CollectionEntry | RunEntry | DraftEntry>
}

/** The last life, which may have ended. */
export const lastLife = ({ lives }: Pick<Collection<unknown>, 'lives'>): Life => lives[lives.length - 1] ?? lives[0]

/** In which a version came. */
export const lifeOf = ({ lives }: Pick<Collection<unknown>, 'lives'>, number: number): Life =>
  lives.length === 1 ? lives[0] : (lives.findLast(({ first }) => first <= number) ?? lives[0])

export interface UnfinishedDraft {
  readonly artifact: ArtifactRef
  readonly distributedId: string
  readonly sealed: number
}

export const emptyRegistry = (): Registry => ({
  collections: new Map(),
  artifacts: [],
  models: [],
  byTag: new Map(),
  entities: new Map(),
  projects: new Map(),
  versions: noVersions(),
  links: new Map(),
  runs: new Map(),
  runsInOrder: [],
  lastRun: undefined,
  drafts: new Map(),
  unfinished: new Map(),
  byStream: new Map(),
})

/** The path of the artifact, `#` and the distributed id. */
export const draftPath = (artifact: ArtifactRef, distributedId: string): string =>
  `${collectionPath(artifact)}#${distributedId}`

/** The row of a version that is known. */
export const rowOf = (collection: CollectionEntry | undefined, number: number): Row | undefined =>
  collection?.kind === 'artifact' ? collection.versions[number] : undefined

/** The path of a row's version. */
export const pathOfRow = ({ artifacts, versions: { columns } }: Registry, row: Row): string =>
  `${artifacts[columns.artifact[row] ?? -1]?.path}:v${columns.number[row]}`
