/**
 * Numbers by keys, for millions of keys: a hash table in one array of integers, which is kept and read again as it is. It
 * holds no texts but 96 bits of hash for each: among a million keys, two with one hash are to be expected once in 10^17 tables.
 */
import { isInt32Array } from './built-ins.js'
import { ints, type ReadonlyColumn } from './columns.js'

export interface KeyTable {
  size: number
  /** Slots of four: three of hash, and the number + 1; 0 where the slot is free. */
  slots: Int32Array
}

const WIDTH = 4
const FEWEST = 8
/** Shared by all that hold nothing: it has no place to write to. */
const NO_SLOTS = ints(0)

export const emptyKeyTable = (): KeyTable => ({ size: 0, slots: NO_SLOTS })

/** Of a whole number below 2^31 - 1. A key that is there keeps the number that it has. */
export const addKey = (table: KeyTable, key: string, number: number): void => {
  put(table, key, number, false)
}

/** The same, but a key that is there takes the number. */
export const setKey = (table: KeyTable, key: string, number: number): void => {
  put(table, key, number, true)
}

const put = (table: KeyTable, key: string, number: number, anew: boolean): void => {
  const hash = hashOf(key)
  let slot = table.slots.length === 0 ? -1 : slotOf(table.slots, hash)
  if (slot >= 0) {
    if (anew) table.slots[slot + 3] = number + 1
    return
  }
  if ((table.size + 1) * 4 > (table.slots.length / WIDTH) * 3) {
    table.slots = grown(table.slots)
    slot = slotOf(table.slots, hash)
  }
  write(table.slots, -slot - 1, hash, number + 1)
  table.size += 1
}

export const numberOfKey = ({ slots }: { readonly slots: ReadonlyColumn }, key: string): number | undefined => {
  const slot = slots.length === 0 ? -1 : slotOf(slots, hashOf(key))
  return slot < 0 ? undefined : (slots[slot + 3] ?? 0) - 1
}

/** Whether a value is such a table. */
export const isKeyTable = (size: unknown, slots: unknown): slots is Int32Array =>
  isInt32Array(slots) &&
  (slots.length === 0 || (slots.length >= FEWEST * WIDTH && Number.isInteger(Math.log2(slots.length)))) &&
  typeof size === 'number' &&
  size * 4 <= (slots.length / WIDTH) * 3

interface Hash {
  readonly a: number
  readonly b: number
  readonly c: number
}

/** Where the key stands; where it would, as `-slot - 1`, if it is not there. */
const slotOf = (slots: ReadonlyColumn, { a, b, c }: Hash): number => {
  const last = slots.length / WIDTH - 1
  for (let index = a & last; ; index = (index + 1) & last) {
    const slot = index * WIDTH
    if (slots[slot + 3] === 0) return -slot - 1
    if (slots[slot] === a && slots[slot + 1] === b && slots[slot + 2] === c) return slot
  }
}

const grown = (slots: ReadonlyColumn): Int32Array => {
  const larger = ints(Math.max(FEWEST * WIDTH, slots.length * 2))
  for (let at = 0; at < slots.length; at += WIDTH) {
    const value = slots[at + 3] ?? 0
    if (value === 0) continue
    const hash = { a: slots[at] ?? 0, b: slots[at + 1] ?? 0, c: slots[at + 2] ?? 0 }
    write(larger, -slotOf(larger, hash) - 1, hash, value)
  }
  return larger
}

/** Member by member: this is done for each of millions of keys. */
const write = (slots: Int32Array, slot: number, { a, b, c }: Hash, value: number): void => {
  slots[slot] = a
  slots[slot + 1] = b
  slots[slot + 2] = c
  slots[slot + 3] = value
}

/** Three hashes of 32 bits, each of all characters, each step of which can be undone: none forgets what came before. */
const hashOf = (key: string): Hash => {
  let [a, b, c] = [0x243f6a88, 0x85a308d3, 0x13198a2e]
  for (let at = 0; at < key.length; at++) {
    const code = key.charCodeAt(at)
    a = Math.imul(rotated(a ^ code, 13), 0x2545f491)
    b = Math.imul(rotated(b, 17) ^ code, 0x5bd1e995)
    c = Math.imul(rotated(c + code, 11) ^ key.length, 0x1b873593)
  }
  return { a: mixed(a ^ rotated(c, 7)), b: mixed(b ^ rotated(a, 19)), c: mixed(c ^ rotated(b, 5)) }
}

const rotated = (value: number, by: number): number => (value << by) | (value >>> (32 - by))

const mixed = (value: number): number => {
  const once = Math.imul(value ^ (value >>> 16), 0x7feb352d)
  const twice = Math.imul(once ^ (once >>> 15), 0x846ca68b | 0)
  return twice ^ (twice >>> 16)
}
