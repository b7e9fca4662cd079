/** Which files the live versions need. */
import { type Digest, isDigest } from '../../domain/values/digest.js'
import type { Manifest } from '../../domain/values/manifest/manifest.js'
import { versionPath } from '../../domain/values/references.js'
import type { Registry } from '../../projections/registry/state.js'
import { digestOf } from '../../projections/registry/version-table.js'

/** The versions that are not deleted, and the digests of their manifests. */
export const liveVersions = ({ artifacts, versions }: Registry) =>
  artifacts.flatMap(({ ref, ended, versions: rows }) =>
    rows.flatMap((row, number) =>
      ended.has(number) ? [] : [{ version: versionPath(ref, number), digest: digestOf(versions, row) }],
    ),
  )

/** What of a manifest is in the file store; references are kept elsewhere. */
export function* storedIn(
  manifest: Manifest,
): Iterable<{ readonly path: string; readonly digest: Digest; readonly size: number }> {
  for (const { path, digest, size, reference } of manifest) {
    if (reference === undefined && isDigest(digest)) yield { path, digest, size: size ?? 0 }
  }
}
