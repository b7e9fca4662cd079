/** The entity or the project that a list is limited to. */
import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { shown } from '../../../domain/values/codec.js'
import { parseProject } from '../../../domain/values/name-paths.js'
import { projectPath } from '../places.js'
import type { ProjectEntry, Registry } from '../state.js'
import type { RegistryAsOf } from './as-of.js'
import type { QueryError } from './errors.js'

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
): E.Either<QueryError, Place> => {
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
