/**
 * The heart of the read side: what was so, from which position on. *Now* is the last entry, *as of a
 * position* is a binary search, *history* is the list itself. Append-only, and appended to by folds alone.
 */

export interface Timeline<Value> {
  readonly positions: number[]
  readonly values: Value[]
}

export const timeline = <Value>(): Timeline<Value> => ({ positions: [], values: [] })

/** From this position on, which is not before any other of the timeline, the value is so. */
export const setFrom = <Value>({ positions, values }: Timeline<Value>, position: number, value: Value): void => {
  if (positions.length > 0 && positions[positions.length - 1] === position) {
    values[values.length - 1] = value
    return
  }
  positions.push(position)
  values.push(value)
}

/** The value now; `undefined` if there never was one. */
export const latest = <Value>({ values }: Timeline<Value>): Value | undefined => values[values.length - 1]

/** The value as of a position, which is inclusive; `undefined` if there was none yet. */
export const asOf = <Value>({ positions, values }: Timeline<Value>, position: number): Value | undefined => {
  const count = countUpTo(positions, position)
  return count === 0 ? undefined : values[count - 1]
}

/** Positions come about evenly, so a guess is near; after so many it is halves that are searched. */
const GUESSES = 2

/** How many of the sorted positions are not after a position. */
export const countUpTo = (positions: ReadonlyArray<number>, position: number): number => {
  const last = positions[positions.length - 1]
  if (last === undefined || position >= last) return positions.length
  return countBefore(positions, position)
}

/** The same among positions of which the last is later. */
const countBefore = (positions: ReadonlyArray<number>, position: number): number => {
  const at = (index: number): number => positions[index] ?? Infinity
  let low = 0
  let high = positions.length - 1
  if (position < at(low)) return 0
  // The count is more than `low`, at most `high`; a guess is right, or bounds it.
  for (let guess = 0; guess < GUESSES; guess++) {
    const near = low + Math.floor(((position - at(low)) / (at(high) - at(low))) * (high - low))
    if (at(near) <= position) {
      low = near + 1
      if (position < at(low)) return low
    } else {
      high = near
      if (at(near - 1) <= position) return near
    }
  }
  while (low < high) {
    const middle = (low + high) >>> 1
    if (at(middle) <= position) low = middle + 1
    else high = middle
  }
  return low
}
