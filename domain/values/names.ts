/**
 * The names of things, and the paths that people write: `entity/project/name:alias`. The rules follow
 * Weights & Biases; where its server is silent they are the stricter reading.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { dictionary, distinct, oneOf, type Problem, record, rule, shown, text, wholeNumber } from './codec.js'

const hasControl = (value: string): boolean => /\p{Cc}/u.test(value)
const within = (value: string, most: number): boolean =>
  value.length > 0 && (value.length <= most || [...value].length <= most)

const scopeName = (what: string) =>
  text(
    `${what}: 1 to 128 characters, none of / \\ # ? % : and no control characters`,
    (value) => within(value, 128) && !/[/\\#?%:]/.test(value) && !hasControl(value),
  )

export const EntityName = scopeName('the name of an entity')
export const ProjectName = scopeName('the name of a project')

export const ArtifactName = text('the name of an artifact: 1 to 128 of the characters A-Z a-z 0-9 _ - .', (value) =>
  /^[A-Za-z0-9_.-]{1,128}$/.test(value),
)

export const ModelName = text(
  'the name of a registered model: 1 to 128 characters, no / or : or control characters, no space at either end',
  (value) => within(value, 128) && !/[/:]/.test(value) && !hasControl(value) && value.trim() === value,
)

export const ArtifactType = text(
  'an artifact type: 1 to 128 characters, no / or : or control characters, not "job" and not beginning with "wandb-"',
  (value) =>
    within(value, 128) && !/[/:]/.test(value) && !hasControl(value) && value !== 'job' && !value.startsWith('wandb-'),
)

export const Alias = text(
  'an alias: 1 to 128 characters, no / or : or control characters, and not of the form v<digits>, which reads a version number',
  (value) => within(value, 128) && !/[/:]/.test(value) && !hasControl(value) && !isVersionName(value),
)
export const Aliases = distinct(Alias, 'a list of at most 100 aliases', 100)

export const Tag = text(
  'a tag: 1 to 128 characters, groups of letters, digits, _ and - with single spaces between them',
  (value) => within(value, 128) && /^[\p{L}\p{N}_-]+( [\p{L}\p{N}_-]+)*$/u.test(value),
)
export const Tags = distinct(Tag, 'a list of at most 20 tags', 20)

const idName = (what: string) =>
  text(
    `${what}: 1 to 128 characters, no / or control characters`,
    (value) => within(value, 128) && !value.includes('/') && !hasControl(value),
  )
export const RunId = idName('the id of a run')
export const DistributedId = idName('a distributed id')
export const GroupName = idName('the name of a run group')
export const WriterName = idName('the name of a writer')

export const Description = text('a description: at most 65,536 characters', (value) => value.length <= 65_536)

/** A version number: `v0` is 0. */
export const VersionNumber = wholeNumber('a version number: 0, 1, 2, ...')

/** Which version: its number, or the alias that it holds. */
export const VersionChoice = rule(
  'a version number (0, 1, 2, ...) or an alias',
  (value): value is number | string => VersionNumber.is(value) || Alias.is(value),
)
export type VersionChoice = t.TypeOf<typeof VersionChoice>

/** Who is expected to hold an alias: a version number, or nobody. */
export const ExpectedHolder = rule(
  'the version number that is expected to hold the alias, or "absent"',
  (value): value is number | 'absent' => VersionNumber.is(value) || value === 'absent',
)
export type ExpectedHolder = t.TypeOf<typeof ExpectedHolder>

/** Expected holders by alias, for commands that may move several. All of them must hold. */
export const ExpectedHolders = dictionary('expected holders by alias, at most 100', Alias, ExpectedHolder, 100)
export type ExpectedHolders = t.TypeOf<typeof ExpectedHolders>

/** Registered models live in projects named `model-registry` or `wandb-registry-…`, and nothing else does. */
export const isRegistryProject = (project: string): boolean =>
  project === 'model-registry' || project.startsWith(REGISTRY_PREFIX)
const REGISTRY_PREFIX = 'wandb-registry-'

const ArtifactProject = text(
  'the name of a project for artifacts: 1 to 128 characters, none of / \\ # ? % :, not "model-registry" and not beginning with "wandb-registry-" (those hold registered models)',
  (value) => ProjectName.is(value) && !isRegistryProject(value),
)
const RegistryProject = text(
  'the name of a registry: "model-registry" or "wandb-registry-" and a name',
  (value) => ProjectName.is(value) && isRegistryProject(value) && value !== REGISTRY_PREFIX,
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
export const CollectionRef = new t.Type<CollectionRef>(
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

/** One version of an artifact. */
export const VersionRef = record('a version {entity, project, name, version}', {
  entity: EntityName,
  project: ArtifactProject,
  name: ArtifactName,
  version: VersionNumber,
})
export type VersionRef = t.TypeOf<typeof VersionRef>

export const RunOutcome = oneOf('finished', 'failed', 'crashed', 'killed')
export type RunOutcome = t.TypeOf<typeof RunOutcome>

const isVersionName = (value: string): boolean => /^v\d+$/.test(value)

/** `entity/project/name` */
export const collectionPath = ({ entity, project, name }: CollectionRef): string => `${entity}/${project}/${name}`

/** `entity/project/name:v3` */
export const versionPath = (collection: CollectionRef, version: VersionChoice): string =>
  `${collectionPath(collection)}:${versionName(version)}`

/** `v3`, or the alias itself. */
export const versionName = (version: VersionChoice): string => (typeof version === 'number' ? `v${version}` : version)

/** `entity/project/run` */
export const runPath = ({ entity, project, run }: RunRef): string => `${entity}/${project}/${run}`

/** What fills the parts that a path leaves out. */
export interface NameDefaults {
  readonly entity?: string | undefined
  readonly project?: string | undefined
}

/** A path, split: the collection's parts as far as they were written, and the version, if one was. */
interface SplitPath {
  readonly parts: ReadonlyArray<string>
  readonly version?: VersionChoice
}

const splitPath = (path: string): SplitPath => {
  const colon = path.indexOf(':')
  const parts = (colon === -1 ? path : path.slice(0, colon)).split('/')
  if (colon === -1) return { parts }
  const version = path.slice(colon + 1)
  return { parts, version: isVersionName(version) ? Number(version.slice(1)) : version }
}

const problem = (path: unknown, expected: string): E.Either<ReadonlyArray<Problem>, never> =>
  E.left([{ at: '', expected, actual: shown(path) }])

const inContext =
  <A>(path: string) =>
  (decoded: t.Validation<A>): E.Either<ReadonlyArray<Problem>, A> =>
    E.isRight(decoded)
      ? decoded
      : E.left(
          decoded.left.map((error) => ({
            at: `${error.context.at(-1)?.key || 'part'} of ${shown(path)}`,
            expected: error.message ?? error.context.at(-1)?.type.name ?? 'another value',
            actual: shown(error.value),
          })),
        )

const DEFAULT_PROJECT = 'uncategorized'
const DEFAULT_REGISTRY = 'model-registry'

const parseCollection = <A>(
  codec: t.Type<A>,
  defaultProject: string,
  defaults: NameDefaults,
  path: string,
): E.Either<ReadonlyArray<Problem>, A> => {
  const { parts, version } = splitPath(path)
  if (version !== undefined) return problem(path, 'a name without a version or alias')
  return collectionOf(codec, defaultProject, defaults, path, parts)
}

const collectionOf = <A>(
  codec: t.Type<A>,
  defaultProject: string,
  defaults: NameDefaults,
  path: string,
  parts: ReadonlyArray<string>,
): E.Either<ReadonlyArray<Problem>, A> => {
  if (parts.length > 3) return problem(path, 'at most three parts: entity/project/name')
  const [name, project = defaultProject, entity = defaults.entity] = [...parts].reverse()
  if (entity === undefined) return problem(path, 'entity/project/name (this ledger has no default entity)')
  return inContext<A>(path)(codec.decode({ entity, project, name }))
}

/** Reads `[[entity/]project/]name` as an artifact. */
export const parseArtifact = (path: string, defaults: NameDefaults): E.Either<ReadonlyArray<Problem>, ArtifactRef> =>
  parseCollection(ArtifactRef, defaults.project ?? DEFAULT_PROJECT, defaults, path)

/** Reads `[[entity/]registry/]name` as a registered model; a bare name is in `model-registry`. */
export const parseModel = (path: string, defaults: NameDefaults): E.Either<ReadonlyArray<Problem>, ModelRef> =>
  parseCollection(ModelRef, DEFAULT_REGISTRY, defaults, path)

/** Reads `[[entity/]project/]run`. */
export const parseRun = (path: string, defaults: NameDefaults): E.Either<ReadonlyArray<Problem>, RunRef> => {
  const parts = path.split('/')
  if (parts.length > 3) return problem(path, 'at most three parts: entity/project/run')
  const [run, project = defaults.project ?? DEFAULT_PROJECT, entity = defaults.entity] = [...parts].reverse()
  if (entity === undefined) return problem(path, 'entity/project/run (this ledger has no default entity)')
  return inContext<RunRef>(path)(RunRef.decode({ entity, project, run }))
}

/** A version as a path names it. */
export interface VersionPath<C extends CollectionRef = CollectionRef> {
  readonly collection: C
  readonly version: VersionChoice
}

/**
 * Reads `[[entity/]project/]name[:alias|:vN]`; without a version it means `latest`. A bare name may be an
 * artifact of the default project or a registered model of `model-registry`: both are given, the artifact
 * first, for the reader to see which exists.
 */
export const parseVersion = (
  path: string,
  defaults: NameDefaults,
): E.Either<ReadonlyArray<Problem>, readonly [VersionPath, ...VersionPath[]]> => {
  const { parts, version = 'latest' } = splitPath(path)
  if (!VersionChoice.is(version))
    return problem(path, 'after the ":" a version number (v0, v1, ...) or an alias without / and :')
  const project = parts.length > 1 ? parts.at(-2) : undefined
  const asModel = () => collectionOf<CollectionRef>(ModelRef, DEFAULT_REGISTRY, defaults, path, parts)
  const asArtifact = () =>
    collectionOf<CollectionRef>(ArtifactRef, defaults.project ?? DEFAULT_PROJECT, defaults, path, parts)
  const readings =
    project === undefined ? [asArtifact(), asModel()] : [isRegistryProject(project) ? asModel() : asArtifact()]
  const legal = readings.filter(E.isRight).map(({ right }) => ({ collection: right, version }))
  const [first, ...rest] = legal
  return first !== undefined ? E.right([first, ...rest]) : (readings.find(E.isLeft) ?? problem(path, 'a name'))
}

/** Whether a collection is a registered model. */
export const isModel = (collection: CollectionRef): collection is ModelRef => isRegistryProject(collection.project)
