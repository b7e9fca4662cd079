/**
 * The registry as a projection: collections with their versions, aliases and tags, runs, and distributed
 * drafts; each fact with the position from which it holds. It is asked through `queries.ts`.
 */
import type { ArtifactVersionLogged, ArtifactVersionRelogged } from '../domain/artifact/events.js'
import type { Position } from '../domain/event-store.js'
import { type ArtifactRef, collectionPath, type ModelRef, type RunRef, runPath } from '../domain/names.js'
import { parseStream } from '../domain/streams.js'
import type { Projection, Seen } from './projection.js'
import { loadRegistry, saveRegistry } from './registry-snapshot.js'
import {
  type AliasEntry,
  type ArtifactEntry,
  type CollectionEntry,
  type DraftEntry,
  draftPath,
  emptyRegistry,
  leave,
  type MetricValue,
  type ModelEntry,
  metadataOf,
  noteLink,
  type Registry,
  type RunEntry,
  setAlias,
  shared,
  stand,
} from './registry-state.js'
import { actorOf } from './seen.js'
import { latest, setFrom, timeline } from './timeline.js'

export type { Registry } from './registry-state.js'

const apply = (registry: Registry, seen: Seen): void => {
  const entry = registry.byStream.get(seen.stream) ?? begin(registry, seen)
  switch (entry?.kind) {
    case 'artifact':
      applyToArtifact(registry, entry, seen)
      return
    case 'model':
      applyToModel(registry, entry, seen)
      return
    case 'run':
      applyToRun(entry, seen)
      return
    case 'draft':
      applyToDraft(registry, entry, seen)
      return
    case undefined:
      return
  }
}

/** What a stream is the history of, at its first event; `undefined` for a stream whose beginning is not known. */
const begin = (registry: Registry, seen: Seen): CollectionEntry | RunEntry | DraftEntry | undefined => {
  const entry = entryOf(registry, seen)
  if (entry === undefined) return undefined
  registry.byStream.set(seen.stream, entry)
  switch (entry.kind) {
    case 'artifact':
    case 'model':
      registry.collections.set(entry.path, entry)
      return entry
    case 'run':
      registry.runs.set(entry.path, entry)
      return entry
    case 'draft':
      registry.drafts.set(draftPath(entry.artifact, entry.distributedId), entry)
      return entry
  }
}

const entryOf = (
  registry: Registry,
  { stream, position, event, stored }: Seen,
): CollectionEntry | RunEntry | DraftEntry | undefined => {
  const subject = parseStream(stream)
  const actor = shared(registry, actorOf(stored))
  switch (subject?.category) {
    case 'artifact': {
      if (event.type !== 'ArtifactCreated') return undefined
      const ref = subject.artifact
      const type = shared(registry, event.artifactType)
      return {
        kind: 'artifact',
        ref,
        description: event.description ?? null,
        ...collection(ref, position, actor, type),
      }
    }
    case 'model': {
      if (event.type !== 'RegisteredModelCreated') return undefined
      const ref = subject.model
      const type = shared(registry, event.artifactType)
      const description = timeline<string | null>()
      setFrom(description, position, event.description ?? null)
      return { kind: 'model', ref, description, tags: timeline(), ...collection(ref, position, actor, type) }
    }
    case 'run': {
      if (event.type !== 'RunStarted') return undefined
      const { group = null, jobType = null, config = null } = event
      const ref = subject.run
      const facts = { ref, path: runPath(ref), started: position, actor, group, jobType, config }
      return { kind: 'run', ...facts, used: [], logged: [] }
    }
    case 'draft': {
      const { artifact, distributedId } = subject
      return { kind: 'draft', artifact, distributedId, generations: [] }
    }
    case undefined:
      return undefined
  }
}

const collection = (ref: ArtifactRef | ModelRef, created: Position, actor: string, type: string) => ({
  path: collectionPath(ref),
  created,
  actor,
  type,
  aliases: new Map<string, AliasEntry>(),
  versions: [],
  born: [],
  gone: [],
  newest: timeline<number | null>(),
  standing: [],
})

const NO_TAGS: ReadonlyArray<string> = []

const applyToArtifact = (registry: Registry, artifact: ArtifactEntry, seen: Seen): void => {
  const { event, position } = seen
  switch (event.type) {
    case 'ArtifactVersionLogged': {
      const { version: number, manifest, run, base, distributed, description, metadata, tags } = event
      stand(artifact, {
        number,
        position,
        actor: shared(registry, actorOf(seen.stored)),
        manifest,
        run: run === undefined ? null : pathOfRun(registry, run.ref),
        base: base ?? null,
        distributed: distributed ?? null,
        description: description ?? null,
        metadata: metadata ?? null,
        tags: tags ?? NO_TAGS,
        worn: undefined,
      })
      produced(registry, artifact, event, position)
      return
    }
    case 'ArtifactVersionRelogged': {
      const version = artifact.versions[event.version]
      if (version === undefined) return
      version.relogged ??= []
      version.relogged.push({ position, run: event.run === undefined ? null : pathOfRun(registry, event.run.ref) })
      produced(registry, artifact, event, position)
      return
    }
    case 'ArtifactVersionDescribed': {
      const version = artifact.versions[event.version]
      if (version === undefined) return
      version.described ??= timeline()
      const { description, metadata } = latest(version.described) ?? {
        description: version.description,
        metadata: metadataOf(version),
      }
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
    case 'ArtifactVersionDeleted':
      leave(artifact, event.version, position)
      return
    case 'AliasMoved':
      setAlias(artifact, event.alias, position, event.to)
      return
    case 'AliasRemoved':
      setAlias(artifact, event.alias, position, null)
      return
  }
}

const pathOfRun = ({ runs }: Registry, ref: RunRef): string => {
  const path = runPath(ref)
  return runs.get(path)?.path ?? path
}

/** What a run, or a sealed draft, made. */
const produced = (
  registry: Registry,
  artifact: ArtifactEntry,
  { run, version, distributed }: ArtifactVersionLogged | ArtifactVersionRelogged,
  position: Position,
): void => {
  if (run !== undefined) {
    registry.runs.get(runPath(run.ref))?.logged.push({ position, artifact, number: version })
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
      const { manifest, version: number } = event
      const { version, ...artifact } = event.source
      const source = registry.collections.get(collectionPath(artifact))
      const actor = shared(registry, actorOf(seen.stored))
      const ref = source?.kind === 'artifact' ? source.ref : artifact
      stand(model, { number, position, actor, manifest, source: { artifact: ref, version }, worn: undefined })
      noteLink(source, version, model, number)
      return
    }
    case 'VersionUnlinked':
      leave(model, event.version, position)
      return
    case 'RegisteredModelDescribed':
      setFrom(model.description, position, event.to)
      return
    case 'RegisteredModelTagged':
    case 'RegisteredModelUntagged':
      setFrom(model.tags, position, event.to)
      return
    case 'AliasMoved':
      setAlias(model, event.alias, position, event.to)
      return
    case 'AliasRemoved':
      setAlias(model, event.alias, position, null)
      return
  }
}

const applyToRun = (run: RunEntry, { event, position }: Seen): void => {
  switch (event.type) {
    case 'RunSummarised':
      run.metrics ??= new Map()
      for (const [name, value] of Object.entries(event.to)) {
        const known = run.metrics.get(name)
        const metric = known ?? timeline<MetricValue>()
        if (known === undefined) run.metrics.set(name, metric)
        setFrom(metric, position, value)
      }
      return
    case 'ArtifactVersionUsed': {
      const { through } = event
      const { version, ...collection } = event.version
      run.used.push({
        position,
        version: { collection, number: version },
        through: through === undefined ? null : { collection: through.model, number: through.version },
      })
      return
    }
    case 'RunFinished':
      run.outcome ??= timeline()
      setFrom(run.outcome, position, event.outcome)
      return
  }
}

const applyToDraft = (registry: Registry, draft: DraftEntry, { event, position }: Seen): void => {
  switch (event.type) {
    case 'DistributedPartUpserted': {
      const { writer, part } = event
      draft.generations[event.generation] ??= { opened: position, parts: [] }
      draft.generations[event.generation]?.parts.push({ position, writer, entries: part.entries, bytes: part.bytes })
      return
    }
    case 'DistributedAbandoned': {
      const generation = draft.generations[event.generation]
      if (generation !== undefined) generation.ended = { position, how: 'abandoned' }
      return
    }
    case 'DistributedCommitted': {
      const generation = draft.generations[event.generation]
      if (generation !== undefined) generation.ended = { position, how: 'sealed' }
      const { artifact, distributedId } = draft
      const key = `${draftPath(artifact, distributedId)}#${event.generation}`
      registry.unfinished.set(key, { artifact, distributedId, sealed: position })
      return
    }
  }
}

export const registryProjection: Projection<Registry> = {
  name: 'registry',
  version: 1,
  initial: emptyRegistry,
  apply,
  save: saveRegistry,
  load: loadRegistry,
}
