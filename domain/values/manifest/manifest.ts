/**
 * A manifest is the list of what a version holds: path, digest, size, for what is kept elsewhere a reference, and
 * whether a file is executable. It is a value: two manifests with the same text are the same manifest, and the SHA-256 of that
 * text is its address in the file store and the key by which equal content is recognised.
 */

import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { decodeWith, describeProblem, distinct, nullable, record, text, wholeNumber } from '../codec.js'
import { Digest, isDigest, sha256 } from '../digest.js'
import { canonicalJson, parseJson } from '../json.js'
import { hasLength } from '../length.js'
import { checkManifestPath, compareUtf8 } from './path.js'

export const Uri = text(
  'a URI with a scheme, at most 4,096 code points',
  (value) => /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(value) && hasLength(value, 1, 4096),
)

/** Whether it names a file of this machine, or of one that it can reach. A scheme may be written in capitals. */
export const isFileUri = (text: string): boolean => /^file:/i.test(text)

/** Something that is kept elsewhere; nothing is fetched unless asked. */
export const Reference = record(
  'a reference {uri, versionId?}',
  { uri: Uri },
  { versionId: text('a version id: 1 to 1,024 code points', (value) => hasLength(value, 1, 1024)) },
)
export type Reference = t.TypeOf<typeof Reference>

/**
 * What identifies an entry's content: `sha256:…` for stored files. A reference is identified by the
 * strongest there is: a checksum (`sha256:…`, `md5:…`), else `etag:…`, which is weaker, else `uri:…`, the weakest.
 */
export const EntryDigest = text(
  'an algorithm-tagged digest: sha256:, md5:, etag: or uri: and a value',
  (value) => isDigest(value) || /^(md5:[0-9a-f]{32}|(etag|uri):.{1,4096})$/u.test(value),
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

/** Files, and directories with everything below, that a part of a distributed version takes out of its base. */
export const RemovedPaths = distinct(
  ManifestPath,
  'a list of at most 1,000 paths to remove (a directory stands for everything below it)',
  1000,
)

export const ManifestEntry = record(
  'an entry of a manifest {path, digest, size, reference?, executable?}',
  { path: ManifestPath, digest: EntryDigest, size: Size },
  {
    reference: Reference,
    /** Of a stored file whose owner may execute it; absent of every other, so that its line is what it always was. */
    executable: t.literal(true),
  },
)
export type ManifestEntry = t.TypeOf<typeof ManifestEntry>

/** Entries sorted by the UTF-8 bytes of their paths, each path once. */
export type Manifest = ReadonlyArray<ManifestEntry>

/** What events say of a manifest. */
export const ManifestSummary = record('a manifest {digest, entries, bytes}', {
  digest: Digest,
  entries: wholeNumber('a number of entries'),
  /** The sum of the known sizes, references included. */
  bytes: wholeNumber('a number of bytes'),
})
export type ManifestSummary = t.TypeOf<typeof ManifestSummary>

/**
 * The canonical text: one RFC 8785 array `[path, digest, size, reference or null]` per line, with `"x"` behind these for an
 * executable file.
 */
export const manifestText = (manifest: Manifest): string => {
  const lines: string[] = []
  for (const { path, digest, size, reference, executable } of manifest) {
    const line = canonicalJson([path, digest, size, reference ?? null, ...(executable === true ? [EXECUTABLE] : [])])
    if (E.isLeft(line) || (executable === true && reference !== undefined))
      throw new TypeError(`an entry that no codec let pass: ${path}`)
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

const EXECUTABLE = 'x'

const Line = t.tuple([ManifestPath, EntryDigest, Size, nullable(Reference)], 'a line of a manifest')
const ExecutableLine = t.tuple(
  [ManifestPath, EntryDigest, Size, t.null, t.literal(EXECUTABLE)],
  'a line of a manifest that names an executable file',
)

const parseLine = (line: string): E.Either<string, ManifestEntry> => {
  let value: unknown
  try {
    value = parseJson(line)
  } catch {
    return E.left('not JSON')
  }
  const isLonger = Array.isArray(value) && value.length > Line.types.length
  const decoded = isLonger ? decodeWith(ExecutableLine)(value) : decodeWith(Line)(value)
  if (E.isLeft(decoded)) return E.left(decoded.left.map(describeProblem).join('; '))
  // Written by `JSON.stringify`, a decoded line is RFC 8785 text: the members of a reference are in order.
  if (JSON.stringify(decoded.right) !== line) return E.left('not in its canonical form')
  const [path, digest, size, reference, executable] = decoded.right
  if (reference !== null) return E.right({ path, digest, size, reference })
  return isDigest(digest) && size !== null
    ? E.right({ path, digest, size, ...(executable === undefined ? {} : { executable: true }) })
    : E.left('a file that is not a reference has a sha256: digest and a size')
}

export const sorted = (entries: Iterable<ManifestEntry>): Manifest =>
  [...entries].sort((a, b) => compareUtf8(a.path, b.path))

/** Whether both have the same bytes and the same mode, or are kept elsewhere at the same place. */
export const sameContent = (a: ManifestEntry, b: ManifestEntry): boolean =>
  a.digest === b.digest &&
  a.executable === b.executable &&
  a.reference?.uri === b.reference?.uri &&
  a.reference?.versionId === b.reference?.versionId

/** In words for who must tell two apart: its digest, and that it is executable. */
export const contentText = ({ digest, executable }: ManifestEntry): string =>
  executable === true ? `${digest} (executable)` : digest
