/** What there is, in the order in which it came: artifacts, registered models, runs, and the versions of a collection. */
import * as E from 'fp-ts/lib/Either.js'
import { parseVersion } from '../../../domain/values/name-paths.js'
import { collectionPath } from '../../../domain/values/references.js'
import type { BadCursor } from '../../paging/cursor.js'
import { type Page, type PageStart, type Paging, pageStart } from '../../paging/page.js'
import type { CollectionEntry, LinkEntry, ModelEntry, Registry, RunEntry } from '../state.js'
import { positionOf, type Row } from '../version-table.js'
import type { Artifact } from './artifact.js'
import type { QueryError } from './errors.js'
import { type RegistryAsOf, type RegistryQuestions, registryQuestions } from './lookup.js'
import { patternOf } from './pattern.js'
import type { RegisteredModel } from './registered-model.js'
import type { RunDetails } from './run.js'
import type { Version } from './version.js'

export interface List extends Paging {
  /** A pattern of the whole path: `*` for characters other than `/`, `**` for any, `?` for one. */
  readonly name?: string
}

export const listArtifacts = (registryAsOf: RegistryAsOf, list: List): E.Either<BadCursor, Page<Artifact>> =>
  named('artifacts', registryAsOf, list, inArray(registryAsOf.registry.artifacts), (answers, entry) =>
    answers.artifactOf(entry),
  )

export const listRegisteredModels = (
  registryAsOf: RegistryAsOf,
  list: List,
): E.Either<BadCursor, Page<RegisteredModel>> =>
  named('registered models', registryAsOf, list, passing(modelsIn(registryAsOf.registry)), (answers, entry) =>
    answers.modelOf(entry),
  )

export const listRuns = (registryAsOf: RegistryAsOf, list: List): E.Either<BadCursor, Page<RunDetails>> =>
  named('runs', registryAsOf, list, passing(registryAsOf.registry.runs.values()), (answers, entry) =>
    answers.runDetails(entry),
  )

/** The versions of an artifact or a registered model, deleted and unlinked ones too, oldest first. */
export const listVersions = (
  registryAsOf: RegistryAsOf,
  name: string,
  paging: Paging,
): E.Either<QueryError | BadCursor, Page<Version>> => {
  const readings = parseVersion(name, registryAsOf.defaults)
  if (E.isLeft(readings)) return E.left({ _tag: 'invalid-input', problems: readings.left })
  const question = ['versions of', ...readings.right.map(({ collection }) => collectionPath(collection))]
  const start = pageStart(question, paging, registryAsOf.position)
  if (E.isLeft(start)) return start
  const answers = registryQuestions({ ...registryAsOf, position: start.right.moment })
  const found = answers.collection(name)
  if (E.isLeft(found)) return found
  const { right: collection } = found
  return E.right(
    page(start.right, inArray<Row | LinkEntry>(collection.versions), {
      since: (entry) =>
        typeof entry === 'number' ? positionOf(registryAsOf.registry.versions, entry) : entry.position,
      answer: (_, number) => answers.entry(collection, number),
    }),
  )
}

function* modelsIn({ collections }: Registry): Generator<ModelEntry> {
  for (const entry of collections.values()) if (entry.kind === 'model') yield entry
}

const named = <Entry extends CollectionEntry | RunEntry, A>(
  what: string,
  registryAsOf: RegistryAsOf,
  { name, ...paging }: List,
  entries: Onwards<Entry>,
  answer: (answers: RegistryQuestions, entry: Entry) => A,
): E.Either<BadCursor, Page<A>> => {
  const start = pageStart(name === undefined ? [what] : [what, name], paging, registryAsOf.position)
  if (E.isLeft(start)) return start
  const answers = registryQuestions({ ...registryAsOf, position: start.right.moment })
  const fits = name === undefined ? undefined : patternOf(name)
  return E.right(
    page(start.right, entries, {
      since: (entry) => (entry.kind === 'run' ? entry.started : entry.created),
      isMeant: (entry) => fits?.(entry.path) ?? true,
      answer: (entry) => answer(answers, entry),
    }),
  )
}

/** Entries in the order in which they came, each with its place, from a place on. */
type Onwards<Entry> = (from: number) => Iterable<readonly [place: number, entry: Entry]>

/** A version whose event is of a type from the future has a place and no entry. */
const inArray = <Entry>(entries: ReadonlyArray<Entry>): Onwards<Entry> =>
  function* (from) {
    for (let place = from; place < entries.length; place++) {
      const entry = entries[place]
      if (entry !== undefined) yield [place, entry]
    }
  }

/** A map does not know its places: those before are counted. */
const passing = <Entry>(entries: Iterable<Entry>): Onwards<Entry> =>
  function* (from) {
    let place = 0
    for (const entry of entries) {
      if (place >= from) yield [place, entry]
      place += 1
    }
  }

interface Reading<Entry, A> {
  readonly since: (entry: Entry) => number
  readonly isMeant?: (entry: Entry) => boolean
  readonly answer: (entry: Entry, place: number) => A
}

/** The first entry that is not there yet ends the list. */
const page = <Entry, A>(
  { moment, behind: [before = -1] = [], size, cursorBehind }: PageStart,
  entries: Onwards<Entry>,
  { since, isMeant = () => true, answer }: Reading<Entry, A>,
): Page<A> => {
  const items: A[] = []
  let last = before
  for (const [place, entry] of entries(before + 1)) {
    if (since(entry) > moment) break
    if (!isMeant(entry)) continue
    if (items.length === size) return { items, cursor: cursorBehind([last]) }
    items.push(answer(entry, place))
    last = place
  }
  return { items }
}
