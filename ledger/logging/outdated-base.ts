/** What a draft missed: others logged versions after the one that it was drafted from. */
import * as E from 'fp-ts/lib/Either.js'
import type { Receipt } from '../../application/command-handling/receipt.js'
import { versionAt } from '../../domain/artifact/version-columns.js'
import { diffManifests } from '../../domain/values/manifest/diff.js'
import { type Manifest, type ManifestEntry, sameContent } from '../../domain/values/manifest/manifest.js'
import type { VersionNumber } from '../../domain/values/names.js'
import type { ArtifactRef } from '../../domain/values/references.js'
import type { Calling } from '../calling/resolve-names.js'
import type { Contents } from '../files/contents.js'

/** The version that was drafted from, or built on, was no longer the newest when what came of it was logged. */
export interface OutdatedBase {
  readonly base: VersionNumber
  /** The newest live version of then. */
  readonly newest: VersionNumber
  /**
   * By their paths, what `newest` had added, changed and removed since `base` and the draft holds otherwise: it is not in
   * the version that came of it. `null` where the content of `newest` cannot be read now.
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

/** What a version misses that was made on a base and logged, if anything. */
export const missedBy = async (
  calling: Calling,
  contents: Contents,
  artifact: ArtifactRef,
  receipt: Receipt & { readonly version: VersionNumber },
): Promise<{ readonly outdated?: OutdatedBase }> => {
  const outdated = outdatedBy(receipt)
  if (outdated === undefined) return {}
  const manifestOf = (version: VersionNumber) => manifestNow(calling, contents, artifact, version)
  const base = await manifestOf(outdated.base)
  const newest = await manifestOf(outdated.newest)
  const own = await manifestOf(receipt.version)
  const notHeld = base === null || newest === null || own === null ? null : notHeldOf(base, newest, own)
  return { outdated: { ...outdated, notHeld } }
}

/** That of a version which is there or was; `null` where it cannot be read. */
export const manifestNow = async (
  { names }: Calling,
  contents: Contents,
  artifact: ArtifactRef,
  version: VersionNumber,
): Promise<Manifest | null> => {
  const summary = await names.facts.artifact(artifact, ({ versions }) => versionAt(versions, version)?.manifest)()
  if (E.isLeft(summary) || summary.right === undefined) return null
  return contents.get(summary.right).catch(() => null)
}
