/** Answers in pages: later ones are as of the moment of the first, so that nothing that is written meanwhile shifts them. */
import * as E from 'fp-ts/lib/Either.js'
import { doubleAsJson } from '../../domain/values/double.js'
import { BAD_CURSOR, type BadCursor, readCursor, writeCursor } from './cursor.js'

export interface Page<A> {
  readonly items: ReadonlyArray<A>
  /** Present where there is more: ask the same again with it as `cursor`. */
  readonly cursor?: string
}

/** A question as a cursor has it: what is asked for, and what must be so. */
export const questionOf = (what: string, wanted: object): ReadonlyArray<string> => [
  what,
  ...Object.entries(wanted)
    .sort()
    .flatMap(([key, value]) => (value === undefined ? [] : [key, JSON.stringify(value, doubleAsJson)])),
]

/** An item, and its place in the whole answer. */
export type Placed<Item> = readonly [place: ReadonlyArray<number>, item: Item]

/** Items in their order, from behind a place on. */
export type Onwards<Item> = (behind?: ReadonlyArray<number>) => Iterable<Placed<Item>>

/** The same where they have to be looked for: after some that are not meant comes a pause. */
export type OnwardsInSteps<Item> = (behind?: ReadonlyArray<number>) => Iterable<Placed<Item> | undefined>

/** Which page is wanted. */
export interface Paging {
  /** At most so many in one answer; 100 unless told. */
  readonly limit?: number | undefined
  /** Of the answer before, to the same question. */
  readonly cursor?: string | undefined
}

const LIMIT = 100

/** The page that is wanted: as of which moment, behind which place in the whole answer, and the most it holds. */
export interface PageStart {
  readonly moment: number
  /** Of the last item of the page before; `undefined` for the first page. */
  readonly behind: ReadonlyArray<number> | undefined
  readonly size: number
  readonly cursorBehind: (place: ReadonlyArray<number>) => string
}

export const pageStart = (
  question: ReadonlyArray<string>,
  { limit = LIMIT, cursor }: Paging,
  now: number,
): E.Either<BadCursor, PageStart> => {
  const start = cursor === undefined ? { moment: now, place: undefined } : readCursor(question, cursor, now)
  if (start === undefined || start.place?.length === 0 || start.place?.some((number) => number < 0))
    return E.left(BAD_CURSOR)
  const { moment, place: behind } = start
  return E.right({ moment, behind, size: limit, cursorBehind: (place) => writeCursor(question, { moment, place }) })
}

/** Items that were found one by one and put in an order, from a place on; the place of one is how many come before it. */
export const inPlaces = <Item>(items: Iterable<Item>, first: number): Onwards<Item> =>
  function* () {
    let at = first
    for (const item of items) yield [[at++], item]
  }

/** The items of a page, and how to go on where there are more; none is touched behind the one that says so. */
export function* pageInSteps<Item, A>(
  { behind, size, cursorBehind }: PageStart,
  onwards: OnwardsInSteps<Item>,
  answer: (item: Item) => A,
): Generator<void, Page<A>> {
  const items: A[] = []
  let last = behind
  for (const found of onwards(behind)) {
    if (found === undefined) {
      yield
      continue
    }
    const [place, item] = found
    if (items.length === size) return { items, cursor: cursorBehind(last ?? place) }
    items.push(answer(item))
    last = place
  }
  return { items }
}

/** The same at once. */
export const pageOf = <Item, A>(start: PageStart, onwards: Onwards<Item>, answer: (item: Item) => A): Page<A> => {
  const page = pageInSteps(start, onwards, answer)
  for (;;) {
    const step = page.next()
    if (step.done === true) return step.value
  }
}
