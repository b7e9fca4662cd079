import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as t from 'io-ts'
import { describe, expect, it } from 'vitest'
import { eventCodecs, upcasters } from '../../../domain/events/catalogue.js'
import { leafHash } from '../../../domain/events/leaf-hash.js'
import { decodeEvent, encodeEvent } from '../../../domain/events/stored-events.js'
import { toPosition, toRevision } from '../../../domain/ports/event-store.js'
import { right } from '../../support/domain-ledger.js'

/** An event as it was stored once, and its leaf hash. */
const Golden = t.strict({
  stream: t.string,
  revision: t.number,
  id: t.string,
  type: t.string,
  data: t.string,
  metadata: t.string,
  leafHash: t.string,
})

const folder = fileURLToPath(new URL('../../golden/', import.meta.url))
const files = readdirSync(folder).sort()
const read = (file: string): t.TypeOf<typeof Golden> =>
  right(Golden.decode(JSON.parse(readFileSync(folder + file, 'utf8'))))

const versionOf = (type: string): number => upcasters[type]?.version ?? 1

describe('an event that was recorded once', () => {
  it.each(files)('can be read for ever: %s', (file) => {
    const golden = read(file)
    const decoded = right(decodeEvent({ ...golden, revision: toRevision(golden.revision), position: toPosition(1) }))
    expect(file).toBe(`${golden.type}.v${decoded.metadata.schema}.json`)
    expect(decoded.event.type).toBe(golden.type)
    expect(leafHash(golden, decoded.metadata.recordedAt)).toBe(golden.leafHash)

    if (decoded.metadata.schema !== versionOf(golden.type)) return
    // What is written today is written with the same bytes tomorrow.
    const { data, metadata } = right(encodeEvent(golden.stream, 0, decoded.event, decoded.metadata))
    expect({ data, metadata }).toEqual({ data: golden.data, metadata: golden.metadata })
  })
})

describe('the golden files', () => {
  it('are one for each event type and schema version', () => {
    const types = new Set(Object.values(eventCodecs).flatMap((codecs) => Object.keys(codecs)))
    const expected = [...types].flatMap((type) =>
      Array.from({ length: versionOf(type) }, (_, version) => `${type}.v${version + 1}.json`),
    )
    expect(files).toEqual(expected.sort())
  })
})
