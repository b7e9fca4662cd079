/** What one chooses among on the way to a version: entities, their projects, and the types of artifacts there. */
import * as E from 'fp-ts/lib/Either.js'
import { ProjectName } from '../../../domain/values/names.js'
import { isRegistryProject } from '../../../domain/values/references.js'
import type { BadCursor } from '../../paging/cursor.js'
import type { Page } from '../../paging/page.js'
import { countOfUpTo } from '../../storage/position-list.js'
import { projectPath } from '../places.js'
import type { EntityEntry, ProjectEntry, TypeEntry } from '../state.js'
import { isArchived, liveCount } from './artifact.js'
import { lifeAt, momentAt, type RegistryAsOf } from './as-of.js'
import type { Moment, NameError } from './errors.js'
import { countOf, type List, listed } from './in-order.js'
import type { Steps } from './in-steps.js'
import { type Place, placeOf, projectsIn } from './place.js'

/** How much there is. What is deleted, links that are taken away or whose source is deleted, and what is archived are not counted. */
export interface Counts {
  readonly artifacts: number
  readonly versions: number
  readonly registeredModels: number
  /** Of all these registered models together. */
  readonly links: number
}

export interface EntitySummary extends Counts {
  readonly entity: string
  /** Of what it has first. */
  readonly created: Moment
  /** Those that hold artifacts and runs, and those that hold registered models. */
  readonly projects: number
  readonly registries: number
  readonly runs: number
}

export interface ProjectSummary extends Counts {
  /** A registry holds registered models, any other project artifacts and runs. */
  readonly kind: 'project' | 'registry'
  /** `entity/project` */
  readonly path: string
  readonly entity: string
  readonly project: string
  /** Of what it holds first. */
  readonly created: Moment
  readonly runs: number
}

export interface TypeSummary extends Counts {
  readonly type: string
  /** Of the first artifact or registered model of this type. */
  readonly created: Moment
}

export interface ProjectList extends List {
  /** Of this entity. */
  readonly entity?: string
}

export interface TypeList extends ProjectList {
  /** In this project, or registry: `[entity/]project`. */
  readonly project?: string
}

export const listEntities = (
  registryAsOf: RegistryAsOf,
  list: List,
): Steps<E.Either<BadCursor, Page<EntitySummary>>> => {
  const from = [[...registryAsOf.registry.entities.values()]]
  return listed(registryAsOf, list, {
    positionOf: createdOf,
    isMeant: all<EntityEntry>,
    what: 'entities',
    from,
    nameOf: nameOfEntity,
    answer: entitySummary,
  })
}

export const listProjects = (
  registryAsOf: RegistryAsOf,
  list: ProjectList,
): Steps<E.Either<BadCursor, Page<ProjectSummary>>> => {
  const from = [[...projectsIn(registryAsOf.registry, { entity: list.entity })]]
  return listed(registryAsOf, list, {
    positionOf: createdOf,
    isMeant: all<ProjectEntry>,
    what: 'projects',
    from,
    nameOf: projectPath,
    answer: projectSummary,
  })
}

/** The types of what is in a project, in all projects of an entity, or anywhere. */
export function* listArtifactTypes(
  registryAsOf: RegistryAsOf,
  list: TypeList,
): Steps<E.Either<NameError | BadCursor, Page<TypeSummary>>> {
  const place = placeOf(registryAsOf, ProjectName, list)
  if (E.isLeft(place)) return place
  const from = [typesIn(registryAsOf, place.right)]
  return yield* listed(
    registryAsOf,
    { ...list, ...place.right },
    { positionOf: createdOf, isMeant: all<TypeIn>, what: 'types', from, nameOf: nameOfType, answer: typeSummary },
  )
}

interface Kin {
  readonly isRegistry: boolean
  readonly kin: TypeEntry
}

/** One type in all projects that have it. */
interface TypeIn {
  readonly type: string
  readonly created: number
  readonly kins: Kin[]
}

/** By where each began. */
const typesIn = ({ registry }: RegistryAsOf, place: Place): ReadonlyArray<TypeIn> => {
  const types = new Map<string, TypeIn>()
  for (const project of projectsIn(registry, place))
    for (const found of kinsOf(project)) {
      const { type } = found.kin
      const created = Math.min(types.get(type)?.created ?? Infinity, found.kin.created)
      types.set(type, { type, created, kins: [...(types.get(type)?.kins ?? []), found] })
    }
  return [...types.values()].sort((one, other) => one.created - other.created)
}

const kinsOf = ({ project, types }: ProjectEntry): ReadonlyArray<Kin> =>
  [...types.values()].map((kin) => ({ isRegistry: isRegistryProject(project), kin }))

const nameOfEntity = ({ entity }: EntityEntry): string => entity
const nameOfType = ({ type }: TypeIn): string => type

const entitySummary = (registryAsOf: RegistryAsOf, { entity, created, projects }: EntityEntry): EntitySummary => {
  const there = projects.slice(0, countOf(projects, createdOf, registryAsOf.position))
  const registries = there.filter(({ project }) => isRegistryProject(project)).length
  return {
    entity,
    created: momentAt(registryAsOf, created),
    projects: there.length - registries,
    registries,
    ...counts(registryAsOf, there.flatMap(kinsOf)),
    runs: there.reduce((sum, project) => sum + runsOf(registryAsOf, project), 0),
  }
}

const projectSummary = (registryAsOf: RegistryAsOf, entry: ProjectEntry): ProjectSummary => ({
  kind: isRegistryProject(entry.project) ? 'registry' : 'project',
  path: projectPath(entry),
  entity: entry.entity,
  project: entry.project,
  created: momentAt(registryAsOf, entry.created),
  ...counts(registryAsOf, kinsOf(entry)),
  runs: runsOf(registryAsOf, entry),
})

const typeSummary = (registryAsOf: RegistryAsOf, { type, created, kins }: TypeIn): TypeSummary => ({
  type,
  created: momentAt(registryAsOf, created),
  ...counts(registryAsOf, kins),
})

const createdOf = ({ created }: { readonly created: number }): number => created
const all =
  <A>() =>
  (_: A): _ is A =>
    true

const runsOf = ({ position }: RegistryAsOf, { runs }: ProjectEntry): number =>
  countOf(runs, ({ started }) => started, position)

const counts = (registryAsOf: RegistryAsOf, kins: ReadonlyArray<Kin>): Counts => {
  const { position } = registryAsOf
  const sums = { artifacts: 0, versions: 0, registeredModels: 0, links: 0 }
  for (const { isRegistry, kin } of kins) {
    const [collections, versions] = isRegistry
      ? (['registeredModels', 'links'] as const)
      : (['artifacts', 'versions'] as const)
    sums[collections] += countOfUpTo(kin.createdAt, position) - countOfUpTo(kin.deletedAt, position)
    sums[versions] += countOfUpTo(kin.addedAt, position) - countOfUpTo(kin.endedAt, position)
    for (const entry of kin.everArchived) {
      // It may be archived in another life, of another type.
      if (!isArchived(registryAsOf, entry) || lifeAt(registryAsOf, entry).kin !== kin) continue
      sums[collections] -= 1
      sums[versions] -= liveCount(registryAsOf, entry)
    }
  }
  return sums
}
