import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addKey, emptyKeyTable, isKeyTable, numberOfKey, setKey } from '../../../domain/values/key-table.js'

/** Keys that resemble each other, as ids that count do. */
const key = fc.oneof(
  fc.nat({ max: 5000 }).map((number) => `c${number}`),
  fc.uuid(),
  fc.string({ maxLength: 3 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
)

describe('a table of keys', () => {
  it('gives each key the number that it was added with first, and others none', () => {
    const property = fc.property(fc.array(key, { maxLength: 2000, size: 'max' }), fc.array(key), (keys, others) => {
      const table = emptyKeyTable()
      const known = new Map<string, number>()
      for (const [number, each] of keys.entries()) {
        addKey(table, each, number)
        if (!known.has(each)) known.set(each, number)
      }
      expect(table.size).toBe(known.size)
      for (const each of [...keys, ...others]) expect(numberOfKey(table, each)).toBe(known.get(each))
      expect(isKeyTable(table.size, table.slots)).toBe(true)
    })
    fc.assert(property)
  })

  it('gives each key the number that it was set to last', () => {
    const property = fc.property(fc.array(key, { maxLength: 2000, size: 'max' }), (keys) => {
      const table = emptyKeyTable()
      const known = new Map(keys.map((each, number) => [each, number]))
      for (const [number, each] of keys.entries()) setKey(table, each, number)
      expect(table.size).toBe(known.size)
      for (const [each, number] of known) expect(numberOfKey(table, each)).toBe(number)
    })
    fc.assert(property, { numRuns: 30 })
  })

  it('tells ten thousand keys apart that differ in one place', () => {
    const table = emptyKeyTable()
    const keys = Array.from({ length: 10_000 }, (_, number) => `acme/churn/run-${number}/checkpoint`)
    for (const [number, each] of keys.entries()) addKey(table, each, number)
    expect(keys.map((each) => numberOfKey(table, each))).toEqual([...keys.keys()])
    for (const lane of [0, 1, 2]) {
      const hashes = Array.from({ length: table.slots.length / 4 }, (_, slot) => table.slots[4 * slot + lane])
      // Of ten thousand numbers of 32 bits, hardly any two are the same.
      expect(new Set(hashes.filter((hash) => hash !== 0)).size).toBeGreaterThan(9990)
    }
  })

  it('is none where its parts do not fit', () => {
    const { slots } = emptyKeyTable()
    expect(isKeyTable(0, slots)).toBe(true)
    expect(isKeyTable(0, new Int32Array(32))).toBe(true)
    for (const [size, other] of [
      [0, new Int32Array(3)],
      [0, new Int32Array(48)],
      [0, new Float64Array(32)],
      [1, slots],
      [7, new Int32Array(32)],
      ['1', slots],
      [0, undefined],
    ]) {
      expect(isKeyTable(size, other)).toBe(false)
    }
  })
})
