/** What a draft missed: others logged versions after the one that it was drafted from. */
import type { Receipt } from '../../application/command-handling/receipt.js'
import { diffManifests } from '../../domain/values/manifest/diff.js'
import { type Manifest, type ManifestEntry, sameContent } from '../../domain/values/manifest/manifest.js'
import type { VersionNumber } from '../../domain/values/names.js'

/** The version that was drafted from was no longer the newest when the draft was logged. */
export interface OutdatedBase {
  readonly base: VersionNumber
  /** The newest live version of then. */
  readonly newest: VersionNumber
  /**
   * By their paths, what `newest` had added, changed and removed since `base` and the draft holds otherwise: it is not in
   * the version that the draft became. `null` where the content of `newest` cannot be read now.
   */
  readonly notHeld: {
    readonly added: ReadonlyArray<string>
    readonly changed: ReadonlyArray<string>
    readonly removed: ReadonlyArray<string>
  } | null
}

/** By the event of a log, whose draft was of a version that was no longer the newest. */
export const outdatedBy = ({ events }: Receipt): Pick<OutdatedBase, 'base' | 'newest'> | undefined => {
  for (const event of events) {
    if (event.type !== 'ArtifactVersionLogged' && event.type !== 'ArtifactVersionRelogged') continue
    const { base, newest } = event
    if (base !== undefined && newest !== undefined) return { base, newest }
  }
  return undefined
}

/** What the newest version had changed of the base, and the draft holds otherwise. */
export const notHeldOf = (base: Manifest, newest: Manifest, draft: Manifest): NonNullable<OutdatedBase['notHeld']> => {
  const held = new Map(draft.map((entry) => [entry.path, entry]))
  const isOtherwise = (entry: ManifestEntry): boolean => {
    const own = held.get(entry.path)
    return own === undefined || !sameContent(own, entry)
  }
  const { added, changed, removed } = diffManifests(base, newest)
  const pathOf = ({ path }: ManifestEntry): string => path
  return {
    added: added.filter(isOtherwise).map(pathOf),
    changed: changed
      .map(({ to }) => to)
      .filter(isOtherwise)
      .map(pathOf),
    removed: removed.map(pathOf).filter((path) => held.has(path)),
  }
}
