/** Where everything stands: the entities, their projects, and what is in each of these, by type. */
import type { CollectionRef } from '../../domain/values/references.js'
import { interned } from '../storage/dictionary.js'
import { addPosition, positionList } from '../storage/position-list.js'
import type { CollectionEntry, Life, ProjectEntry, Registry, RunEntry, TypeEntry } from './state.js'

export const addCollection = ({ collections, artifacts, models }: Registry, entry: CollectionEntry): void => {
  collections.set(entry.path, entry)
  entry.lives[0].kin.collections.push(entry)
  if (entry.kind === 'artifact') artifacts.push(entry)
  else models.push(entry)
}

/** A life as it begins. */
export const lifeFrom = (
  registry: Registry,
  ref: CollectionRef,
  artifactType: string,
  { position, actor, first }: Readonly<{ position: number; actor: string; first: number }>,
): Life => {
  const { words } = registry.versions
  const type = interned(words, artifactType)
  return { created: position, actor: interned(words, actor), type, kin: kinOf(registry, ref, type, position), first }
}

/** A further life of what was deleted: it may be of another type. */
export const addLife = (entry: CollectionEntry, life: Life): void => {
  entry.lives.push(life)
  addKin(life.kin, entry)
  addPosition(life.kin.createdAt, life.created)
}

/** A later life may be of another type. */
export const addKin = (kin: TypeEntry, entry: CollectionEntry): void => {
  const { joined } = kin
  if (entry.lives[0].kin === kin || joined.includes(entry)) return
  joined.splice(joined.findLastIndex(({ created }) => created < entry.created) + 1, 0, entry)
}

export const addRun = (registry: Registry, run: RunEntry): void => {
  registry.runs.set(run.path, run)
  registry.runsInOrder.push(run)
  projectOf(registry, run.ref, run.started).runs.push(run)
}

/** Those among which a collection that is created now takes its place. */
export const kinOf = (registry: Registry, ref: CollectionRef, type: string, created: number): TypeEntry => {
  const { types } = projectOf(registry, ref, created)
  const known = types.get(type)
  if (known !== undefined) {
    known.created = Math.min(known.created, created)
    return known
  }
  const fresh: TypeEntry = {
    type,
    created,
    collections: [],
    joined: [],
    createdAt: positionList(),
    deletedAt: positionList(),
    everArchived: new Set(),
    addedAt: positionList(),
    endedAt: positionList(),
  }
  types.set(type, fresh)
  return fresh
}

interface Place {
  readonly entity: string
  readonly project: string
}

export const projectPath = ({ entity, project }: Place): string => `${entity}/${project}`

export const projectOf = (
  { entities, projects }: Registry,
  { entity, project }: Place,
  created: number,
): ProjectEntry => {
  const path = projectPath({ entity, project })
  const known = projects.get(path)
  if (known !== undefined) return known
  const fresh: ProjectEntry = { entity, project, created, types: new Map(), runs: [] }
  projects.set(path, fresh)
  const owner = entities.get(entity)
  if (owner === undefined) entities.set(entity, { entity, created, projects: [fresh] })
  else owner.projects.push(fresh)
  return fresh
}
