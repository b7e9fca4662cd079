/** Which files and manifests are needed: by live versions, and by parts whose version is still to come. */
import type { FactReader } from '../../application/command-handling/facts.js'
import type { ManifestStore } from '../../application/manifest-store.js'
import { type Digest, isDigest } from '../../domain/values/digest.js'
import type { Manifest } from '../../domain/values/manifest/manifest.js'
import { versionPath } from '../../domain/values/references.js'
import type { Registry } from '../../projections/registry/state.js'
import { manifestOf } from '../../projections/registry/version-table.js'
import { describeWriteError, promised } from '../calling/errors.js'

const run = promised(describeWriteError)

export interface NeededPorts {
  /** The registry now. */
  readonly registry: () => Promise<Registry>
  readonly facts: FactReader
  readonly manifests: ManifestStore
}

/** The versions that are not deleted. */
function* liveRows({ artifacts }: Registry) {
  for (const { ref, ended, versions: rows } of artifacts)
    for (const [number, row] of rows.entries()) if (row !== undefined && !ended.has(number)) yield { ref, number, row }
}

/** How many there are, which costs a fiftieth of looking at each. */
export const countLive = (registry: Registry): number => {
  let count = 0
  for (const _ of liveRows(registry)) count++
  return count
}

/** Their names, and their manifests as their events tell them. */
export function* liveVersions(registry: Registry) {
  for (const { ref, number, row } of liveRows(registry))
    yield { version: versionPath(ref, number), claimed: manifestOf(registry.versions, row) }
}

/** What of a manifest is in the file store; references are kept elsewhere. */
export function* storedIn(
  manifest: Manifest,
): Iterable<{ readonly path: string; readonly digest: Digest; readonly size: number }> {
  for (const { path, digest, size, reference } of manifest) {
    if (reference === undefined && isDigest(digest)) yield { path, digest, size: size ?? 0 }
  }
}

/** Every manifest that is needed: those of live versions, and those of parts whose version is still to come. */
const neededManifests = async ({ registry, facts }: NeededPorts): Promise<ReadonlySet<Digest>> => {
  const known = await registry()
  const { drafts } = known
  const needed = new Set<Digest>()
  for (const { claimed } of liveVersions(known)) needed.add(claimed.digest)
  for (const draft of drafts.values()) {
    const { generations } = draft
    if (generations.every(({ ended, logged }) => ended?.how === 'abandoned' || logged !== undefined)) continue
    const unlogged = await run(
      facts.draft(draft, ({ parts, ended }) => [
        ...parts.map(({ part }) => part.digest),
        ...ended.flatMap(({ how, committed }) =>
          how === 'abandoned' || committed === undefined || generations[committed.generation]?.logged !== undefined
            ? []
            : committed.manifest.digest,
        ),
      ]),
    )
    for (const digest of unlogged) needed.add(digest)
  }
  return needed
}

/** Rejects if one of the manifests cannot be read: nothing may be deleted then. It ends with what `onManifest` throws. */
export const neededFiles = async (ports: NeededPorts, onManifest: () => void): Promise<ReadonlySet<Digest>> => {
  const needed = new Set<Digest>()
  for (const manifest of await neededManifests(ports)) {
    onManifest()
    for (const { digest } of storedIn(await run(ports.manifests.get(manifest)))) needed.add(digest)
  }
  return needed
}
