/**
 * The registry as a projection: collections with their versions, aliases and tags, runs, and distributed
 * drafts; each fact with the position from which it holds. It is asked through `questions/lookup.ts`.
 */

import type { EventOf } from '../../domain/events/catalogue.js'
import type { JsonObject } from '../../domain/values/json.js'
import { type ArtifactRef, collectionPath, type ModelRef, runPath } from '../../domain/values/references.js'
import { parseStream } from '../../domain/values/stream-names.js'
import { type EventContext, isOfType, type ProjectedEvent, readModel } from '../projection.js'
import { interned } from '../storage/dictionary.js'
import { addPosition } from '../storage/position-list.js'
import { setFrom, timeline } from '../storage/timeline.js'
import { applyToArtifact, foldedOfArtifact } from './apply-artifact.js'
import { applyToDraft, foldedOfDraft } from './apply-distributed-draft.js'
import { applyToModel, foldedOfModel } from './apply-registered-model.js'
import { applyToRun, foldedOfRun } from './apply-run.js'
import { addCollection, addRun, lifeFrom } from './places.js'
import { loadRegistry, saveRegistry } from './snapshot.js'
import {
  type AliasEntry,
  type CollectionEntry,
  type DraftEntry,
  draftPath,
  emptyRegistry,
  type Life,
  type Registry,
  type RunEntry,
} from './state.js'

export type { Registry } from './state.js'

const folds = [...foldedOfArtifact, ...foldedOfModel, ...foldedOfRun, ...foldedOfDraft]
type RegistryEvent = ProjectedEvent<EventOf<(typeof folds)[number]>>

const isOfArtifact = isOfType(foldedOfArtifact)
const isOfModel = isOfType(foldedOfModel)
const isOfRun = isOfType(foldedOfRun)
const isOfDraft = isOfType(foldedOfDraft)

/** An event that stands in a stream of another kind than its own changes nothing. */
const apply = (registry: Registry, projected: RegistryEvent): void => {
  const entry = registry.byStream.get(projected.stream) ?? begin(registry, projected)
  switch (entry?.kind) {
    case 'artifact':
      if (isOfArtifact(projected)) applyToArtifact(registry, entry, projected)
      return
    case 'model':
      if (isOfModel(projected)) applyToModel(registry, entry, projected)
      return
    case 'run':
      if (isOfRun(projected)) applyToRun(entry, projected)
      return
    case 'draft':
      if (isOfDraft(projected)) applyToDraft(registry, entry, projected)
      return
    case undefined:
      return
  }
}

/** What a stream is the history of, at its first event; `undefined` for a stream whose beginning is not known. */
const begin = (registry: Registry, projected: RegistryEvent): CollectionEntry | RunEntry | DraftEntry | undefined => {
  const entry = entryOf(registry, projected)
  if (entry === undefined) return undefined
  registry.byStream.set(projected.stream, entry)
  switch (entry.kind) {
    case 'artifact':
    case 'model':
      addCollection(registry, entry)
      addPosition(entry.lives[0].kin.createdAt, entry.created)
      return entry
    case 'run':
      addRun(registry, entry)
      return entry
    case 'draft':
      registry.drafts.set(draftPath(entry.artifact, entry.distributedId), entry)
      return entry
  }
}

const entryOf = (registry: Registry, projected: RegistryEvent): CollectionEntry | RunEntry | DraftEntry | undefined => {
  const { stream, position, event } = projected
  const subject = parseStream(stream)
  switch (subject?.category) {
    case 'artifact': {
      if (event.type !== 'ArtifactCreated') return undefined
      const ref = subject.artifact
      return { kind: 'artifact', index: registry.artifacts.length, ref, ...created(registry, ref, event, projected) }
    }
    case 'model': {
      if (event.type !== 'RegisteredModelCreated') return undefined
      const ref = subject.model
      const metadata = timeline<JsonObject | null>()
      return { kind: 'model', ref, metadata, ...created(registry, ref, event, projected) }
    }
    case 'run': {
      if (event.type !== 'RunStarted') return undefined
      const { group = null, jobType = null, config = null } = event
      const ref = subject.run
      const actor = interned(registry.versions.words, projected.actor)
      const facts = { ref, path: runPath(ref), started: position, actor, group, jobType, config }
      return { kind: 'run', ...facts, used: [], logged: timeline() }
    }
    case 'draft': {
      const { artifact, distributedId } = subject
      return { kind: 'draft', artifact, distributedId, generations: [] }
    }
    case 'losses':
    case undefined:
      return undefined
  }
}

/** What artifacts and registered models have alike, as it is when they are created. */
const created = (
  registry: Registry,
  ref: ArtifactRef | ModelRef,
  { artifactType, description: first }: EventOf<'ArtifactCreated' | 'RegisteredModelCreated'>,
  { position, actor }: EventContext,
) => {
  const description = timeline<string | null>()
  if (first !== undefined) setFrom(description, position, first)
  const lives: [Life] = [lifeFrom(registry, ref, artifactType, { position, actor, first: 0 })]
  return {
    path: collectionPath(ref),
    created: position,
    lives,
    description,
    tags: timeline<ReadonlyArray<string>>(),
    archived: timeline<number | null>(),
    aliases: new Map<string, AliasEntry>(),
    versions: [],
    aliasesByVersion: [],
    ended: new Map<number, number>(),
    addedAt: [],
    endedAt: [],
    newest: timeline<number | null>(),
    liveNumbers: [],
  }
}

export const registryProjection = readModel({
  name: 'registry',
  version: 10,
  folds,
  initial: emptyRegistry,
  apply,
  save: saveRegistry,
  load: loadRegistry,
})
