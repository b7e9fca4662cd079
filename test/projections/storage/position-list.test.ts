/** Positions in a byte or two each: how many there are up to one, against counting them. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addPosition, countOfUpTo, positionList } from '../../../projections/storage/position-list.js'

describe('a list of positions', () => {
  it('counts those up to any position as a look at each does', () => {
    const step = fc.oneof(fc.nat(3), fc.nat(300), fc.constantFrom(0, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 40))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
        const list = positionList()
        const all: number[] = []
        for (const step of steps) {
          all.push((all.at(-1) ?? 0) + step)
          addPosition(list, all.at(-1) ?? 0)
        }
        const asked = [-1, 0, ...all.flatMap((position) => [position - 1, position, position + 1])]
        for (const upTo of asked)
          expect(countOfUpTo(list, upTo)).toBe(all.filter((position) => position <= upTo).length)
      }),
    )
  })
})
