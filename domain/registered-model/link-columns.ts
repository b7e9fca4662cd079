/**
 * The links of a registered model, a row each, by number, in columns that a snapshot keeps and reads again as they are. A
 * link keeps its row when it is taken away.
 */
import { doubles, grownCapacity, type ReadonlyColumn } from '../values/columns.js'
import type { ReadonlyState, RecordedBy } from '../values/decider.js'
import { parseJson } from '../values/json.js'
import { emptyKeyTable, type KeyTable, numberOfKey, setKey } from '../values/key-table.js'
import { type VersionNumber, versionNumberAt } from '../values/names.js'
import { type ArtifactRef, collectionPath, type VersionRef, versionPath } from '../values/references.js'
import { addRecordedBy, addText, emptyTexts, recordedByAt, type Texts, textAt } from '../values/texts.js'

export interface LinkColumns {
  /** The numbers that were given out. */
  length: number
  /** `ARTIFACT` and its like, `WIDTH` of them a row. */
  rows: Float64Array
  readonly texts: Texts
  /** The last link of each source version, by its path. */
  readonly sources: KeyTable
}

/** Of the source: where in `texts` its artifact stands, 0 where there is no such link; and its number. */
const ARTIFACT = 0
const VERSION = 1
/** Where in `texts` it stands by whom and when it was taken away, or went with its registered model; 0 for nothing. */
const UNLINKED = 2
const DELETED = 3
export const WIDTH = 4

/** A link as decisions see it. */
export interface LinkState {
  readonly source: VersionRef
  readonly unlinked?: RecordedBy
  /** It went with its registered model. */
  readonly deleted?: RecordedBy
}

type Read = ReadonlyState<LinkColumns>

export const noLinks = (): LinkColumns => ({
  length: 0,
  rows: doubles(4 * WIDTH),
  texts: emptyTexts(),
  sources: emptyKeyTable(),
})

const cell = ({ rows }: { readonly rows: ReadonlyColumn }, number: number, column: number): number =>
  rows[number * WIDTH + column] ?? 0

/** The link of a number that was given out, taken away or not. */
export const linkAt = (links: Read, number: number): LinkState | undefined => {
  const artifact = cell(links, number, ARTIFACT)
  if (artifact === 0) return undefined
  const [unlinked, deleted] = [cell(links, number, UNLINKED), cell(links, number, DELETED)]
  return {
    source: { ...artifactAt(links, artifact), version: sourceNumber(links, number) },
    ...(unlinked === 0 ? {} : { unlinked: recordedByAt(links.texts, unlinked) }),
    ...(deleted === 0 ? {} : { deleted: recordedByAt(links.texts, deleted) }),
  }
}

/** Whether it was neither taken away nor deleted with its registered model. */
export const isStanding = (links: Read, number: number): boolean =>
  cell(links, number, ARTIFACT) > 0 && cell(links, number, UNLINKED) === 0 && cell(links, number, DELETED) === 0

export function* standingNumbers(links: Read): Generator<VersionNumber> {
  for (let number = 0; number < links.length; number++) if (isStanding(links, number)) yield versionNumberAt(number)
}

export const standingCount = (links: Read): number => {
  let count = 0
  for (const _ of standingNumbers(links)) count += 1
  return count
}

export const newestStanding = (links: Read): VersionNumber | null => {
  for (let number = links.length - 1; number >= 0; number--)
    if (isStanding(links, number)) return versionNumberAt(number)
  return null
}

/** The link of a source version, if it stands. */
export const numberOfSource = (links: Read, source: VersionRef): VersionNumber | undefined => {
  const number = numberOfKey(links.sources, sourceKey(source))
  return number !== undefined && isStanding(links, number) ? versionNumberAt(number) : undefined
}

/** The standing links to versions of an artifact, with the numbers of these. */
export function* linksToArtifact(
  links: Read,
  artifact: ArtifactRef,
): Generator<{ readonly version: VersionNumber; readonly source: VersionNumber }> {
  const path = collectionPath(artifact)
  const isIt = new Map<number, boolean>()
  for (const version of standingNumbers(links)) {
    const at = cell(links, version, ARTIFACT)
    const known = isIt.get(at) ?? collectionPath(artifactAt(links, at)) === path
    isIt.set(at, known)
    if (known) yield { version, source: sourceNumber(links, version) }
  }
}

export const addLink = (links: LinkColumns, number: number, { version, ...artifact }: VersionRef): void => {
  if ((number + 1) * WIDTH > links.rows.length)
    links.rows = doubles(Math.max(number + 1, grownCapacity(links.length)) * WIDTH, links.rows)
  links.length = Math.max(links.length, number + 1)
  const { entity, project, name } = artifact
  const at = number * WIDTH
  links.rows[at + ARTIFACT] = addText(links.texts, JSON.stringify({ entity, project, name }))
  links.rows[at + VERSION] = version
  links.rows[at + UNLINKED] = 0
  links.rows[at + DELETED] = 0
  setKey(links.sources, sourceKey({ ...artifact, version }), number)
}

export const setUnlinked = ({ rows, texts }: LinkColumns, number: number, recorded: RecordedBy): void => {
  rows[number * WIDTH + UNLINKED] = addRecordedBy(texts, recorded)
}

/** All that stand, by whoever ends the life of their registered model. */
export const setAllDeleted = (links: LinkColumns, recorded: RecordedBy): void => {
  const text = addRecordedBy(links.texts, recorded)
  for (const number of standingNumbers(links)) links.rows[number * WIDTH + DELETED] = text
}

const sourceKey = (source: VersionRef): string => versionPath(source, source.version)

const sourceNumber = (links: Read, number: number): VersionNumber => versionNumberAt(cell(links, number, VERSION))

// As it was written.
const artifactAt = ({ texts }: Read, at: number): ArtifactRef => parseJson(textAt(texts, at)) as ArtifactRef
