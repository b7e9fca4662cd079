/**
 * Every version of every artifact, a row each, in the order in which they were logged. What each version has is
 * in typed columns (81 bytes a row); what seldom happens to one is kept beside them.
 */

import type { TakenOver } from '../../domain/artifact/events.js'
import { isBytes } from '../../domain/values/built-ins.js'
import { areColumns, bytes, doubles, grownCapacity, ints } from '../../domain/values/columns.js'
import { type Digest, readDigest, writeDigest } from '../../domain/values/digest.js'
import { type JsonObject, parseJson } from '../../domain/values/json.js'
import type { ManifestSummary } from '../../domain/values/manifest/manifest.js'
import { areTexts, type Dictionary, dictionary, numberOf } from '../storage/dictionary.js'
import {
  addRow,
  emptyJsonColumn,
  type JsonColumn,
  loadJsonColumn,
  saveJsonColumn,
  valueAt,
} from '../storage/json-column.js'
import type { Timeline } from '../storage/timeline.js'

export type Row = number

const NONE = -1
const DIGEST_BYTES = 32

export interface Versions {
  count: number
  columns: {
    readonly position: Float64Array
    /** Which artifact, in the order in which they were created. */
    readonly artifact: Int32Array
    readonly number: Int32Array
    /** Of the manifest. */
    readonly entries: Float64Array
    readonly bytes: Float64Array
    /** The version from which it was drafted, or `NONE`. */
    readonly base: Int32Array
    /** What it took over from that, or from what it was copied: 1 for the description and 2 for the metadata, or both. */
    readonly takenOver: Uint8Array
    /** By their numbers in `words`; the path of the run, or `NONE`. */
    readonly actor: Int32Array
    readonly run: Int32Array
    /** By its number in `tagLists`. */
    readonly tags: Int32Array
  }
  /** Of the manifests, 32 bytes a row. */
  digests: Uint8Array
  readonly descriptions: JsonColumn<string | null>
  readonly metadata: JsonColumn<JsonObject | null>
  readonly sparseFields: Map<Row, SparseFields>
  readonly words: Dictionary
  /** Lists of tags as JSON, since few of them are different; and that of the version before, which is often the same. */
  readonly tagLists: Dictionary
  lastTags: { readonly tags: ReadonlyArray<string>; readonly number: number }
}

export interface SparseFields {
  distributed?: { readonly distributedId: string; readonly generation: number }
  /** The path of the version whose content it is, where it was copied. */
  copiedFrom?: string
  /** What replaced the description and the metadata, and the tags, with which it was logged. */
  described?: Timeline<{ readonly description: string | null; readonly metadata: JsonObject | null }>
  tagged?: Timeline<ReadonlyArray<string>>
  /** Later producers, in order. */
  relogged?: Array<{ readonly position: number; readonly run: string | null }>
}

export const noVersions = (): Versions => ({
  count: 0,
  columns: columnsOf(64),
  digests: bytes(64 * DIGEST_BYTES),
  descriptions: emptyJsonColumn(),
  metadata: emptyJsonColumn(),
  sparseFields: new Map(),
  words: dictionary(),
  tagLists: dictionary(),
  lastTags: { tags: [], number: NONE },
})

/** A version as it was logged. */
export interface LoggedVersion {
  readonly position: number
  readonly artifact: number
  readonly number: number
  readonly manifest: ManifestSummary
  readonly base: number | undefined
  readonly takenOver: TakenOver | undefined
  readonly actor: string
  /** The number of its path in `words`. */
  readonly run: number | undefined
  readonly tags: ReadonlyArray<string> | undefined
  readonly description: string | undefined
  readonly metadata: JsonObject | undefined
}

export const addVersion = (versions: Versions, logged: LoggedVersion): Row => {
  const row = versions.count++
  if (row === versions.columns.position.length) makeRoom(versions)
  const { columns, digests, words } = versions
  columns.position[row] = logged.position
  columns.artifact[row] = logged.artifact
  columns.number[row] = logged.number
  columns.entries[row] = logged.manifest.entries
  columns.bytes[row] = logged.manifest.bytes
  columns.base[row] = logged.base ?? NONE
  columns.takenOver[row] = logged.takenOver === undefined ? 0 : bitsOf(logged.takenOver)
  columns.actor[row] = numberOf(words, logged.actor)
  columns.run[row] = logged.run ?? NONE
  columns.tags[row] = logged.tags === undefined ? NONE : numberOfTags(versions, logged.tags)
  writeDigest(digests, row * DIGEST_BYTES, logged.manifest.digest)
  addRow(versions.descriptions, logged.description ?? null)
  addRow(versions.metadata, logged.metadata ?? null)
  return row
}

const numberOfTags = (versions: Versions, tags: ReadonlyArray<string>): number => {
  const { lastTags: last, tagLists } = versions
  if (tags.length === last.tags.length && tags.every((tag, at) => tag === last.tags[at])) return last.number
  const number = numberOf(tagLists, JSON.stringify(tags))
  versions.lastTags = { tags, number }
  return number
}

const makeRoom = (versions: Versions): void => {
  const rows = grownCapacity(versions.count)
  versions.columns = columnsOf(rows, versions.columns)
  versions.digests = bytes(rows * DIGEST_BYTES, versions.digests)
}

export const digestOf = ({ digests }: Versions, row: Row): Digest => readDigest(digests, row * DIGEST_BYTES)

export const manifestOf = (versions: Versions, row: Row): ManifestSummary => ({
  digest: digestOf(versions, row),
  entries: versions.columns.entries[row] ?? 0,
  bytes: versions.columns.bytes[row] ?? 0,
})

export const positionOf = ({ columns }: Versions, row: Row): number => columns.position[row] ?? Infinity

export const actorOf = ({ columns, words }: Versions, row: Row): string => words.texts[columns.actor[row] ?? NONE] ?? ''

/** The path of the run that logged it. */
export const runOf = ({ columns, words }: Versions, row: Row): string | null =>
  words.texts[columns.run[row] ?? NONE] ?? null

export const baseOf = ({ columns }: Versions, row: Row): number | null => {
  const base = columns.base[row] ?? NONE
  return base === NONE ? null : base
}

const bitsOf = (takenOver: TakenOver): number =>
  TAKEN_OVER.reduce((bits, [what, bit]) => (takenOver.includes(what) ? bits | bit : bits), 0)

export const takenOverOf = ({ columns }: Versions, row: Row): TakenOver => {
  const bits = columns.takenOver[row] ?? 0
  return bits === 0 ? [] : TAKEN_OVER.flatMap(([what, bit]) => ((bits & bit) === 0 ? [] : [what]))
}

const TAKEN_OVER = [
  ['description', 1],
  ['metadata', 2],
] as const

/** With which it was logged. */
export const tagsOf = ({ columns, tagLists }: Versions, row: Row): ReadonlyArray<string> => {
  const list = tagLists.texts[columns.tags[row] ?? NONE]
  if (list === undefined) return []
  // As `numberOfTags` wrote it.
  return parseJson(list) as ReadonlyArray<string>
}

/** With which it was logged. */
export const saidOf = ({ descriptions, metadata }: Versions, row: Row) => ({
  description: valueAt(descriptions, row),
  metadata: valueAt(metadata, row),
})

/** What seldom happens to a version, to be added to. */
export const sparseFieldsOf = ({ sparseFields }: Versions, row: Row): SparseFields => {
  const known = sparseFields.get(row)
  if (known !== undefined) return known
  const fresh: SparseFields = {}
  sparseFields.set(row, fresh)
  return fresh
}

const columnsOf = (rows: number, before?: Versions['columns']): Versions['columns'] => ({
  position: doubles(rows, before?.position),
  artifact: ints(rows, before?.artifact),
  number: ints(rows, before?.number),
  entries: doubles(rows, before?.entries),
  bytes: doubles(rows, before?.bytes),
  base: ints(rows, before?.base),
  takenOver: bytes(rows, before?.takenOver),
  actor: ints(rows, before?.actor),
  run: ints(rows, before?.run),
  tags: ints(rows, before?.tags),
})

/** For a snapshot, part by part; as of the call, whatever is added meanwhile. */
export const saveVersions = (versions: Versions): Iterable<unknown> => {
  const { count, columns, digests, sparseFields, words, tagLists } = versions
  const copied: Saved = {
    columns: columnsOf(count, columns),
    digests: bytes(count * DIGEST_BYTES, digests),
    seldom: JSON.stringify([...sparseFields]),
    words: [...words.texts],
    tagLists: [...tagLists.texts],
  }
  const jsonColumns = [saveJsonColumn(versions.descriptions), saveJsonColumn(versions.metadata)]
  return (function* () {
    yield copied
    for (const texts of jsonColumns) yield* texts
  })()
}

interface Saved extends Pick<Versions, 'columns' | 'digests'> {
  readonly seldom: string
  readonly words: ReadonlyArray<string>
  readonly tagLists: ReadonlyArray<string>
}

/** Throws where the parts are none of `saveVersions`. */
export const loadVersions = ([copied, ...parts]: ReadonlyArray<unknown>): Versions => {
  const texts: unknown = parts.flat()
  if (!isSaved(copied) || !areTexts(texts)) throw new TypeError('not the versions of a registry')
  const { columns, digests, seldom, words, tagLists } = copied
  const count = columns.position.length
  return {
    count,
    // With room, since more is likely to come.
    columns: columnsOf(grownCapacity(count), columns),
    digests: bytes(grownCapacity(count) * DIGEST_BYTES, digests),
    descriptions: loadJsonColumn(count, texts.slice(0, texts.length / 2)),
    metadata: loadJsonColumn(count, texts.slice(texts.length / 2)),
    sparseFields: new Map(parseJson(seldom) as ReadonlyArray<[Row, SparseFields]>),
    words: dictionary(words),
    tagLists: dictionary(tagLists),
    lastTags: noVersions().lastTags,
  }
}

const isSaved = (saved: unknown): saved is Saved =>
  typeof saved === 'object' &&
  saved !== null &&
  areColumns(Reflect.get(saved, 'columns'), columnsOf(0)) &&
  isBytes(Reflect.get(saved, 'digests')) &&
  typeof Reflect.get(saved, 'seldom') === 'string' &&
  areTexts(Reflect.get(saved, 'words')) &&
  areTexts(Reflect.get(saved, 'tagLists'))
