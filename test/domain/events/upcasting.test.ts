import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventCodecs, upcasters } from '../../../domain/events/catalogue.js'
import { type Upcasters, upcast } from '../../../domain/events/upcasting.js'

/** A type that was renamed a member in version 2 and given one in version 3. */
const table: Upcasters = {
  Moved: {
    version: 3,
    steps: [({ target, ...rest }) => ({ ...rest, to: target ?? null }), (data) => ({ ...data, from: null })],
  },
}

describe('an old event', () => {
  it.each([
    [1, { alias: 'best', target: 3 }, { alias: 'best', to: 3, from: null }],
    [2, { alias: 'best', to: 3 }, { alias: 'best', to: 3, from: null }],
    [3, { alias: 'best', to: 3, from: 1 }, { alias: 'best', to: 3, from: 1 }],
  ])('of version %i is brought to the version of today', (version, data, today) => {
    expect(upcast(table, 'Moved', version, data)).toEqual(today)
  })

  it('of a version from the future cannot be read', () => {
    expect(upcast(table, 'Moved', 4, {})).toBeUndefined()
    expect(upcast(table, 'Removed', 2, {})).toBeUndefined()
  })

  it('of a type that never changed stays as it is', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer()), (data) => {
        expect(upcast(table, 'Removed', 1, data)).toEqual(data)
      }),
    )
  })

  it('is not changed itself', () => {
    const data = Object.freeze({ alias: 'best', target: 3 })
    upcast(table, 'Moved', 1, data)
    expect(data).toEqual({ alias: 'best', target: 3 })
  })
})

describe.each([
  ['of this test', table, new Set(['Moved'])],
  ['of the events', upcasters, new Set(Object.values(eventCodecs).flatMap((codecs) => Object.keys(codecs)))],
])('the table of upcasters %s', (_which, upcasters, types) => {
  it('has a step from each version to the next, for types that exist', () => {
    for (const [type, { version, steps }] of Object.entries(upcasters)) {
      expect(types, type).toContain(type)
      expect(steps, type).toHaveLength(version - 1)
    }
  })
})
