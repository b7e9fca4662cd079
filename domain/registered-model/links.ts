/** Finding a link of a registered model. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { aliasesOf, missingIn } from '../collections/aliases.js'
import { wasDeleted } from '../collections/lives.js'
import type { LinkRemoved, VersionRejection } from '../collections/version-rejections.js'
import type { Basis } from '../command-definition.js'
import type { StandingLink } from '../ports/facts.js'
import type { ReadonlyState } from '../values/decider.js'
import { type VersionChoice, type VersionNumber, versionNumberAt } from '../values/names.js'
import { type ArtifactRef, type CollectionRef, collectionPath, type ModelRef } from '../values/references.js'
import { isStanding, type LinkState, type RegisteredModelState } from './state.js'

export interface FoundLink {
  readonly number: VersionNumber
  readonly link: ReadonlyState<LinkState>
}

export const findLink = (
  collection: CollectionRef,
  choice: VersionChoice,
  state: ReadonlyState<RegisteredModelState>,
): E.Either<VersionRejection, FoundLink> => {
  const number = typeof choice === 'number' ? choice : state.aliases.get(choice)?.version
  const link = number === undefined ? undefined : state.links[number]
  if (number !== undefined && link !== undefined) return E.right({ number, link })
  const newest = state.links.findLastIndex(isStanding)
  return E.left({
    _tag: 'version-not-found',
    collection,
    version: choice,
    newest: newest < 0 ? null : versionNumberAt(newest),
    exists: state.artifactType !== null,
    ...wasDeleted(state),
    ...(typeof choice === 'string' && state.artifactType !== null ? { missingAlias: missingIn(state, choice) } : {}),
  })
}

/** A link that is there, by number or alias. */
export const liveLink = (
  collection: CollectionRef,
  choice: VersionChoice,
  state: ReadonlyState<RegisteredModelState>,
): E.Either<VersionRejection | LinkRemoved, FoundLink> =>
  pipe(
    findLink(collection, choice, state),
    E.flatMap((found): ReturnType<typeof liveLink> => {
      const { number: version, link } = found
      if (link.unlinked !== undefined)
        return E.left({ _tag: 'link-removed', collection, version, unlinked: link.unlinked })
      return link.deleted === undefined
        ? E.right(found)
        : E.left({ _tag: 'version-deleted', collection, version, deleted: link.deleted })
    }),
  )

/** The number of the link that is meant, or why there is none: as long as it is the same, so is the source. */
export const linkMeant = (
  collection: CollectionRef,
  choice: VersionChoice,
  state: ReadonlyState<RegisteredModelState>,
): Basis => {
  const found = liveLink(collection, choice, state)
  return E.isRight(found) ? found.right.number : found.left._tag
}

/** The links that stand to a version of an artifact, or to any, with their aliases. */
export const standingLinks = (
  model: ModelRef,
  { links, aliases }: ReadonlyState<RegisteredModelState>,
  artifact: ArtifactRef,
  version: VersionNumber | undefined,
): ReadonlyArray<StandingLink> =>
  links.flatMap((link, number) => {
    const { source } = link
    return isStanding(link) &&
      collectionPath(source) === collectionPath(artifact) &&
      (version === undefined || source.version === version)
      ? [{ model, version: versionNumberAt(number), source: source.version, aliases: aliasesOf(number)(aliases) }]
      : []
  })
