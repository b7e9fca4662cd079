/** The versions of an artifact or a registered model, in the order in which they came or the other way round. */
import * as E from 'fp-ts/lib/Either.js'
import { parseEither } from '../../../domain/values/name-paths.js'
import { collectionPath } from '../../../domain/values/references.js'
import type { BadCursor } from '../../paging/cursor.js'
import { type Onwards, type Page, type Paging, pageOf, pageStart } from '../../paging/page.js'
import type { CollectionEntry, LinkEntry } from '../state.js'
import { positionOf, type Row } from '../version-table.js'
import type { NameError } from './errors.js'
import { type RegistryAsOf, registryQuestions } from './lookup.js'
import type { Version } from './version.js'

export type { List } from './in-order.js'

export interface VersionList extends Paging {
  /** `descending` unless told: the newest first. */
  readonly order?: 'ascending' | 'descending' | undefined
}

/** The versions of an artifact or a registered model, deleted and unlinked ones too, the newest first unless told. */
export const listVersions = (
  registryAsOf: RegistryAsOf,
  name: string,
  { order = 'descending', ...paging }: VersionList,
): E.Either<NameError | BadCursor, Page<Version>> => {
  const readings = parseEither(name, registryAsOf.defaults)
  if (E.isLeft(readings)) return E.left({ _tag: 'invalid-input', problems: readings.left })
  const question = ['versions of', order, ...readings.right.map(({ collection }) => collectionPath(collection))]
  const start = pageStart(question, paging, registryAsOf.position)
  if (E.isLeft(start)) return start
  const answers = registryQuestions({ ...registryAsOf, position: start.right.moment })
  const found = answers.collection(name)
  if (E.isLeft(found)) return found
  const { right: collection } = found
  return E.right(
    pageOf(start.right, numbersOf(registryAsOf, collection, start.right.moment, order), (number) =>
      answers.entry(collection, number),
    ),
  )
}

/** Of the versions up to a moment. A version whose event is of a type from the future has a number and no entry. */
const numbersOf = (
  { registry }: RegistryAsOf,
  { versions }: CollectionEntry,
  upTo: number,
  order: 'ascending' | 'descending',
): Onwards<number> => {
  const all: ReadonlyArray<Row | LinkEntry | undefined> = versions
  const count = countUpTo(all, upTo, (entry) =>
    typeof entry === 'number' ? positionOf(registry.versions, entry) : entry.position,
  )
  const step = order === 'ascending' ? 1 : -1
  return function* ([before = order === 'ascending' ? -1 : count] = []) {
    for (let number = before + step; number >= 0 && number < count; number += step)
      if (all[number] !== undefined) yield [[number], number]
  }
}

/** How many had come by a position. What has no entry came when its neighbours did, and is left out anyway. */
const countUpTo = <Entry>(
  all: ReadonlyArray<Entry | undefined>,
  position: number,
  positionOf: (entry: Entry) => number,
): number => {
  let [low, high] = [0, all.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    let at = middle
    while (at > low && all[at] === undefined) at--
    const entry = all[at]
    if (entry === undefined || positionOf(entry) <= position) low = middle + 1
    else high = at
  }
  return low
}
