/** Sorted lists as one sorted list: each is read no further than somebody asks for. */
export function* merged<Item>(
  lists: ReadonlyArray<Iterator<Item>>,
  isBefore: (one: Item, other: Item) => boolean,
): Generator<Item> {
  // A heap: no head stands before the one at half its place.
  const heads = lists.flatMap((list) => {
    const first = list.next()
    return first.done === true ? [] : [{ item: first.value, list }]
  })
  const sink = (from: number): void => {
    for (let at = from; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2]
      const [head, one, other] = [heads[at], heads[left], heads[right]]
      if (head === undefined || one === undefined) return
      const [next, below] = other !== undefined && isBefore(other.item, one.item) ? [right, other] : [left, one]
      if (!isBefore(below.item, head.item)) return
      heads[at] = below
      heads[next] = head
      at = next
    }
  }
  for (let at = heads.length >> 1; at >= 0; at--) sink(at)
  for (let head = heads[0]; head !== undefined; head = heads[0]) {
    yield head.item
    const next = head.list.next()
    if (next.done !== true) head.item = next.value
    else {
      const last = heads.pop()
      if (last !== undefined && last !== head) heads[0] = last
    }
    sink(0)
  }
}
