/** The manifest of a distributed version, merged from its parts. */
import * as E from 'fp-ts/lib/Either.js'
import { type Manifest, type ManifestEntry, sameContent, sorted } from './manifest.js'
import { compareUtf8, pathsThatCollide } from './path.js'

/** What one writer brought, in the order in which it was brought. */
export interface Part {
  readonly writer: string
  readonly manifest: Manifest
}

/** Two writers brought different content for one path, or the path is a file for one and a directory for the other. */
export interface PathConflict {
  readonly path: string
  readonly claims: ReadonlyArray<{
    readonly writer: string
    readonly digest: string
    /** The path of a file for which the path is a directory. */
    readonly below?: string
  }>
}

/** Every path's entries by writer, the one that came last at the end. */
type Claims = Map<string, Map<string, ManifestEntry>>

/**
 * The union of the parts of a distributed version. A writer's later entry for a path replaces its earlier
 * one. Two writers agree on a path if they brought the same content; if they do not, that is a conflict,
 * unless `lastWriterWins`. A path that is a file and a directory is always one: no directory could hold both.
 */
export const mergeParts = (
  parts: ReadonlyArray<Part>,
  lastWriterWins: boolean,
): E.Either<ReadonlyArray<PathConflict>, Manifest> => {
  const claims: Claims = new Map()
  for (const { writer, manifest } of parts) {
    for (const entry of manifest) {
      const byWriter = claims.get(entry.path) ?? new Map<string, ManifestEntry>()
      // Taken out and put in again, so that the map's last value is the one that came last.
      byWriter.delete(writer)
      byWriter.set(writer, entry)
      claims.set(entry.path, byWriter)
    }
  }
  const merged: ManifestEntry[] = []
  const conflicts: PathConflict[] = []
  for (const [path, byWriter] of claims) {
    const entries = [...byWriter]
    const last = entries.at(-1)
    if (last === undefined) continue
    if (lastWriterWins || entries.every(([, entry]) => sameContent(entry, last[1]))) merged.push(last[1])
    else conflicts.push({ path, claims: entries.map(([writer, { digest }]) => ({ writer, digest })) })
  }
  const found = conflicts.length === 0 ? filesThatAreDirectories(merged, claims) : conflicts
  return found.length === 0 ? E.right(sorted(merged)) : E.left(found.sort((a, b) => compareUtf8(a.path, b.path)))
}

/** Each named with one file below it. */
const filesThatAreDirectories = (merged: Manifest, claims: Claims): PathConflict[] => {
  const claimOf = (path: string) =>
    [...(claims.get(path) ?? [])].slice(-1).map(([writer, { digest }]) => ({ writer, digest }))
  const paths = merged.map(({ path }) => path)
  const collisions = new Map(
    pathsThatCollide(paths, { case: false, form: false }).map(({ paths: [file, below] }) => [file, below]),
  )
  return [...collisions].map(([path, below]) => ({
    path,
    claims: [...claimOf(path), ...claimOf(below).map((claim) => ({ ...claim, below }))],
  }))
}
