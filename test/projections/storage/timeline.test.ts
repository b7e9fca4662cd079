/** Timelines: whatever the gaps between positions, what holds at one is found. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asOf, countUpTo, latest, setFrom, timeline } from '../../../projections/storage/timeline.js'

/** Gaps of every kind: none, even, in bursts, and as wide as positions go. */
const gaps = fc.oneof(
  fc.array(fc.constantFrom(1, 2)),
  fc.array(fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.nat(1_000_000) })),
  fc.array(fc.maxSafeNat().map((nat) => Math.floor(nat / 1000))),
)
const sorted = gaps.map((steps) => {
  let position = 0
  return steps.map((step) => {
    position += step
    return position
  })
})

describe('a timeline', () => {
  it('knows how many positions are not after another, as counting does', () => {
    fc.assert(
      fc.property(sorted, fc.array(fc.maxSafeNat()), (positions, others) => {
        const around = positions.flatMap((position) => [position - 1, position, position + 1])
        for (const position of [0, ...around, ...others]) {
          expect(countUpTo(positions, position)).toBe(positions.filter((other) => other <= position).length)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('finds each of many in few steps, however they lie', () => {
    const burst = Array.from({ length: 100_000 }, (_, index) => (index < 99_000 ? index : index * 1_000_000))
    let looked = 0
    const counted = new Proxy(burst, {
      get: (target, member) => {
        looked += 1
        return Reflect.get(target, member)
      },
    })
    for (let index = 0; index < burst.length; index += 997) {
      looked = 0
      expect(countUpTo(counted, burst[index] ?? 0)).toBe(index + 1)
      expect(looked).toBeLessThan(40)
    }
  })

  it('has the value of the last change at a position, and nothing before the first', () => {
    const holders = timeline<string>()
    setFrom(holders, 3, 'a')
    setFrom(holders, 7, 'b')
    setFrom(holders, 7, 'c')
    expect([2, 3, 6, 7, 100].map((position) => asOf(holders, position))).toEqual([undefined, 'a', 'a', 'c', 'c'])
    expect(latest(holders)).toBe('c')
  })
})
