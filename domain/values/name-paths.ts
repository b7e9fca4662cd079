/** Reading `entity/project/name:alias`: paths of names, with what a caller may leave out. */
import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import { type Problem, record, shown } from './codec.js'
import { EntityName, isVersionName, VersionChoice, versionNumberAt } from './names.js'
import { ArtifactRef, type CollectionRef, collectionPath, isRegistryProject, ModelRef, RunRef } from './references.js'

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
  return { parts, version: isVersionName(version) ? versionNumberAt(Number(version.slice(1))) : version }
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

/** What is right where a version is named and a whole collection is meant. */
export const nameAlone = (path: string): string => `a name alone, without a version or alias: ${path.split(':')[0]}`

const parseCollection = <A>(
  codec: t.Decoder<unknown, A>,
  defaultProject: string,
  defaults: NameDefaults,
  path: string,
): E.Either<ReadonlyArray<Problem>, A> => {
  const { parts, version } = splitPath(path)
  if (version !== undefined) return problem(path, nameAlone(path))
  return collectionOf(codec, defaultProject, defaults, path, parts)
}

const collectionOf = <A>(
  codec: t.Decoder<unknown, A>,
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

/** Reads `[entity/]project`; the codec says what kind of project is meant. */
export const parseProject = <P extends string>(
  codec: t.Type<P, string>,
  path: string,
  defaults: NameDefaults,
): E.Either<ReadonlyArray<Problem>, { readonly entity: string; readonly project: P }> => {
  const parts = path.split('/')
  if (parts.length > 2) return problem(path, 'at most two parts: entity/project')
  const [project, entity = defaults.entity] = [...parts].reverse()
  if (entity === undefined) return problem(path, 'entity/project (this ledger has no default entity)')
  const ref = record('a project {entity, project}', { entity: EntityName, project: codec })
  return inContext<{ readonly entity: string; readonly project: P }>(path)(ref.decode({ entity, project }))
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

/** The same of a name alone, `[[entity/]project/]name`: a version is refused, which would be left out of the answer unseen. */
export const parseEither = (path: string, defaults: NameDefaults): ReturnType<typeof parseVersion> =>
  splitPath(path).version === undefined ? parseVersion(path, defaults) : problem(path, nameAlone(path))

/** A bare name that is both an artifact and a registered model. */
export interface AmbiguousName {
  readonly _tag: 'ambiguous-name'
  readonly name: string
  /** Each in full. */
  readonly readings: ReadonlyArray<string>
}

export const describeAmbiguousName = ({ name, readings }: AmbiguousName): string =>
  `"${name}" may mean ${readings.join(' or ')}; write the one that is meant in full`

/** The reading of a name that is meant, of those that are there: the only one, or none. */
export const meantOf = <Reading extends { readonly collection: CollectionRef }>(
  name: string,
  present: ReadonlyArray<Reading>,
): E.Either<AmbiguousName, Reading | undefined> =>
  present.length > 1
    ? E.left({
        _tag: 'ambiguous-name',
        name,
        readings: present.map(({ collection }) => collectionPath(collection)),
      })
    : E.right(present[0])
