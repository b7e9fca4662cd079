/** Conditions on metadata and metrics, and the order of their values. */
import type { Json } from '../../../domain/values/json.js'

export const COMPARISONS = ['=', '!=', '<', '<=', '>', '>='] as const

/** `{key: 'optimizer.lr', is: '<', value: 0.1}`: a key leads into objects by dots. */
export interface Condition {
  readonly key: string
  readonly is: (typeof COMPARISONS)[number]
  readonly value: number | string | boolean | null
}

/** A value inside metadata: a key of its own, or the way to it by dots. */
export const memberAt = (metadata: Json | undefined, key: string): Json | undefined => {
  if (!isObject(metadata)) return undefined
  if (Object.hasOwn(metadata, key)) return metadata[key]
  const dot = key.indexOf('.')
  return dot === -1 || !Object.hasOwn(metadata, key.slice(0, dot))
    ? undefined
    : memberAt(metadata[key.slice(0, dot)], key.slice(dot + 1))
}

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Only values of one kind are smaller or greater than each other. An absent one is unequal to every value. What is not a
 * number is equal to itself, so that it can be looked for, and neither smaller nor greater than anything.
 */
export const isMet = ({ is, value: wanted }: Condition, value: Json | undefined): boolean => {
  if (is === '=') return isEqual(value, wanted)
  if (is === '!=') return !isEqual(value, wanted)
  if (value === undefined || rankOf(value) !== rankOf(wanted) || rankOf(value) > TEXT) return false
  const order = compareAlike(value, wanted)
  switch (is) {
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '>=':
      return order >= 0
  }
}

/**
 * Numbers, then texts, then truth values, then what has no order. NaN comes behind them all in both orders, and what is
 * not there last.
 */
export const compareValues = (one: Json | undefined, other: Json | undefined, sign: 1 | -1): number => {
  const [left, right] = [rankOf(one), rankOf(other)]
  return left >= NOT_A_NUMBER || right >= NOT_A_NUMBER
    ? left - right
    : sign * (left - right || compareAlike(one, other))
}

const rankOf = (value: Json | undefined): number => {
  if (typeof value === 'number') return Number.isNaN(value) ? NOT_A_NUMBER : 0
  if (typeof value === 'string') return TEXT
  if (typeof value === 'boolean') return 2
  return value === undefined ? ABSENT : 3
}
const TEXT = 1
const NOT_A_NUMBER = 4
const ABSENT = 5

const isEqual = (value: Json | undefined, wanted: Condition['value']): boolean =>
  value === wanted || (rankOf(value) === NOT_A_NUMBER && rankOf(wanted) === NOT_A_NUMBER)

const compareAlike = (one: Json | undefined, other: Json | undefined): number => {
  // The difference of two infinities is none.
  if (typeof one === 'number' && typeof other === 'number') return one < other ? -1 : one > other ? 1 : 0
  if (typeof one === 'string' && typeof other === 'string') return compareTexts(one, other)
  return Number(one === true) - Number(other === true)
}

/** By code units, the same everywhere. */
export const compareTexts = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
