/** Work on very many things, in steps: whoever has it done can give others a turn in between. */
import { merged } from '../../storage/merge.js'

/** Ends with its outcome; each `yield` before is a pause. */
export type Steps<Outcome> = Generator<void, Outcome>

/** So many things are looked at in one step, which takes some milliseconds at most. */
export const STEP = 2000

/** Without a pause. */
export const atOnce = <Outcome>(steps: Steps<Outcome>): Outcome => {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** All items, with a pause after so many. */
export function* looked<Item>(items: Iterable<Item>, look: (item: Item) => void): Steps<void> {
  let count = 0
  for (const item of items) {
    look(item)
    if (++count % STEP === 0) yield
  }
}

/** Items from a place of their order on. Which come after those that are asked for, is not found out. */
export function* sortedFrom<Item>(
  items: ReadonlyArray<Item>,
  compare: (one: Item, other: Item) => number,
  place: number,
): Steps<Iterable<Item>> {
  const sorted: Array<Iterator<Item>> = []
  for (let from = 0; from < items.length; from += STEP) {
    sorted.push(
      items
        .slice(from, from + STEP)
        .sort(compare)
        .values(),
    )
    yield
  }
  const all = merged(sorted, (one, other) => compare(one, other) < 0)
  for (let at = 0; at < Math.min(place, items.length); at++) {
    all.next()
    if (at % STEP === STEP - 1) yield
  }
  return all
}
