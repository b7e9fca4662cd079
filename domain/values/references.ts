/** References to what has a name: artifacts, registered models, their versions, runs; and their paths as text. */

import * as t from 'io-ts'
import { record, rule } from './codec.js'
import { ArtifactName, DistributedId, EntityName, ModelName, ProjectName, RunId, VersionNumber } from './names.js'
import { firstOf, PATH_OR_CONTROL, told } from './new-names.js'

interface ArtifactProjectBrand {
  readonly ArtifactProject: unique symbol
}
interface RegistryProjectBrand {
  readonly RegistryProject: unique symbol
}

/** A project that holds artifacts and runs. Its type tells references to these from those to registered models. */
export type ArtifactProject = t.Branded<string, ArtifactProjectBrand>
/** A project that holds registered models. */
export type RegistryProject = t.Branded<string, RegistryProjectBrand>

const REGISTRY_PREFIX = 'wandb-registry-'

/** Registered models live in projects named `model-registry` or `wandb-registry-…`, and nothing else does. */
export const isRegistryProject = (project: string): project is RegistryProject =>
  project === 'model-registry' || project.startsWith(REGISTRY_PREFIX)
export const isArtifactProject = (project: string): project is ArtifactProject => !isRegistryProject(project)

const whichOfProject = (value: string): string | undefined => firstOf(value, PATH_OR_CONTROL)

export const ArtifactProject = told(
  rule<ArtifactProject, string>(
    'the name of a project for artifacts: 1 to 128 code points, none of / \\ # ? % :, not "model-registry" and not beginning with "wandb-registry-" (those hold registered models)',
    (value): value is ArtifactProject => ProjectName.is(value) && isArtifactProject(value),
  ),
  whichOfProject,
)
export const RegistryProject = told(
  rule<RegistryProject, string>(
    'the name of a registry: "model-registry" or "wandb-registry-" and a name',
    (value): value is RegistryProject => ProjectName.is(value) && isRegistryProject(value) && value !== REGISTRY_PREFIX,
  ),
  whichOfProject,
)

/** An artifact: the collection in which versions are born. */
export const ArtifactRef = record('an artifact {entity, project, name}', {
  entity: EntityName,
  project: ArtifactProject,
  name: ArtifactName,
})
export type ArtifactRef = t.TypeOf<typeof ArtifactRef>

/** A registered model: the collection to which versions are linked. */
export const ModelRef = record('a registered model {entity, project, name}', {
  entity: EntityName,
  project: RegistryProject,
  name: ModelName,
})
export type ModelRef = t.TypeOf<typeof ModelRef>

/** An artifact or a registered model; its project says which. */
export type CollectionRef = ArtifactRef | ModelRef
export const CollectionRef = new t.Type<CollectionRef, t.OutputOf<typeof ArtifactRef>>(
  'an artifact or a registered model {entity, project, name}',
  (value): value is CollectionRef => ArtifactRef.is(value) || ModelRef.is(value),
  (value, context) => {
    const project: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'project') : undefined
    return typeof project === 'string' && isRegistryProject(project)
      ? ModelRef.validate(value, context)
      : ArtifactRef.validate(value, context)
  },
  (value) => value,
)

export const RunRef = record('a run {entity, project, run}', {
  entity: EntityName,
  project: ArtifactProject,
  run: RunId,
})
export type RunRef = t.TypeOf<typeof RunRef>

/** A draft that several writers make together, through all its generations. */
export const DraftRef = record('a distributed draft {artifact, distributedId}', {
  artifact: ArtifactRef,
  distributedId: DistributedId,
})
export type DraftRef = t.TypeOf<typeof DraftRef>

/** One version of an artifact. */
export const VersionRef = record('a version {entity, project, name, version}', {
  entity: EntityName,
  project: ArtifactProject,
  name: ArtifactName,
  version: VersionNumber,
})
export type VersionRef = t.TypeOf<typeof VersionRef>

/** A link: one version of a registered model. */
export const LinkRef = record('a registered version', { model: ModelRef, version: VersionNumber })
export type LinkRef = t.TypeOf<typeof LinkRef>

/** `entity/project/name` */
export const collectionPath = ({ entity, project, name }: CollectionRef): string => `${entity}/${project}/${name}`

/** `entity/project/name:v3` */
export const versionPath = (collection: CollectionRef, version: number | string): string =>
  `${collectionPath(collection)}:${versionName(version)}`

/** `v3`, or the alias itself. */
export const versionName = (version: number | string): string => (typeof version === 'number' ? `v${version}` : version)

/** `entity/project/run` */
export const runPath = ({ entity, project, run }: RunRef): string => `${entity}/${project}/${run}`

/** Whether a collection is a registered model. */
export const isModel = (collection: CollectionRef): collection is ModelRef => isRegistryProject(collection.project)
