/**
 * A manifest is the list of what a version holds: path, digest, size and, for what is kept elsewhere, a
 * reference. It is a value: two manifests with the same text are the same manifest, and the SHA-256 of that
 * text is its address in the file store and the key by which equal content is recognised.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { decodeWith, describeProblem, nullable, record, text, wholeNumber } from '../codec.js'
import { type Digest, isDigest, sha256 } from '../digest.js'
import { DigestCodec } from '../envelope.js'
import { canonicalJson, parseJson } from '../json.js'
import { canonicalPath, checkManifestPath, compareUtf8, directoriesOf, pathsThatCollide } from './path.js'

export const Uri = text(
  'a URI with a scheme, at most 4,096 characters',
  (value) => /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(value) && value.length <= 4096,
)

/** Something that is kept elsewhere; nothing is fetched unless asked. */
export const Reference = record(
  'a reference {uri, versionId?}',
  { uri: Uri },
  { versionId: text('a version id', (value) => value.length > 0 && value.length <= 1024) },
)
export type Reference = t.TypeOf<typeof Reference>

/**
 * What identifies an entry's content: `sha256:…` for stored files. A reference is identified by the
 * strongest there is: a checksum (`sha256:…`, `md5:…`), else `etag:…`, which is weaker, else `uri:…`, the weakest.
 */
export const EntryDigest = text(
  'an algorithm-tagged digest: sha256:, md5:, etag: or uri: and a value',
  (value) => isDigest(value) || /^(md5:[0-9a-f]{32}|(etag|uri):.{1,4096})$/.test(value),
)

const Size = nullable(wholeNumber('a size in bytes'), 'a size in bytes, or null where it is not known')

const ManifestPath: t.Type<string> = new t.Type<string>(
  'a path inside a version: relative, canonical, with "/"',
  (value): value is string => typeof value === 'string' && E.isRight(checkManifestPath(value)),
  (value, context) => {
    const checked = typeof value === 'string' ? checkManifestPath(value) : E.left('a path')
    return E.isRight(checked) ? t.success(checked.right) : t.failure(value, context, checked.left)
  },
  (value) => value,
)

export const ManifestEntry = record(
  'an entry of a manifest {path, digest, size, reference?}',
  { path: ManifestPath, digest: EntryDigest, size: Size },
  { reference: Reference },
)
export type ManifestEntry = t.TypeOf<typeof ManifestEntry>

/** Entries sorted by the UTF-8 bytes of their paths, each path once. */
export type Manifest = ReadonlyArray<ManifestEntry>

/** What events say of a manifest. */
export const ManifestSummary = record('a manifest {digest, entries, bytes}', {
  digest: DigestCodec,
  entries: wholeNumber('a number of entries'),
  /** The sum of the known sizes, references included. */
  bytes: wholeNumber('a number of bytes'),
})
export type ManifestSummary = t.TypeOf<typeof ManifestSummary>

/** The canonical text: one RFC 8785 array `[path, digest, size, reference or null]` per line. */
export const manifestText = (manifest: Manifest): string => {
  const lines: string[] = []
  for (const { path, digest, size, reference } of manifest) {
    const line = canonicalJson([path, digest, size, reference ?? null])
    if (E.isLeft(line)) throw new TypeError(`an entry that no codec let pass: ${path}`)
    lines.push(line.right, '\n')
  }
  return lines.join('')
}

export const summarise = (manifest: Manifest, digest: Digest = sha256(manifestText(manifest))): ManifestSummary => ({
  digest,
  entries: manifest.length,
  bytes: manifest.reduce((sum, { size }) => sum + (size ?? 0), 0),
})

/** Reads a canonical text back, checking every line: paths become file names. */
export const parseManifest = (source: string): E.Either<string, Manifest> => {
  const entries: ManifestEntry[] = []
  let before: string | undefined
  const lines = source.split('\n')
  if (lines.pop() !== '') return E.left('its last line has no end')
  for (const [index, line] of lines.entries()) {
    const entry = parseLine(line)
    if (E.isLeft(entry)) return E.left(`line ${index + 1}: ${entry.left}`)
    const { path } = entry.right
    if (before !== undefined && compareUtf8(before, path) >= 0) return E.left(`line ${index + 1}: not in order`)
    before = path
    entries.push(entry.right)
  }
  return E.right(entries)
}

const Line = t.tuple([ManifestPath, EntryDigest, Size, nullable(Reference)], 'a line of a manifest')

const parseLine = (line: string): E.Either<string, ManifestEntry> => {
  let value: unknown
  try {
    value = parseJson(line)
  } catch {
    return E.left('not JSON')
  }
  const decoded = decodeWith(Line)(value)
  if (E.isLeft(decoded)) return E.left(decoded.left.map(describeProblem).join('; '))
  // Written by `JSON.stringify`, a decoded line is RFC 8785 text: the members of a reference are in order.
  if (JSON.stringify(decoded.right) !== line) return E.left('not in its canonical form')
  const [path, digest, size, reference] = decoded.right
  if (reference !== null) return E.right({ path, digest, size, reference })
  return isDigest(digest) && size !== null
    ? E.right({ path, digest, size })
    : E.left('a file that is not a reference has a sha256: digest and a size')
}

export type ManifestRejection =
  | { readonly _tag: 'illegal-path'; readonly path: string; readonly expected: string }
  | { readonly _tag: 'path-taken'; readonly path: string; readonly present: string; readonly offered: string }
  | { readonly _tag: 'path-not-found'; readonly path: string }

/** A manifest in the making; it owns its entries. */
export interface ManifestBuilder {
  /**
   * Adds an entry; its path is brought into canonical form. The same digest again is fine, another one needs `overwrite`.
   * A path cannot be a file and a directory, for no directory could hold both.
   */
  readonly add: (entry: ManifestEntry, overwrite?: boolean) => E.Either<ManifestRejection, void>
  /** Removes a file, or everything below a directory; answers what was removed. */
  readonly remove: (path: string) => E.Either<ManifestRejection, ReadonlyArray<ManifestEntry>>
  readonly build: () => Manifest
}

export const manifestBuilder = (base: Manifest = []): ManifestBuilder => {
  const entries = new Map(base.map((entry) => [entry.path, entry]))
  /** How many entries lie below each directory. */
  const below = new Map<string, number>()
  const count = (path: string, change: 1 | -1): void => {
    for (const directory of directoriesOf(path)) below.set(directory, (below.get(directory) ?? 0) + change)
  }
  for (const path of entries.keys()) count(path, 1)

  /** What keeps a new path from lying beside the others. */
  const inTheWay = (path: string): string | undefined => {
    const file = directoriesOf(path).find((directory) => entries.has(directory))
    if (file !== undefined) return `a path that is not below a file, and "${file}" is one; remove that first`
    return (below.get(path) ?? 0) > 0
      ? 'a path that is not a directory, and files lie below it; remove those first'
      : undefined
  }
  return {
    add: (entry, overwrite = false) => {
      const path = legalPath(entry.path)
      if (E.isLeft(path)) return path
      const present = entries.get(path.right)
      if (present !== undefined && !overwrite && !sameContent(present, entry)) {
        return E.left({ _tag: 'path-taken', path: path.right, present: present.digest, offered: entry.digest })
      }
      if (present === undefined) {
        const expected = inTheWay(path.right)
        if (expected !== undefined) return E.left({ _tag: 'illegal-path', path: path.right, expected })
        count(path.right, 1)
      }
      entries.set(path.right, { ...entry, path: path.right })
      return E.right(undefined)
    },
    remove: (path) => {
      const legal = legalPath(path)
      if (E.isLeft(legal)) return legal
      const exact = entries.get(legal.right)
      const removed =
        exact !== undefined
          ? [exact]
          : [...entries.values()].filter((entry) => entry.path.startsWith(`${legal.right}/`))
      if (removed.length === 0) return E.left({ _tag: 'path-not-found', path: legal.right })
      for (const { path } of removed) {
        entries.delete(path)
        count(path, -1)
      }
      return E.right(removed)
    },
    build: () => sorted(entries.values()),
  }
}

const legalPath = (path: string): E.Either<ManifestRejection, string> => {
  const legal = canonicalPath(path)
  return E.isRight(legal) ? legal : E.left({ _tag: 'illegal-path', path, expected: legal.left })
}

const sorted = (entries: Iterable<ManifestEntry>): Manifest => [...entries].sort((a, b) => compareUtf8(a.path, b.path))

const sameContent = (a: ManifestEntry, b: ManifestEntry): boolean =>
  a.digest === b.digest && a.reference?.uri === b.reference?.uri && a.reference?.versionId === b.reference?.versionId

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
