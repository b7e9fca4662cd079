/** Where everything stands: the entities, their projects, and what is in each of these, by type. */
import type { CollectionRef } from '../../domain/values/references.js'
import { positionList } from '../storage/position-list.js'
import type { CollectionEntry, ProjectEntry, Registry, RunEntry, TypeEntry } from './state.js'

export const addCollection = ({ collections, artifacts, models }: Registry, entry: CollectionEntry): void => {
  collections.set(entry.path, entry)
  entry.kin.collections.push(entry)
  if (entry.kind === 'artifact') artifacts.push(entry)
  else models.push(entry)
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
  if (known !== undefined) return known
  const fresh: TypeEntry = {
    type,
    collections: [],
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
