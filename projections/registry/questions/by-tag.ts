/** A list by the tags of what is in it: what has several is in several groups, what has none in the last. */
import * as E from 'fp-ts/lib/Either.js'
import { ORIGIN } from '../../../domain/ports/event-store.js'
import type { BadCursor } from '../../paging/cursor.js'
import { type Onwards, type Page, pageOf } from '../../paging/page.js'
import type { CollectionEntry } from '../state.js'
import { type RegistryAsOf, valueAt } from './as-of.js'
import { compareTexts } from './conditions.js'
import { begun, countOf, type List, type Listed } from './in-order.js'
import type { Steps } from './in-steps.js'

export interface TagGroup<A> {
  /** `null` for what has no tag, which is the last group. */
  readonly tag: string | null
  /** In the order in which they came. */
  readonly items: ReadonlyArray<A>
}

/** A page of groups: it ends after so many items, of all of them, and the next one may go on in the same group. */
export function* listedByTag<Item extends CollectionEntry, A>(
  registryAsOf: RegistryAsOf,
  list: List,
  what: Listed<CollectionEntry, Item, A>,
): Steps<E.Either<BadCursor, Page<TagGroup<A>>>> {
  const found = begun(registryAsOf, list, { ...what, what: `${what.what} by tag` })
  if (E.isLeft(found)) return found
  const { start, then, onwards } = found.right
  const groups = new Map<string | null, Item[]>()
  for (const placed of onwards()) {
    if (placed === undefined) {
      yield
      continue
    }
    const [, item] = placed
    const tags = valueAt(then, item.tags) ?? []
    for (const tag of tags.length === 0 ? [null] : tags) {
      const known = groups.get(tag)
      if (known === undefined) groups.set(tag, [item])
      else known.push(item)
    }
  }
  const { items, ...more } = pageOf(start, inGroups([...groups].sort(untaggedLast)), ([tag, item]) => ({
    tag,
    item: what.answer(then, item),
  }))
  const answered: Array<{ readonly tag: string | null; readonly items: A[] }> = []
  for (const { tag, item } of items) {
    const last = answered.at(-1)
    if (last !== undefined && last.tag === tag) last.items.push(item)
    else answered.push({ tag, items: [item] })
  }
  return E.right({ items: answered, ...more })
}

type Group<Item> = readonly [tag: string | null, items: ReadonlyArray<Item>]

const untaggedLast = ([one]: Group<unknown>, [other]: Group<unknown>): number =>
  one === null || other === null ? Number(one === null) - Number(other === null) : compareTexts(one, other)

/** The place of an item is that of its group, and its position. */
const inGroups = <Item extends CollectionEntry>(
  groups: ReadonlyArray<Group<Item>>,
): Onwards<readonly [tag: string | null, item: Item]> =>
  function* ([first = 0, behind = ORIGIN - 1] = []) {
    for (let at = first; at < groups.length; at++) {
      const [tag = null, items = []] = groups[at] ?? []
      const from = at > first ? 0 : countOf(items, ({ created }) => created, behind)
      for (const item of items.slice(from))
        yield [
          [at, item.created],
          [tag, item],
        ]
    }
  }
