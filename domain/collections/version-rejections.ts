/** Why a version cannot be had: the same for artifacts and registered models. */
import type { RecordedBy } from '../values/decider.js'
import type { VersionChoice, VersionNumber } from '../values/names.js'
import { type CollectionRef, type ModelRef, versionPath } from '../values/references.js'
import { didYouMean } from '../values/similar-names.js'
import { describeMissingAlias, type MissingAlias, type RemovedAlias } from './missing-alias.js'

/** There is no version of that number, or none of that alias. */
export interface VersionNotFound<Removed = RemovedAlias> {
  readonly _tag: 'version-not-found'
  readonly collection: CollectionRef
  readonly version: VersionChoice
  readonly newest: VersionNumber | null
  /** Whether there is such an artifact or registered model at all. */
  readonly exists: boolean
  /** Where there is none any more: by whom and when it was deleted. */
  readonly deleted?: RecordedBy
  /** Present where it is an alias that is missing. */
  readonly missingAlias?: MissingAlias<Removed>
}

/** `Ended` says when, and what else is known of it. */
export interface VersionDeleted<Ended = RecordedBy> {
  readonly _tag: 'version-deleted'
  readonly collection: CollectionRef
  readonly version: VersionNumber
  readonly deleted: Ended
  /** The link through which it was asked for. */
  readonly link?: { readonly model: ModelRef; readonly version: VersionNumber }
}

/** A link that is there no more. */
export interface LinkRemoved<Ended = RecordedBy> {
  readonly _tag: 'link-removed'
  readonly collection: CollectionRef
  readonly version: VersionNumber
  readonly unlinked: Ended
}

export type VersionRejection = VersionNotFound | VersionDeleted

/** A collection accepts one type, fixed when it was created. */
export interface TypeMismatch {
  readonly _tag: 'type-mismatch'
  readonly collection: CollectionRef
  readonly accepted: string
  readonly offered: string
  /** The generation of a distributed draft that was sealed with the type that is offered, and waits. */
  readonly sealed?: { readonly distributedId: string; readonly generation: number }
}

/** That there is none; `when` says by whom and when its alias was removed, `then` as of when it is missing. */
export const describeNotFound = <Removed extends { readonly version: VersionNumber }>(
  { collection, version, newest, missingAlias }: Omit<VersionNotFound<Removed>, '_tag' | 'exists'>,
  when: (removed: Removed) => string,
  then = '',
): string => {
  const what =
    typeof version === 'string' && missingAlias !== undefined
      ? describeMissingAlias({ collection, alias: version }, missingAlias, when, then)
      : `${versionPath(collection, version)} does not exist${then}`
  const hint = didYouMean(missingAlias?.similar ?? [])
  return `${what}; ${newest === null ? 'it has no version' : `its newest version is v${newest}`}${hint}`
}

/** What became of a version; `when` says when, and by whom where that is known. */
export const describeEnd = (error: VersionDeleted<unknown> | LinkRemoved<unknown>, when: string): string => {
  const path = versionPath(error.collection, error.version)
  if (error._tag === 'link-removed') return `${path} was unlinked ${when}`
  const link = error.link === undefined ? '' : `${versionPath(error.link.model, error.link.version)} links to `
  return `${link}${path}${link === '' ? '' : ', which'} was deleted ${when}`
}
