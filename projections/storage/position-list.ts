/**
 * Many positions in ascending order, of which is asked how many there are up to one: a byte or two each, since how far
 * one is from the one before is a small number.
 */
import { isBytes } from '../../domain/values/built-ins.js'
import { bytes, grownCapacity } from '../../domain/values/columns.js'
import { countUpTo } from './timeline.js'

/** After so many, one is kept whole. */
const BLOCK = 64

export interface PositionList {
  count: number
  last: number
  /** How far each is from the one before, seven bits a byte, the low ones first; the eighth says that more follow. */
  steps: Uint8Array
  used: number
  /** The first of each block, and how many bytes came before it. */
  readonly firsts: number[]
  readonly offsets: number[]
}

export const positionList = (): PositionList => ({
  count: 0,
  last: 0,
  steps: bytes(0),
  used: 0,
  firsts: [],
  offsets: [],
})

/** Not before the last. */
export const addPosition = (list: PositionList, position: number): void => {
  if (list.count % BLOCK === 0) {
    list.firsts.push(position)
    list.offsets.push(list.used)
  } else {
    let step = position - list.last
    for (; step >= 128; step = Math.floor(step / 128)) addByte(list, (step % 128) | 128)
    addByte(list, step)
  }
  list.last = position
  list.count += 1
}

const addByte = (list: PositionList, byte: number): void => {
  if (list.used === list.steps.length) list.steps = bytes(grownCapacity(list.used), list.steps)
  list.steps[list.used++] = byte
}

/** How many are not after a position. */
export const countOfUpTo = (list: PositionList, position: number): number => {
  const { count, last, steps, firsts, offsets } = list
  if (count === 0 || position >= last) return count
  const blocks = countUpTo(firsts, position)
  if (blocks === 0) return 0
  let at = firsts[blocks - 1] ?? 0
  let offset = offsets[blocks - 1] ?? 0
  let counted = (blocks - 1) * BLOCK + 1
  for (const end = Math.min(count, blocks * BLOCK); counted < end; counted++) {
    for (let unit = 1; ; unit *= 128) {
      const byte = steps[offset++] ?? 0
      at += (byte & 127) * unit
      if (byte < 128) break
    }
    if (at > position) break
  }
  return counted
}

/** The one at an index, which is below the count. */
export const valueAt = ({ steps, firsts, offsets }: PositionList, index: number): number => {
  const block = Math.floor(index / BLOCK)
  let at = firsts[block] ?? 0
  let offset = offsets[block] ?? 0
  for (let left = index % BLOCK; left > 0; left--) {
    for (let unit = 1; ; unit *= 128) {
      const byte = steps[offset++] ?? 0
      at += (byte & 127) * unit
      if (byte < 128) break
    }
  }
  return at
}

/** As they are at the moment of the call. */
export const copyPositions = (list: PositionList): PositionList => ({
  ...list,
  steps: list.steps.slice(0, list.used),
  firsts: [...list.firsts],
  offsets: [...list.offsets],
})

/** Whether something that was read has the shape of one. */
export const isPositionList = (value: unknown): value is PositionList =>
  typeof value === 'object' &&
  value !== null &&
  ['count', 'last', 'used'].every((name) => typeof Reflect.get(value, name) === 'number') &&
  isBytes(Reflect.get(value, 'steps')) &&
  ['firsts', 'offsets'].every((name) => Array.isArray(Reflect.get(value, name)))
