import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeWith } from '../../../domain/values/codec.js'
import { sha256 } from '../../../domain/values/digest.js'
import { EventMetadata } from '../../../domain/values/envelope.js'
import { canonicalJson } from '../../../domain/values/json.js'
import { actorOf, commandIdOf, recordedAtOf, recordedAtTextOf } from '../../../domain/values/metadata-text.js'
import { right } from '../../support/domain-ledger.js'

/** Legal labels, some of which look like what is searched for. */
const label = fc.oneof(
  fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }).filter((text) => !/\p{Cc}/u.test(text)),
  fc.constantFrom(
    '"recordedAt":"',
    '"actor":"eve"',
    '\\',
    '"',
    '\\"',
    '"schema":1}',
    '"recordedAt":"2020-01-01T00:00:00.000Z","schema":1}',
  ),
)
const instant = fc
  .date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
  .map((date) => date.toISOString())

const metadata = fc.record(
  {
    commandId: label,
    commandDigest: fc.string().map(sha256),
    actor: label,
    recordedAt: instant,
    schema: fc.integer({ min: 1, max: 300 }),
    reason: label,
    onBehalfOf: label,
    correlationId: label,
    causationId: label,
    occurredAt: instant,
  },
  { requiredKeys: ['commandId', 'commandDigest', 'actor', 'recordedAt', 'schema'] },
)

describe('time, actor and command, read from the text of metadata', () => {
  it('are those that the codec finds in it', () => {
    const property = fc.property(metadata, (value) => {
      const text = right(canonicalJson(value))
      const decoded = right(decodeWith(EventMetadata)(JSON.parse(text)))
      expect(recordedAtOf({ metadata: text })).toBe(Date.parse(decoded.recordedAt))
      expect(actorOf({ metadata: text })).toBe(decoded.actor)
      expect(commandIdOf({ metadata: text })).toBe(decoded.commandId)
      expect(recordedAtTextOf({ metadata: text })).toBe(decoded.recordedAt)
    })
    fc.assert(property, { numRuns: 2000 })
  })

  it('are nothing where there is none', () => {
    expect(recordedAtOf({ metadata: '{"actor":"anna"}' })).toBeNaN()
    expect(recordedAtOf({ metadata: '{"recordedAt":"yesterday"}' })).toBeNaN()
    expect(actorOf({ metadata: '{"commandId":"once","schema":1}' })).toBe('')
    expect(commandIdOf({ metadata: '{"actor":"anna"}' })).toBe('')
    expect(recordedAtTextOf({ metadata: '{"actor":"anna"}' })).toBe('')
  })
})
