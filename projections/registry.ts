/**
 * The registry as a projection: collections with their versions, aliases and tags, runs, and distributed
 * drafts; each fact with the position from which it holds. It is asked through `queries.ts`.
 */
import type { ArtifactVersionLogged, ArtifactVersionRelogged } from '../domain/artifact/events.js'
import type { Position } from '../domain/event-store.js'
import type { JsonObject } from '../domain/json.js'
import type { ManifestSummary } from '../domain/manifest/manifest.js'
import {
  type ArtifactRef,
  collectionPath,
  type ModelRef,
  type RunOutcome,
  type RunRef,
  runPath,
  versionPath,
} from '../domain/names.js'
import type { Metrics } from '../domain/run/commands.js'
import { parseStream } from '../domain/streams.js'
import type { Projection, Seen } from './projection.js'
import { actorOf } from './seen.js'
import { setFrom, type Timeline, timeline } from './timeline.js'

/** A version of an artifact. What seldom happens to a version has no place in it until it happens. */
export interface VersionEntry {
  readonly number: number
  readonly position: Position
  readonly actor: string
  readonly manifest: ManifestSummary
  /** The path of the run that logged it. */
  readonly run: string | null
  readonly base: number | null
  readonly distributed: { readonly distributedId: string; readonly generation: number } | null
  readonly description: string | null
  readonly metadata: JsonObject | null
  readonly tags: ReadonlyArray<string>
  described?: Timeline<{ readonly description: string | null; readonly metadata: JsonObject | null }>
  tagged?: Timeline<ReadonlyArray<string>>
  deleted?: Position
  /** Later producers, in order. */
  relogged?: Array<{ readonly position: Position; readonly run: string | null }>
  links?: Array<{ readonly model: ModelEntry; readonly number: number }>
}

/** A link: a version of a registered model. */
export interface LinkEntry {
  readonly number: number
  readonly position: Position
  readonly actor: string
  readonly source: { readonly artifact: ArtifactRef; readonly version: number }
  readonly manifest: ManifestSummary
  unlinked?: Position
}

interface CollectionFacts {
  readonly path: string
  readonly created: Position
  readonly actor: string
  readonly type: string
  readonly aliases: Map<string, Timeline<number | null>>
}

export interface ArtifactEntry extends CollectionFacts {
  readonly kind: 'artifact'
  readonly ref: ArtifactRef
  readonly description: string | null
  readonly versions: VersionEntry[]
  /** The newest version that is not deleted, or `null`. */
  readonly newest: Timeline<number | null>
}

export interface ModelEntry extends CollectionFacts {
  readonly kind: 'model'
  readonly ref: ModelRef
  readonly description: Timeline<string | null>
  readonly tags: Timeline<ReadonlyArray<string>>
  readonly links: LinkEntry[]
  readonly newest: Timeline<number | null>
}

export type CollectionEntry = ArtifactEntry | ModelEntry

export interface RunEntry {
  readonly ref: RunRef
  readonly path: string
  readonly started: Position
  readonly actor: string
  readonly group: string | null
  readonly jobType: string | null
  readonly config: JsonObject | null
  /** All metrics as they stood from a position on. */
  readonly metrics: Timeline<Metrics>
  readonly outcome: Timeline<RunOutcome>
  readonly used: Array<{ readonly position: Position; readonly version: string; readonly through: string | null }>
  readonly logged: Array<{ readonly position: Position; readonly version: string }>
}

export interface DraftEntry {
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
  /** By the path of the artifact, `#` and the distributed id. */
  readonly drafts: Map<string, DraftEntry>
  /** Sealed generations whose version is not logged yet, by draft and generation. */
  readonly unfinished: Map<
    string,
    { readonly artifact: ArtifactRef; readonly distributedId: string; readonly sealed: Position }
  >
  /** The names of collections by stream, so that a stream's name is read once. */
  readonly byStream: Map<string, CollectionEntry | RunEntry | DraftEntry>
}

const initial = (): Registry => ({
  collections: new Map(),
  runs: new Map(),
  drafts: new Map(),
  unfinished: new Map(),
  byStream: new Map(),
})

export const draftPath = (artifact: ArtifactRef, distributedId: string): string =>
  `${collectionPath(artifact)}#${distributedId}`

const apply = (registry: Registry, seen: Seen): void => {
  const { event, stream, position } = seen
  switch (event.type) {
    case 'ArtifactCreated':
    case 'RegisteredModelCreated':
      create(registry, seen, event.artifactType, event.description ?? null)
      return
    case 'RunStarted': {
      const subject = parseStream(stream)
      if (subject?.category !== 'run') return
      const run: RunEntry = {
        ref: subject.run,
        path: runPath(subject.run),
        started: position,
        actor: actorOf(seen.stored),
        group: event.group ?? null,
        jobType: event.jobType ?? null,
        config: event.config ?? null,
        metrics: timeline(),
        outcome: timeline(),
        used: [],
        logged: [],
      }
      registry.runs.set(run.path, run)
      registry.byStream.set(stream, run)
      return
    }
    case 'DistributedPartUpserted':
    case 'DistributedCommitted':
    case 'DistributedAbandoned':
      applyToDraft(registry, draftOf(registry, stream), seen)
      return
    default: {
      const entry = registry.byStream.get(stream)
      if (entry === undefined) return
      if ('started' in entry) applyToRun(entry, seen)
      else if ('kind' in entry) {
        if (entry.kind === 'artifact') applyToArtifact(registry, entry, seen)
        else applyToModel(registry, entry, seen)
      }
    }
  }
}

const create = (
  registry: Registry,
  { stream, position, stored }: Seen,
  type: string,
  description: string | null,
): void => {
  const subject = parseStream(stream)
  const actor = actorOf(stored)
  const entry = ((): CollectionEntry | undefined => {
    switch (subject?.category) {
      case 'artifact': {
        const ref = subject.artifact
        const facts = { path: collectionPath(ref), created: position, actor, type, aliases: new Map() }
        return { ...facts, kind: 'artifact', ref, description, versions: [], newest: timeline() }
      }
      case 'model': {
        const ref = subject.model
        const facts = { path: collectionPath(ref), created: position, actor, type, aliases: new Map() }
        const described = timeline<string | null>()
        setFrom(described, position, description)
        return { ...facts, kind: 'model', ref, description: described, tags: timeline(), links: [], newest: timeline() }
      }
      default:
        return undefined
    }
  })()
  if (entry === undefined) return
  registry.collections.set(entry.path, entry)
  registry.byStream.set(stream, entry)
}

const applyToArtifact = (registry: Registry, artifact: ArtifactEntry, seen: Seen): void => {
  const { event, position } = seen
  switch (event.type) {
    case 'ArtifactVersionLogged': {
      const run = event.run === undefined ? null : runPath(event.run.ref)
      const knownRun = run === null ? undefined : registry.runs.get(run)
      artifact.versions[event.version] = {
        number: event.version,
        position,
        actor: actorOf(seen.stored),
        manifest: event.manifest,
        run: knownRun?.path ?? run,
        base: event.base ?? null,
        distributed: event.distributed ?? null,
        description: event.description ?? null,
        metadata: event.metadata ?? null,
        tags: event.tags ?? NO_TAGS,
      }
      setFrom(artifact.newest, position, event.version)
      produced(registry, artifact, event, position)
      return
    }
    case 'ArtifactVersionRelogged': {
      const version = artifact.versions[event.version]
      if (version === undefined) return
      version.relogged ??= []
      version.relogged.push({ position, run: event.run === undefined ? null : runPath(event.run.ref) })
      produced(registry, artifact, event, position)
      return
    }
    case 'ArtifactVersionDescribed': {
      const version = artifact.versions[event.version]
      if (version === undefined) return
      version.described ??= timeline()
      const { description, metadata } = version.described.values.at(-1) ?? version
      setFrom(version.described, position, {
        description: event.description === undefined ? description : event.description.to,
        metadata: event.metadata === undefined ? metadata : event.metadata.to,
      })
      return
    }
    case 'ArtifactVersionTagged':
    case 'ArtifactVersionUntagged': {
      const version = artifact.versions[event.version]
      if (version === undefined) return
      version.tagged ??= timeline()
      setFrom(version.tagged, position, event.to)
      return
    }
    case 'ArtifactVersionDeleted': {
      const version = artifact.versions[event.version]
      if (version === undefined) return
      version.deleted = position
      const newest = artifact.versions.findLast(({ deleted }) => deleted === undefined)
      setFrom(artifact.newest, position, newest?.number ?? null)
      return
    }
    case 'AliasMoved':
    case 'AliasRemoved':
      setAlias(artifact, event.alias, position, event.type === 'AliasMoved' ? event.to : null)
      return
  }
}

const NO_TAGS: ReadonlyArray<string> = []

const setAlias = ({ aliases }: CollectionFacts, alias: string, position: Position, holder: number | null): void => {
  const known = aliases.get(alias)
  const holders = known ?? timeline<number | null>()
  if (known === undefined) aliases.set(alias, holders)
  setFrom(holders, position, holder)
}

/** What a run, or a sealed draft, made. */
const produced = (
  registry: Registry,
  artifact: ArtifactEntry,
  { run, version, distributed }: ArtifactVersionLogged | ArtifactVersionRelogged,
  position: Position,
): void => {
  if (run !== undefined) {
    registry.runs.get(runPath(run.ref))?.logged.push({ position, version: versionPath(artifact.ref, version) })
  }
  if (distributed !== undefined) {
    const key = draftPath(artifact.ref, distributed.distributedId)
    const generation = registry.drafts.get(key)?.generations[distributed.generation]
    if (generation !== undefined) generation.logged = position
    registry.unfinished.delete(`${key}#${distributed.generation}`)
  }
}

const applyToModel = (registry: Registry, model: ModelEntry, seen: Seen): void => {
  const { event, position } = seen
  switch (event.type) {
    case 'VersionLinked': {
      const { version, ...artifact } = event.source
      const source = registry.collections.get(collectionPath(artifact))
      model.links[event.version] = {
        number: event.version,
        position,
        actor: actorOf(seen.stored),
        source: { artifact: source?.kind === 'artifact' ? source.ref : artifact, version },
        manifest: event.manifest,
      }
      setFrom(model.newest, position, event.version)
      const linked = source?.kind === 'artifact' ? source.versions[version] : undefined
      if (linked !== undefined) {
        linked.links ??= []
        linked.links.push({ model, number: event.version })
      }
      return
    }
    case 'VersionUnlinked': {
      const link = model.links[event.version]
      if (link !== undefined) link.unlinked = position
      setFrom(model.newest, position, model.links.findLast(({ unlinked }) => unlinked === undefined)?.number ?? null)
      return
    }
    case 'RegisteredModelDescribed':
      setFrom(model.description, position, event.to)
      return
    case 'RegisteredModelTagged':
    case 'RegisteredModelUntagged':
      setFrom(model.tags, position, event.to)
      return
    case 'AliasMoved':
    case 'AliasRemoved':
      setAlias(model, event.alias, position, event.type === 'AliasMoved' ? event.to : null)
      return
  }
}

const applyToRun = (run: RunEntry, { event, position }: Seen): void => {
  switch (event.type) {
    case 'RunSummarised':
      setFrom(run.metrics, position, { ...run.metrics.values.at(-1), ...event.to })
      return
    case 'ArtifactVersionUsed': {
      const { version, through } = event
      run.used.push({
        position,
        version: versionPath(version, version.version),
        through: through === undefined ? null : versionPath(through.model, through.version),
      })
      return
    }
    case 'RunFinished':
      setFrom(run.outcome, position, event.outcome)
      return
  }
}

const draftOf = (registry: Registry, stream: string): DraftEntry | undefined => {
  const known = registry.byStream.get(stream)
  if (known !== undefined) return 'generations' in known ? known : undefined
  const subject = parseStream(stream)
  if (subject?.category !== 'draft') return undefined
  const draft: DraftEntry = { artifact: subject.artifact, distributedId: subject.distributedId, generations: [] }
  registry.byStream.set(stream, draft)
  registry.drafts.set(draftPath(subject.artifact, subject.distributedId), draft)
  return draft
}

const applyToDraft = (registry: Registry, draft: DraftEntry | undefined, { event, position }: Seen): void => {
  if (draft === undefined) return
  switch (event.type) {
    case 'DistributedPartUpserted': {
      const { writer, part } = event
      draft.generations[event.generation] ??= { opened: position, parts: [] }
      draft.generations[event.generation]?.parts.push({ position, writer, entries: part.entries, bytes: part.bytes })
      return
    }
    case 'DistributedCommitted':
    case 'DistributedAbandoned': {
      const generation = draft.generations[event.generation]
      const how = event.type === 'DistributedCommitted' ? 'sealed' : 'abandoned'
      if (generation !== undefined) generation.ended = { position, how }
      if (how === 'sealed') {
        const { artifact, distributedId } = draft
        const key = `${draftPath(artifact, distributedId)}#${event.generation}`
        registry.unfinished.set(key, { artifact, distributedId, sealed: position })
      }
      return
    }
  }
}

/** A snapshot is the state itself: its parts share and name each other, which a structured clone keeps. */
const save = (registry: Registry): unknown => registry

const isRegistry = (saved: unknown): saved is Registry =>
  typeof saved === 'object' &&
  saved !== null &&
  Object.keys(initial()).every((member) => Reflect.get(saved, member) instanceof Map)

export const registryProjection: Projection<Registry> = {
  name: 'registry',
  version: 1,
  initial,
  apply,
  save,
  load: (saved) => (isRegistry(saved) ? saved : undefined),
}
