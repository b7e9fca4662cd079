import { describe, expect, it } from 'vitest'
import { eventCodecs, upcasters } from '../../../domain/events/catalogue.js'
import { leafHash } from '../../../domain/events/leaf-hash.js'
import { decodeEvent, encodeEvent } from '../../../domain/events/stored-events.js'
import { toPosition, toRevision } from '../../../domain/ports/event-store.js'
import { decodeWith } from '../../../domain/values/codec.js'
import { left, right } from '../../support/domain-ledger.js'
import { goldens, membersOf } from '../../support/golden-files.js'

const all = goldens()
const versionOf = (type: string): number => upcasters[type]?.version ?? 1

describe('an event that was recorded once', () => {
  it.each(all.map((golden) => [golden.file, golden] as const))('can be read for ever: %s', (file, golden) => {
    const decoded = right(decodeEvent({ ...golden, revision: toRevision(golden.revision), position: toPosition(1) }))
    // What a type says more since then stands behind the version.
    expect(file).toMatch(new RegExp(`^${golden.type}\\.v${decoded.metadata.schema}(\\.[A-Za-z-]+)?\\.json$`))
    expect(decoded.event.type).toBe(golden.type)
    expect(leafHash(golden, decoded.metadata.recordedAt)).toBe(golden.leafHash)

    if (decoded.metadata.schema !== versionOf(golden.type)) return
    // What is written today is written with the same bytes tomorrow.
    const { data, metadata } = right(encodeEvent(golden.stream, 0, decoded.event, decoded.metadata))
    expect({ data, metadata }).toEqual({ data: golden.data, metadata: golden.metadata })
  })
})

describe('the golden files', () => {
  const types = new Map(Object.values(eventCodecs).flatMap((codecs) => Object.entries(codecs)))

  it('are there for each event type and schema version', () => {
    const expected = [...types.keys()].flatMap((type) =>
      Array.from({ length: versionOf(type) }, (_, version) => `${type}.v${version + 1}.json`),
    )
    expect(all.map(({ file }) => file)).toEqual(expect.arrayContaining(expected))
    expect(all.filter(({ type }) => !types.has(type))).toEqual([])
  })

  it.each([...types])('hold every member that an event may have: %s', (type, codec) => {
    // The codec lists its members where it refuses another one.
    const [problem] = left(decodeWith<unknown>(codec)({ type, misspelt: 1 })).filter(({ at }) => at === 'misspelt')
    const known = /known here: ([^)]*)/.exec(problem?.expected ?? '')?.[1]?.split(', ') ?? []
    expect(known).toContain('type')
    const held = all.filter((golden) => golden.type === type && golden.schema === versionOf(type)).flatMap(membersOf)
    expect(new Set(['type', ...held])).toEqual(new Set(known))
  })
})
