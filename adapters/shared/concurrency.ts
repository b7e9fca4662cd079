/**
 * Works on all items, on at most `limit` of them at once. After the first failure no other item is begun;
 * those under way are waited for, then it rejects with that failure.
 */
export const forEachConcurrently = async <A>(
  items: Iterable<A>,
  limit: number,
  work: (item: A, index: number) => Promise<void>,
): Promise<void> => {
  const queue = items[Symbol.iterator]()
  const failures: unknown[] = []
  let index = 0
  const worker = async (): Promise<void> => {
    for (let item = queue.next(); item.done !== true && failures.length === 0; item = queue.next())
      await work(item.value, index++).catch((failure: unknown) => failures.push(failure))
  }
  await Promise.all(Array.from({ length: limit }, worker))
  if (failures.length > 0) throw failures[0]
}
