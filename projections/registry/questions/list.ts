/** The versions of an artifact or a registered model, in the order in which they came. */
import * as E from 'fp-ts/lib/Either.js'
import { parseEither } from '../../../domain/values/name-paths.js'
import { collectionPath } from '../../../domain/values/references.js'
import type { BadCursor } from '../../paging/cursor.js'
import { type Onwards, type Page, type Paging, pageOf, pageStart } from '../../paging/page.js'
import type { CollectionEntry, LinkEntry } from '../state.js'
import { positionOf, type Row } from '../version-table.js'
import type { QueryError } from './errors.js'
import { type RegistryAsOf, registryQuestions } from './lookup.js'
import type { Version } from './version.js'

export type { List } from './in-order.js'

/** The versions of an artifact or a registered model, deleted and unlinked ones too, oldest first. */
export const listVersions = (
  registryAsOf: RegistryAsOf,
  name: string,
  paging: Paging,
): E.Either<QueryError | BadCursor, Page<Version>> => {
  const readings = parseEither(name, registryAsOf.defaults)
  if (E.isLeft(readings)) return E.left({ _tag: 'invalid-input', problems: readings.left })
  const question = ['versions of', ...readings.right.map(({ collection }) => collectionPath(collection))]
  const start = pageStart(question, paging, registryAsOf.position)
  if (E.isLeft(start)) return start
  const answers = registryQuestions({ ...registryAsOf, position: start.right.moment })
  const found = answers.collection(name)
  if (E.isLeft(found)) return found
  const { right: collection } = found
  return E.right(
    pageOf(start.right, numbersOf(registryAsOf, collection, start.right.moment), (number) =>
      answers.entry(collection, number),
    ),
  )
}

/** Of the versions up to a moment. A version whose event is of a type from the future has a number and no entry. */
const numbersOf = ({ registry }: RegistryAsOf, { versions }: CollectionEntry, upTo: number): Onwards<number> =>
  function* ([before = -1] = []) {
    const all: ReadonlyArray<Row | LinkEntry | undefined> = versions
    for (let number = before + 1; number < all.length; number++) {
      const entry = all[number]
      if (entry === undefined) continue
      if ((typeof entry === 'number' ? positionOf(registry.versions, entry) : entry.position) > upTo) return
      yield [[number], number]
    }
  }
