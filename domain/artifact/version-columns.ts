/**
 * The versions of an artifact, a row each, by number: some tens of bytes, in columns that a snapshot keeps and reads again
 * as they are. A version keeps its row when it is deleted.
 */
import type { SaidAt } from '../ports/facts.js'
import { bytes, doubles, grownCapacity, ints, type ReadonlyColumn } from '../values/columns.js'
import type { ReadonlyState, RecordedBy } from '../values/decider.js'
import { type Digest, digestFrom, writeDigest } from '../values/digest.js'
import { parseJson } from '../values/json.js'
import { addKey, emptyKeyTable, type KeyTable, numberOfKey } from '../values/key-table.js'
import type { ManifestSummary } from '../values/manifest/manifest.js'
import { type VersionNumber, versionNumberAt } from '../values/names.js'
import { addRecordedBy, addText, emptyTexts, recordedByAt, type Texts, textAt } from '../values/texts.js'

export interface VersionColumns {
  /** The numbers that were given out. */
  length: number
  /** `ENTRIES` and its like, `WIDTH` of them a row. */
  rows: Float64Array
  /** Of the manifests, 32 bytes a row. */
  digests: Uint8Array
  /** The rows + 1 by content, in a hash table; 0 where a slot is free. */
  contents: Int32Array
  contentsUsed: number
  readonly texts: Texts
  /** Which runs logged which version. */
  readonly producers: KeyTable
}

/** Of the manifest: how many entries, + 1, for 0 says that there is no such version; and their bytes. */
const ENTRIES = 0
const BYTES = 1
/** The revisions + 1 of the events that said what is said; 0 where nothing is. */
const DESCRIPTION = 2
const METADATA = 3
/** Where in `texts` they stand: the tags, and by whom and when it was deleted; 0 for nothing. */
const TAGS = 4
const DELETED = 5
export const WIDTH = 6

/** A version as decisions see it. */
export interface VersionState {
  readonly manifest: ManifestSummary
  readonly said: SaidAt
  readonly tags: ReadonlyArray<string>
  readonly deleted?: RecordedBy
}

type Read = ReadonlyState<VersionColumns>

const FEWEST = 4
export const DIGEST_BYTES = 32

export const noVersions = (): VersionColumns => ({
  length: 0,
  rows: doubles(FEWEST * WIDTH),
  digests: bytes(FEWEST * DIGEST_BYTES),
  contents: ints(2 * FEWEST),
  contentsUsed: 0,
  texts: emptyTexts(),
  producers: emptyKeyTable(),
})

const cell = ({ rows }: { readonly rows: ReadonlyColumn }, number: number, column: number): number =>
  rows[number * WIDTH + column] ?? 0

/** The version of a number that was given out, deleted or not. */
export const versionAt = (versions: Read, number: number): VersionState | undefined => {
  const entries = cell(versions, number, ENTRIES)
  if (entries === 0) return undefined
  const tags = cell(versions, number, TAGS)
  const deleted = cell(versions, number, DELETED)
  return {
    // Most decisions look at neither.
    get manifest() {
      return {
        digest: digestAt(versions.digests, number),
        entries: entries - 1,
        bytes: cell(versions, number, BYTES),
      }
    },
    get tags() {
      // As they were written.
      return tags === 0 ? [] : (parseJson(textAt(versions.texts, tags)) as ReadonlyArray<string>)
    },
    said: {
      description: revisionIn(cell(versions, number, DESCRIPTION)),
      metadata: revisionIn(cell(versions, number, METADATA)),
    },
    ...(deleted === 0 ? {} : { deleted: recordedByAt(versions.texts, deleted) }),
  }
}

/** The live version that has this content. */
export const numberOfContent = (versions: Read, digest: Digest): VersionNumber | undefined => {
  const { contents, digests } = versions
  const row = (contents[slotOf(contents, digests, bytesOf(digest))] ?? 0) - 1
  return isLiveVersion(versions, row) ? versionNumberAt(row) : undefined
}

export const isLiveVersion = (versions: Read, number: number): boolean =>
  cell(versions, number, ENTRIES) > 0 && cell(versions, number, DELETED) === 0

export const isProducer = ({ producers }: Read, number: number, run: string): boolean =>
  numberOfKey(producers, `${number} ${run}`) !== undefined

export const addVersion = (
  versions: VersionColumns,
  number: number,
  { manifest, said, tags }: Omit<VersionState, 'deleted'>,
): void => {
  if ((number + 1) * WIDTH > versions.rows.length) {
    const rows = Math.max(number + 1, grownCapacity(versions.length))
    versions.rows = doubles(rows * WIDTH, versions.rows)
    versions.digests = bytes(rows * DIGEST_BYTES, versions.digests)
  }
  versions.length = Math.max(versions.length, number + 1)
  const at = number * WIDTH
  versions.rows[at + ENTRIES] = manifest.entries + 1
  versions.rows[at + BYTES] = manifest.bytes
  versions.rows[at + DELETED] = 0
  writeDigest(versions.digests, number * DIGEST_BYTES, manifest.digest)
  setSaid(versions, number, said)
  setTags(versions, number, tags)
  noteContent(versions, number)
}

export const setSaid = ({ rows }: VersionColumns, number: number, { description, metadata }: Partial<SaidAt>): void => {
  const at = number * WIDTH
  if (description !== undefined) rows[at + DESCRIPTION] = description === null ? 0 : description + 1
  if (metadata !== undefined) rows[at + METADATA] = metadata === null ? 0 : metadata + 1
}

export const setTags = ({ rows, texts }: VersionColumns, number: number, tags: ReadonlyArray<string>): void => {
  rows[number * WIDTH + TAGS] = tags.length === 0 ? 0 : addText(texts, JSON.stringify(tags))
}

export const setDeleted = ({ rows, texts }: VersionColumns, number: number, recorded: RecordedBy): void => {
  rows[number * WIDTH + DELETED] = addRecordedBy(texts, recorded)
}

/** All that are live, by whoever ends the life of their artifact. */
export const setAllDeleted = (versions: VersionColumns, recorded: RecordedBy): void => {
  const text = addRecordedBy(versions.texts, recorded)
  for (let number = 0; number < versions.length; number++)
    if (isLiveVersion(versions, number)) versions.rows[number * WIDTH + DELETED] = text
}

export const liveCount = (versions: Read): number => {
  let count = 0
  for (let number = 0; number < versions.length; number++) if (isLiveVersion(versions, number)) count += 1
  return count
}

export const addProducer = ({ producers }: VersionColumns, number: number, run: string): void =>
  addKey(producers, `${number} ${run}`, 0)

const revisionIn = (cell: number): number | null => (cell === 0 ? null : cell - 1)

const HEXADECIMAL = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

const digestAt = (digests: ReadonlyColumn, row: number): Digest => {
  let hexadecimal = ''
  for (let at = row * DIGEST_BYTES; at < (row + 1) * DIGEST_BYTES; at++) hexadecimal += HEXADECIMAL[digests[at] ?? 0]
  return digestFrom(hexadecimal)
}

const bytesOf = (digest: Digest): Uint8Array => {
  const written = bytes(DIGEST_BYTES)
  writeDigest(written, 0, digest)
  return written
}

/** Where in the hash table the row with this content stands, or would. A digest is as good a hash as any. */
const slotOf = (contents: ReadonlyColumn, digests: ReadonlyColumn, digest: ReadonlyColumn, from = 0): number => {
  const last = contents.length - 1
  const first =
    ((digest[from] ?? 0) |
      ((digest[from + 1] ?? 0) << 8) |
      ((digest[from + 2] ?? 0) << 16) |
      ((digest[from + 3] ?? 0) << 24)) &
    last
  for (let slot = first; ; slot = (slot + 1) & last) {
    const row = (contents[slot] ?? 0) - 1
    if (row < 0 || isSame(digests, row * DIGEST_BYTES, digest, from)) return slot
  }
}

const isSame = (one: ReadonlyColumn, at: number, other: ReadonlyColumn, from: number): boolean => {
  for (let index = 0; index < DIGEST_BYTES; index++) if (one[at + index] !== other[from + index]) return false
  return true
}

/** The newest version with a content takes the place of one that had it before. */
const noteContent = (versions: VersionColumns, row: number): void => {
  const { digests } = versions
  if ((versions.contentsUsed + 1) * 4 > versions.contents.length * 3) {
    const larger = ints(versions.contents.length * 2)
    for (const known of versions.contents) {
      if (known !== 0) larger[slotOf(larger, digests, digests, (known - 1) * DIGEST_BYTES)] = known
    }
    versions.contents = larger
  }
  const slot = slotOf(versions.contents, digests, digests, row * DIGEST_BYTES)
  if (versions.contents[slot] === 0) versions.contentsUsed += 1
  versions.contents[slot] = row + 1
}
