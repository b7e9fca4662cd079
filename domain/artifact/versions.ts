/** The versions of an artifact, found by number or alias. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { missingIn } from '../collections/aliases.js'
import { wasDeleted } from '../collections/lives.js'
import type { VersionRejection } from '../collections/version-rejections.js'
import type { ReadonlyState } from '../values/decider.js'
import type { VersionChoice, VersionNumber } from '../values/names.js'
import type { CollectionRef } from '../values/references.js'
import type { ArtifactState } from './state.js'
import { type VersionState, versionAt } from './version-columns.js'

export interface FoundVersion {
  readonly number: VersionNumber
  readonly version: VersionState
}

/** The number that is meant, also where there is no such version. */
export const numberOf = (
  choice: VersionChoice,
  { aliases }: Pick<ReadonlyState<ArtifactState>, 'aliases'>,
): VersionNumber | undefined => (typeof choice === 'number' ? choice : aliases.get(choice)?.version)

export const findVersion = (
  collection: CollectionRef,
  choice: VersionChoice,
  state: ReadonlyState<ArtifactState>,
): E.Either<VersionRejection, FoundVersion> => {
  const number = numberOf(choice, state)
  const version = number === undefined ? undefined : versionAt(state.versions, number)
  return number !== undefined && version !== undefined
    ? E.right({ number, version })
    : E.left({
        _tag: 'version-not-found',
        collection,
        version: choice,
        newest: state.newestLive,
        exists: state.artifactType !== null,
        ...wasDeleted(state),
        ...(typeof choice === 'string' && state.artifactType !== null
          ? { missingAlias: missingIn(state, choice) }
          : {}),
      })
}

/** A version that is there and not deleted. */
export const liveVersion = (
  collection: CollectionRef,
  choice: VersionChoice,
  state: ReadonlyState<ArtifactState>,
): E.Either<VersionRejection, FoundVersion> =>
  pipe(
    findVersion(collection, choice, state),
    E.flatMap(
      (found): E.Either<VersionRejection, FoundVersion> =>
        found.version.deleted === undefined
          ? E.right(found)
          : E.left({ _tag: 'version-deleted', collection, version: found.number, deleted: found.version.deleted }),
    ),
  )
