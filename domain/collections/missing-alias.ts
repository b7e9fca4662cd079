/** An alias that is not there: where it was, which there are, and which are called alike. */
import type { RecordedBy } from '../values/decider.js'
import type { VersionNumber } from '../values/names.js'
import { type CollectionRef, collectionPath } from '../values/references.js'
import { similarNames } from '../values/similar-names.js'

/** An alias that was taken away: from which version, by whom and when. */
export interface RemovedAlias extends RecordedBy {
  readonly version: VersionNumber
}

export interface MissingAlias<Removed = RemovedAlias> {
  /** `null` where there never was such an alias. */
  readonly removed: Removed | null
  /** Those that there are, by name: the first 20 of them. */
  readonly present: ReadonlyArray<string>
  /** How many there are. */
  readonly count: number
  /** At most three of them that are called alike. */
  readonly similar: ReadonlyArray<string>
}

const MOST = 20

export const missingAlias = <Removed>(
  alias: string,
  removed: Removed | null,
  names: Iterable<string>,
): MissingAlias<Removed> => {
  const all = [...names].sort()
  return { removed, present: all.slice(0, MOST), count: all.length, similar: similarNames(alias, all) }
}

/** Without the hint. `when` says by whom and when it was taken away, `then` as of when it is missing. */
export const describeMissingAlias = <Removed extends { readonly version: VersionNumber }>(
  { collection, alias }: { readonly collection: CollectionRef; readonly alias: string },
  { removed, present, count }: MissingAlias<Removed>,
  when: (removed: Removed) => string,
  then = '',
): string => {
  const was = removed === null ? '' : `; it pointed to v${removed.version} and was removed ${when(removed)}`
  const more = count > present.length ? ` and ${count - present.length} more` : ''
  const there = count === 0 ? 'there are none' : `there ${count === 1 ? 'is' : 'are'} ${present.join(', ')}${more}`
  return `${collectionPath(collection)} has no alias "${alias}"${then}${was}; ${there}`
}
