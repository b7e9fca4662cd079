/** What differs between two manifests. */
import { type Manifest, type ManifestEntry, sameContent } from './manifest.js'

/** What changed from one manifest to another. */
export interface ManifestDiff {
  readonly added: ReadonlyArray<ManifestEntry>
  readonly removed: ReadonlyArray<ManifestEntry>
  readonly changed: ReadonlyArray<{ readonly from: ManifestEntry; readonly to: ManifestEntry }>
}

export const diffManifests = (from: Manifest, to: Manifest): ManifestDiff => {
  const before = new Map(from.map((entry) => [entry.path, entry]))
  const added: ManifestEntry[] = []
  const changed: { from: ManifestEntry; to: ManifestEntry }[] = []
  for (const entry of to) {
    const old = before.get(entry.path)
    if (old === undefined) added.push(entry)
    else if (!sameContent(old, entry)) changed.push({ from: old, to: entry })
    before.delete(entry.path)
  }
  return { added, removed: [...before.values()], changed }
}
