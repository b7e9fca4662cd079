/** Lists of what came one after another: read from a moment on, several as one, and counted up to a moment. */
import * as E from 'fp-ts/lib/Either.js'
import { ORIGIN } from '../../../domain/ports/event-store.js'
import type { BadCursor } from '../../paging/cursor.js'
import {
  type OnwardsInSteps,
  type Page,
  type PageStart,
  type Paging,
  type Placed,
  pageInSteps,
  pageStart,
  questionOf,
} from '../../paging/page.js'
import { merged } from '../../storage/merge.js'
import type { RegistryAsOf } from './as-of.js'
import { STEP, type Steps } from './in-steps.js'
import { namePatternOf } from './pattern.js'

export interface List extends Paging {
  /** A pattern of the path, or of its end: `*` for characters other than `/`, `**` for any, `?` for one. */
  readonly name?: string
}

/** What a list holds. */
export interface Listed<All, Item extends All, A> {
  /** What of: in a cursor's question. */
  readonly what: string
  /** Each in the order in which it came. */
  readonly from: ReadonlyArray<ReadonlyArray<All>>
  readonly positionOf: (item: All) => number
  readonly nameOf: (item: All) => string
  /** Which are meant as of a moment. */
  readonly isMeant: (then: RegistryAsOf) => (item: All) => item is Item
  readonly answer: (then: RegistryAsOf, item: Item) => A
}

/** A list at the beginning of a page. */
interface Begun<Item> {
  readonly start: PageStart
  /** The moment of the first page. */
  readonly then: RegistryAsOf
  readonly onwards: OnwardsInSteps<Item>
}

export const begun = <All, Item extends All, A>(
  registryAsOf: RegistryAsOf,
  { limit, cursor, ...wanted }: List,
  { what, from, positionOf, nameOf, isMeant }: Listed<All, Item, A>,
): E.Either<BadCursor, Begun<Item>> => {
  const start = pageStart(questionOf(what, wanted), { limit, cursor }, registryAsOf.position)
  if (E.isLeft(start)) return start
  const then = { ...registryAsOf, position: start.right.moment }
  const fits = wanted.name === undefined ? undefined : namePatternOf(wanted.name)
  const isMeantThen = isMeant(then)
  const isAsked = (item: All): item is Item => (fits?.(nameOf(item)) ?? true) && isMeantThen(item)
  return E.right({ start: start.right, then, onwards: inOrder(from, positionOf, then.position, isAsked) })
}

/** A page of a list. */
export function* listed<All, Item extends All, A>(
  registryAsOf: RegistryAsOf,
  list: List,
  what: Listed<All, Item, A>,
): Steps<E.Either<BadCursor, Page<A>>> {
  const found = begun(registryAsOf, list, what)
  if (E.isLeft(found)) return found
  const { start, then, onwards } = found.right
  return E.right(yield* pageInSteps(start, onwards, (item) => what.answer(then, item)))
}

/** What is in any of the lists up to a moment, in the order in which it came. The place of an item is its position. */
const inOrder =
  <All, Item extends All>(
    lists: ReadonlyArray<ReadonlyArray<All>>,
    positionOf: (item: All) => number,
    upTo: number,
    isMeant: (item: All) => item is Item,
  ): OnwardsInSteps<Item> =>
  ([behind = ORIGIN - 1] = []) => {
    const iterators = lists.map((list) => between(list, positionOf, behind, upTo))
    const [only] = iterators
    const items =
      iterators.length === 1 && only !== undefined
        ? only
        : merged(iterators, (one, other) => positionOf(one) < positionOf(other))
    return placed(items, positionOf, isMeant)
  }

function* placed<All, Item extends All>(
  items: Iterable<All>,
  positionOf: (item: All) => number,
  isMeant: (item: All) => item is Item,
): Generator<Placed<Item> | undefined> {
  let count = 0
  for (const item of items) {
    if (isMeant(item)) yield [[positionOf(item)], item]
    if (++count % STEP === 0) yield undefined
  }
}

function* between<Item>(
  list: ReadonlyArray<Item>,
  positionOf: (item: Item) => number,
  after: number,
  upTo: number,
): Generator<Item> {
  for (let at = countOf(list, positionOf, after); at < list.length; at++) {
    const item = list[at]
    if (item === undefined || positionOf(item) > upTo) return
    yield item
  }
}

/** How many had come by a position. */
export const countOf = <Item>(
  list: ReadonlyArray<Item>,
  positionOf: (item: Item) => number,
  position: number,
): number => {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const item = list[middle]
    if (item !== undefined && positionOf(item) <= position) low = middle + 1
    else high = middle
  }
  return low
}
