/** How an event of an artifact changes the registry. */

import type {
  ArtifactVersionDescribed,
  ArtifactVersionLogged,
  ArtifactVersionRelogged,
} from '../../domain/artifact/events.js'
import { saidAfter } from '../../domain/collections/descriptions.js'
import type { EventOf } from '../../domain/events/catalogue.js'
import { type RunRef, runPath, versionPath } from '../../domain/values/references.js'
import { type ProjectedEvent, unfolded } from '../projection.js'
import { interned, numberOf } from '../storage/dictionary.js'
import { latest, setFrom, timeline } from '../storage/timeline.js'
import { addVersionTo, beginLife, deleteVersion, endLife, setAlias, setArchived, setTags } from './changes.js'
import { type ArtifactEntry, draftPath, type Registry } from './state.js'
import { addVersion, type Row, saidOf, sparseFieldsOf, type Versions } from './version-table.js'

export const foldedOfArtifact = [
  'ArtifactCreated',
  'ArtifactDescribed',
  'ArtifactTagged',
  'ArtifactUntagged',
  'ArtifactArchived',
  'ArtifactUnarchived',
  'ArtifactDeleted',
  'ArtifactVersionLogged',
  'ArtifactVersionRelogged',
  'ArtifactVersionDescribed',
  'ArtifactVersionTagged',
  'ArtifactVersionUntagged',
  'ArtifactVersionDeleted',
  'AliasMoved',
  'AliasRemoved',
] as const
type Folded = (typeof foldedOfArtifact)[number]

export const applyToArtifact = (
  registry: Registry,
  artifact: ArtifactEntry,
  projected: ProjectedEvent<EventOf<Folded>>,
): void => {
  const { event, position } = projected
  const { versions } = registry
  switch (event.type) {
    case 'ArtifactCreated':
      if (position !== artifact.created) beginLife(registry, artifact, event, projected)
      return
    case 'ArtifactDeleted':
      endLife(registry, artifact, position)
      return
    case 'ArtifactDescribed':
      setFrom(artifact.description, position, event.description.to)
      return
    case 'ArtifactTagged':
    case 'ArtifactUntagged':
      setTags(registry, artifact, position, event.to)
      return
    case 'ArtifactArchived':
    case 'ArtifactUnarchived':
      setArchived(artifact, position, event.type === 'ArtifactArchived')
      return
    case 'ArtifactVersionLogged': {
      const row = addLogged(registry, artifact, projected, event)
      addVersionTo(artifact, event.version, position, row)
      produced(registry, artifact, event, row, position)
      return
    }
    case 'ArtifactVersionRelogged': {
      const row = artifact.versions[event.version]
      if (row === undefined) return
      const run = event.run === undefined ? null : interned(versions.words, runPath(event.run.ref))
      const sparseFields = sparseFieldsOf(versions, row)
      sparseFields.relogged ??= []
      sparseFields.relogged.push({ position, run })
      produced(registry, artifact, event, row, position)
      return
    }
    case 'ArtifactVersionDescribed': {
      const row = artifact.versions[event.version]
      if (row !== undefined) describeVersion(versions, row, event, position)
      return
    }
    case 'ArtifactVersionTagged':
    case 'ArtifactVersionUntagged': {
      const row = artifact.versions[event.version]
      if (row === undefined) return
      const sparseFields = sparseFieldsOf(versions, row)
      sparseFields.tagged ??= timeline()
      setFrom(sparseFields.tagged, position, event.to)
      return
    }
    case 'ArtifactVersionDeleted':
      deleteVersion(registry, artifact, event.version, position)
      return
    case 'AliasMoved':
    case 'AliasRemoved':
      setAlias(artifact, event.alias, position, event.type === 'AliasMoved' ? event.to : null)
      return
    default:
      unfolded(event)
  }
}

/** A row for a version as it was logged. */
const addLogged = (
  registry: Registry,
  { index: artifact }: ArtifactEntry,
  { position, actor }: Pick<ProjectedEvent, 'position' | 'actor'>,
  event: ArtifactVersionLogged,
): Row => {
  const {
    version: number,
    manifest,
    run,
    base,
    takenOver,
    distributed,
    copiedFrom,
    description,
    metadata,
    tags,
  } = event
  const { versions } = registry
  const row = addVersion(versions, {
    position,
    artifact,
    number,
    manifest,
    base,
    takenOver,
    actor,
    run: run === undefined ? undefined : wordOfRun(registry, run.ref),
    tags,
    description,
    metadata,
  })
  if (distributed !== undefined) sparseFieldsOf(versions, row).distributed = distributed
  if (copiedFrom !== undefined) sparseFieldsOf(versions, row).copiedFrom = versionPath(copiedFrom, copiedFrom.version)
  return row
}

const describeVersion = (versions: Versions, row: Row, event: ArtifactVersionDescribed, position: number): void => {
  const sparseFields = sparseFieldsOf(versions, row)
  sparseFields.described ??= timeline()
  const before = latest(sparseFields.described) ?? saidOf(versions, row)
  setFrom(sparseFields.described, position, saidAfter(event, before))
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
  position: number,
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
