/** The entity or the project that a list is limited to, and what is there. */
import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { shown } from '../../../domain/values/codec.js'
import { parseProject } from '../../../domain/values/name-paths.js'
import { projectPath } from '../places.js'
import type { CollectionEntry, ProjectEntry, Registry } from '../state.js'
import type { RegistryAsOf } from './as-of.js'
import type { NameError } from './errors.js'
import { isOfWholePath } from './pattern.js'

/** A project, as a path, or all those of an entity; everything, where neither is told. */
export interface Place {
  readonly entity?: string | undefined
  readonly project?: string | undefined
}

/** With the project's path in full: `entity/project`. The codec says what kind of project is meant. */
export const placeOf = <P extends string>(
  { defaults }: RegistryAsOf,
  codec: t.Type<P, string>,
  { entity, project }: Place,
): E.Either<NameError, Place> => {
  if (project === undefined) return E.right({ entity })
  const parsed = parseProject(codec, project, { entity: entity ?? defaults.entity })
  if (E.isLeft(parsed)) return E.left({ _tag: 'invalid-input', problems: parsed.left })
  if (entity === undefined || parsed.right.entity === entity) return E.right({ project: projectPath(parsed.right) })
  const problem = { at: 'project', expected: `a project of the entity ${shown(entity)}`, actual: shown(project) }
  return E.left({ _tag: 'invalid-input', problems: [problem] })
}

export function* projectsIn({ entities, projects }: Registry, { entity, project }: Place): Generator<ProjectEntry> {
  if (project !== undefined) {
    const only = projects.get(project)
    if (only !== undefined) yield only
  } else if (entity !== undefined) yield* entities.get(entity)?.projects ?? []
  else yield* projects.values()
}

/** What limits a list of artifacts or of registered models, as they are from the beginning. */
export interface Within {
  readonly place: Place
  readonly type?: string | undefined
  /** A pattern of the path. */
  readonly name?: string | undefined
}

/**
 * Lists that hold all that is within, each in the order in which it came, and as little else as can be known without a
 * look at each; `everything` where nothing limits them.
 */
export const candidatesWithin = (
  registry: Registry,
  { place, type, name }: Within,
  everything: ReadonlyArray<ReadonlyArray<CollectionEntry>>,
): ReadonlyArray<ReadonlyArray<CollectionEntry>> => {
  if (name !== undefined && !/[*?]/.test(name))
    return isOfWholePath(name) ? [[registry.collections.get(name) ?? []].flat()] : namedIn(registry, place, name)
  const narrowed = place.project === undefined ? (placeOfPattern(name) ?? place) : place
  if (isEverywhere(narrowed) && type === undefined) return everything
  const projects = [...projectsIn(registry, narrowed)]
  return type === undefined
    ? projects.flatMap(({ types }) => [...types.values()].map(({ collections }) => collections))
    : projects.flatMap(({ types }) => {
        const kin = types.get(type)
        return kin === undefined ? [] : [kin.collections, kin.joined]
      })
}

/** What has a name that leaves out where it is, `model` or `churn/model`: one of each project at most. */
const namedIn = (registry: Registry, place: Place, pattern: string): ReadonlyArray<ReadonlyArray<CollectionEntry>> => {
  const [name = '', of] = pattern.split('/').reverse()
  return [...projectsIn(registry, place)].flatMap((found) => {
    const named = registry.collections.get(`${projectPath(found)}/${name}`)
    return named === undefined || (of !== undefined && of !== found.project) ? [] : [[named]]
  })
}

/** Where all is that fits a pattern: `acme/churn/*` is in a project, `acme/*` of an entity. */
const placeOfPattern = (name = ''): Place | undefined => {
  if (!isOfWholePath(name)) return undefined
  const [, entity, project] = /^([^*?/]+)\/(?:([^*?/]+)\/)?/.exec(name) ?? []
  if (entity === undefined) return undefined
  return project === undefined ? { entity } : { project: projectPath({ entity, project }) }
}

/** Whether it is there, and in any of its lives of that type. */
export const isWithin = ({ ref, lives }: CollectionEntry, { place, type: wanted }: Within): boolean =>
  (wanted === undefined || lives.some(({ type }) => type === wanted)) &&
  (place.entity === undefined || ref.entity === place.entity) &&
  (place.project === undefined || projectPath(ref) === place.project)

export const isEverywhere = ({ entity, project }: Place): boolean => entity === undefined && project === undefined
