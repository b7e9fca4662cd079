/**
 * The registry as a projection: collections with their versions, aliases and tags, runs, and distributed
 * drafts; each fact with the position from which it holds. It is asked through `queries.ts`.
 */
import type { ArtifactVersionLogged, ArtifactVersionRelogged } from '../../domain/artifact/events.js'
import type { Position } from '../../domain/ports/event-store.js'
import { type ArtifactRef, collectionPath, type ModelRef, type RunRef, runPath } from '../../domain/values/names.js'
import { parseStream } from '../../domain/values/stream-names.js'
import type { Projection, Seen } from '../projection.js'
import { numberOf, shared } from '../storage/dictionary.js'
import { latest, setFrom, timeline } from '../storage/timeline.js'
import { loadRegistry, saveRegistry } from './snapshot.js'
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
  noteLink,
  type Registry,
  type RunEntry,
  setAlias,
  stand,
} from './state.js'
import { addVersion, type Row, saidOf, seldomOf } from './version-table.js'

export type { Registry } from './state.js'

const apply = (registry: Registry, seen: Seen): void => {
  // It changes nothing, and makes nothing: it may stand before the first event of a collection.
  if (seen.event.type === 'CommandAccepted') return
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
      registry.artifacts.push(entry)
      registry.collections.set(entry.path, entry)
      return entry
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
  { stream, position, event, actor: by }: Seen,
): CollectionEntry | RunEntry | DraftEntry | undefined => {
  const subject = parseStream(stream)
  const { words } = registry.versions
  const actor = shared(words, by)
  switch (subject?.category) {
    case 'artifact': {
      if (event.type !== 'ArtifactCreated') return undefined
      const ref = subject.artifact
      const type = shared(words, event.artifactType)
      return {
        kind: 'artifact',
        index: registry.artifacts.length,
        ref,
        description: event.description ?? null,
        ...collection(ref, position, actor, type),
      }
    }
    case 'model': {
      if (event.type !== 'RegisteredModelCreated') return undefined
      const ref = subject.model
      const type = shared(words, event.artifactType)
      const description = timeline<string | null>()
      setFrom(description, position, event.description ?? null)
      return { kind: 'model', ref, description, tags: timeline(), ...collection(ref, position, actor, type) }
    }
    case 'run': {
      if (event.type !== 'RunStarted') return undefined
      const { group = null, jobType = null, config = null } = event
      const ref = subject.run
      const facts = { ref, path: runPath(ref), started: position, actor, group, jobType, config }
      return { kind: 'run', ...facts, used: [], logged: timeline() }
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
  worn: [],
  ended: new Map<number, Position>(),
  born: [],
  gone: [],
  newest: timeline<number | null>(),
  standing: [],
})

const applyToArtifact = (registry: Registry, artifact: ArtifactEntry, seen: Seen): void => {
  const { event, position } = seen
  const { versions } = registry
  switch (event.type) {
    case 'ArtifactVersionLogged': {
      const { version: number, manifest, run, base, distributed, description, metadata, tags } = event
      const row = addVersion(versions, {
        position,
        artifact: artifact.index,
        number,
        manifest,
        base,
        actor: seen.actor,
        run: run === undefined ? undefined : wordOfRun(registry, run.ref),
        tags,
        description,
        metadata,
      })
      if (distributed !== undefined) seldomOf(versions, row).distributed = distributed
      stand(artifact, number, position, row)
      produced(registry, artifact, event, row, position)
      return
    }
    case 'ArtifactVersionRelogged': {
      const row = artifact.versions[event.version]
      if (row === undefined) return
      const run = event.run === undefined ? null : shared(versions.words, runPath(event.run.ref))
      const seldom = seldomOf(versions, row)
      seldom.relogged ??= []
      seldom.relogged.push({ position, run })
      produced(registry, artifact, event, row, position)
      return
    }
    case 'ArtifactVersionDescribed': {
      const row = artifact.versions[event.version]
      if (row === undefined) return
      const seldom = seldomOf(versions, row)
      seldom.described ??= timeline()
      const { description, metadata } = latest(seldom.described) ?? saidOf(versions, row)
      setFrom(seldom.described, position, {
        description: event.description === undefined ? description : event.description.to,
        metadata: event.metadata === undefined ? metadata : event.metadata.to,
      })
      return
    }
    case 'ArtifactVersionTagged':
    case 'ArtifactVersionUntagged': {
      const row = artifact.versions[event.version]
      if (row === undefined) return
      const seldom = seldomOf(versions, row)
      seldom.tagged ??= timeline()
      setFrom(seldom.tagged, position, event.to)
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

/** The number of the run's path among the words. */
const wordOfRun = (registry: Registry, ref: RunRef): number =>
  runOf(registry, ref)?.word ?? numberOf(registry.versions.words, runPath(ref))

const runOf = (registry: Registry, ref: RunRef): Registry['lastRun'] => {
  const last = registry.lastRun
  if (
    last !== undefined &&
    last.ref.run === ref.run &&
    last.ref.project === ref.project &&
    last.ref.entity === ref.entity
  )
    return last
  const path = runPath(ref)
  const entry = registry.runs.get(path)
  if (entry !== undefined) registry.lastRun = { ref, entry, word: numberOf(registry.versions.words, path) }
  return entry === undefined ? undefined : registry.lastRun
}

/** What a run, or a sealed draft, made. */
const produced = (
  registry: Registry,
  artifact: ArtifactEntry,
  { run, distributed }: ArtifactVersionLogged | ArtifactVersionRelogged,
  row: Row,
  position: Position,
): void => {
  const maker = run === undefined ? undefined : runOf(registry, run.ref)
  if (maker !== undefined) setFrom(maker.entry.logged, position, row)
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
      const known = registry.collections.get(collectionPath(artifact))
      const link = {
        number,
        position,
        actor: shared(registry.versions.words, seen.actor),
        manifest,
        source: { artifact: known?.kind === 'artifact' ? known.ref : artifact, version },
      }
      stand(model, number, position, link)
      noteLink(registry, model, link)
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
  version: 2,
  initial: emptyRegistry,
  apply,
  save: saveRegistry,
  load: loadRegistry,
}
