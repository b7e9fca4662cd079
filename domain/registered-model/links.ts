/** Finding a link of a registered model. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { aliasesOf, missingIn } from '../collections/aliases.js'
import { wasDeleted } from '../collections/lives.js'
import type { LinkRemoved, VersionRejection } from '../collections/version-rejections.js'
import type { Basis } from '../command-definition.js'
import type { StandingLink } from '../ports/facts.js'
import type { ReadonlyState } from '../values/decider.js'
import type { VersionChoice, VersionNumber } from '../values/names.js'
import type { ArtifactRef, CollectionRef, ModelRef } from '../values/references.js'
import { type LinkState, linkAt, linksToArtifact, newestStanding } from './link-columns.js'
import type { RegisteredModelState } from './state.js'

export interface FoundLink {
  readonly number: VersionNumber
  readonly link: LinkState
}

export const findLink = (
  collection: CollectionRef,
  choice: VersionChoice,
  state: ReadonlyState<RegisteredModelState>,
): E.Either<VersionRejection, FoundLink> => {
  const number = typeof choice === 'number' ? choice : state.aliases.get(choice)?.version
  const link = number === undefined ? undefined : linkAt(state.links, number)
  if (number !== undefined && link !== undefined) return E.right({ number, link })
  return E.left({
    _tag: 'version-not-found',
    collection,
    version: choice,
    newest: newestStanding(state.links),
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
  [...linksToArtifact(links, artifact)]
    .filter(({ source }) => version === undefined || source === version)
    .map((link) => ({ model, ...link, aliases: aliasesOf(link.version)(aliases) }))
