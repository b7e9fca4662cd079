/** What there is, a page at a time: entities, projects, types, artifacts, registered models, runs, versions. */
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import { oneOf, record } from '../../domain/values/codec.js'
import { EntityName } from '../../domain/values/names.js'
import type { Page } from '../../projections/paging/page.js'
import type { Artifact } from '../../projections/registry/questions/artifact.js'
import type { TagGroup } from '../../projections/registry/questions/by-tag.js'
import {
  type EntitySummary,
  listArtifactTypes,
  listEntities,
  listProjects,
  type ProjectSummary,
  type TypeSummary,
} from '../../projections/registry/questions/choosing.js'
import { listVersions } from '../../projections/registry/questions/list.js'
import {
  listArtifacts,
  listArtifactsByTag,
  listRegisteredModels,
  listRegisteredModelsByTag,
} from '../../projections/registry/questions/list-collections.js'
import { listRuns, type RunOrder } from '../../projections/registry/questions/list-runs.js'
import type { RegistryAsOf } from '../../projections/registry/questions/lookup.js'
import type { RegisteredModel } from '../../projections/registry/questions/registered-model.js'
import type { RunDetails } from '../../projections/registry/questions/run.js'
import type { Version } from '../../projections/registry/questions/version.js'
import type { Checked } from '../calling/arguments.js'
import { answer, checkedTask, type MomentFailure } from '../calling/failures.js'
import { NameText } from '../calling/input.js'
import { type ListInput, listing, type PageInput, paging, Text, WhereText, Words } from './paging.js'

export interface ProjectsInput extends ListInput {
  /** Of this entity. */
  readonly entity?: string | undefined
}
export interface ArtifactTypesInput extends ProjectsInput {
  /** In this project, or registry: `[entity/]project`. */
  readonly project?: string | undefined
}
export interface RunsInput extends ProjectsInput {
  /** In this project: `[entity/]project`. */
  readonly project?: string | undefined
  /**
   * Conditions as one text: `config:lr < 0.1 and (metric:accuracy > 0.91 or group = night)`, on `name`, `group`, `jobType`,
   * `actor`, `outcome`, `started`, `config:<key>` and `metric:<name>`.
   */
  readonly where?: string | undefined
  /** What to sort by; `started` unless told. Runs without the value come last. */
  readonly orderBy?: RunOrder | undefined
  /** `ascending` unless told. */
  readonly order?: 'ascending' | 'descending' | undefined
}
export interface VersionsInput extends PageInput {
  /** `descending` unless told: the newest first. */
  readonly order?: 'ascending' | 'descending' | undefined
}
interface CollectionsInput extends ProjectsInput {
  /** Of this artifact type. */
  readonly type?: string | undefined
  /** That carries this tag itself; those of its versions do not matter. */
  readonly tag?: string | undefined
  /**
   * Words that are all found in its path, its tags, its aliases or its description: each in any of these, also inside a word;
   * capital and small letters are the same.
   */
  readonly text?: string | undefined
  /**
   * Conditions as one text: `tag = vision and (description contains pictures or missing alias)`, on `name`, `type`, `tag`, `alias`,
   * `description`, `actor`, `created`, and of registered models `metadata:<key>`.
   */
  readonly where?: string | undefined
  /** Archived ones too. */
  readonly withArchived?: boolean | undefined
  /** Deleted ones too. */
  readonly withDeleted?: boolean | undefined
}
export interface ArtifactsInput extends CollectionsInput {
  /** In this project: `[entity/]project`. */
  readonly project?: string | undefined
}
export interface RegisteredModelsInput extends CollectionsInput {
  /** In this registry: `[entity/]registry`. */
  readonly registry?: string | undefined
}

/** The codecs of these, each named by its members. */
const input = <Members extends t.Props>(members: Members) =>
  record(`{${Object.keys({ ...members, ...paging }).join('?, ')}?}`, {}, { ...members, ...paging })

const named = { name: Text }
const owned = { ...named, entity: EntityName }
const placed = { ...owned, project: Text }
const EntitiesInput = input(named) satisfies t.Type<Checked<ListInput>>
const ProjectsInput = input(owned) satisfies t.Type<Checked<ProjectsInput>>
const ArtifactTypesInput = input(placed) satisfies t.Type<Checked<ArtifactTypesInput>>
const OrderOfRuns: t.Type<RunOrder> = t.union(
  [oneOf('started', 'name', 'group'), record('{config}', { config: Text }), record('{metric}', { metric: Text })],
  '"started", "name", "group", {config: key} or {metric: name}',
)
const Order = oneOf('ascending', 'descending')
const VersionsInput = input({ order: Order }) satisfies t.Type<Checked<VersionsInput>>
const RunsInput = input({
  ...placed,
  where: WhereText,
  orderBy: OrderOfRuns,
  order: Order,
}) satisfies t.Type<Checked<RunsInput>>
const collections = {
  type: Text,
  tag: Text,
  text: Words,
  where: WhereText,
  withArchived: t.boolean,
  withDeleted: t.boolean,
}
const ArtifactsInput = input({ ...placed, ...collections }) satisfies t.Type<Checked<ArtifactsInput>>
const RegisteredModelsInput = input({ ...owned, registry: Text, ...collections }) satisfies t.Type<
  Checked<RegisteredModelsInput>
>

export interface ListQuestions {
  /** Who has projects, and how much there is in them, in the order in which they came: a page of them. */
  readonly entities: (list?: ListInput) => Promise<Page<EntitySummary>>
  /** The projects and registries, of all entities or of one, and how much there is in each: a page of them. */
  readonly projects: (list?: ProjectsInput) => Promise<Page<ProjectSummary>>
  /** The types of artifacts in a project or registry, of an entity or anywhere, and how much there is of each: a page of them. */
  readonly artifactTypes: (list?: ArtifactTypesInput) => Promise<Page<TypeSummary>>
  /** Artifacts by the pattern `name` of their path, by place, type, tag and words, in the order in which they came: a page of them. */
  readonly artifacts: (list?: ArtifactsInput) => Promise<Page<Artifact>>
  /**
   * The same grouped by tag: one that has several is in several groups, those without any are the last group. A page holds
   * `limit` artifacts, in all its groups; the next one may go on in the same group.
   */
  readonly artifactsByTag: (list?: ArtifactsInput) => Promise<Page<TagGroup<Artifact>>>
  /** Registered models by the pattern `name` of their path, by registry, type, tag and words, in the order in which they came: a page of them. */
  readonly registeredModels: (list?: RegisteredModelsInput) => Promise<Page<RegisteredModel>>
  /** The same grouped by tag, as `artifactsByTag`. */
  readonly registeredModelsByTag: (list?: RegisteredModelsInput) => Promise<Page<TagGroup<RegisteredModel>>>
  /** Runs by the pattern `name` of their path, by place and by conditions, in the order in which they came unless told: a page of them. */
  readonly runs: (list?: RunsInput) => Promise<Page<RunDetails>>
  /** The versions of an artifact or a registered model, the newest first unless told: a page of them. */
  readonly versions: (collection: string, list?: VersionsInput) => Promise<Page<Version>>
}

export const listQuestions = (asOf: TE.TaskEither<MomentFailure, RegistryAsOf>): ListQuestions => {
  const listed = listing(asOf)
  return {
    entities: (given) => answer('entities', listed(EntitiesInput, listEntities, given)),
    projects: (given) => answer('projects', listed(ProjectsInput, listProjects, given)),
    artifactTypes: (given) => answer('artifactTypes', listed(ArtifactTypesInput, listArtifactTypes, given)),
    artifacts: (given) => answer('artifacts', listed(ArtifactsInput, listArtifacts, given)),
    artifactsByTag: (given) => answer('artifactsByTag', listed(ArtifactsInput, listArtifactsByTag, given)),
    registeredModels: (given) => answer('registeredModels', listed(RegisteredModelsInput, listRegisteredModels, given)),
    registeredModelsByTag: (given) =>
      answer('registeredModelsByTag', listed(RegisteredModelsInput, listRegisteredModelsByTag, given)),
    runs: (given) => answer('runs', listed(RunsInput, listRuns, given)),

    versions: (collection, given = {}) =>
      answer(
        'versions',
        pipe(
          TE.Do,
          TE.bind('name', () => checkedTask(NameText, collection)),
          TE.bind('list', () => checkedTask(VersionsInput, given)),
          TE.bindW('at', () => asOf),
          TE.flatMapEither(({ at, name, list: { signal: _, ...list } }) => listVersions(at, name, list)),
        ),
      ),
  }
}
