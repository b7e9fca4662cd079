import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import type { DomainEvent } from '../../../domain/events/catalogue.js'
import { decodeEvent, encodeEvent, encodeEvents } from '../../../domain/events/stored-events.js'
import type { StoredEvent } from '../../../domain/ports/event-store.js'
import { toPosition, toRevision } from '../../../domain/ports/event-store.js'
import { nameBasedUuid, sha256 } from '../../../domain/values/digest.js'
import { CommandId } from '../../../domain/values/envelope.js'
import { versionNumberAt } from '../../../domain/values/names.js'
import { decoded } from '../../support/decoded.js'
import { left, right } from '../../support/domain-ledger.js'

const stream = 'artifact-acme/churn/model'
const metadata = {
  commandId: decoded(CommandId, 'c'),
  commandDigest: sha256('c'),
  actor: 'anna',
  recordedAt: '2026-05-03T12:00:00.000Z',
}
const moved: DomainEvent = { type: 'AliasMoved', alias: 'best', from: null, to: versionNumberAt(3) }

const stored = (change: Partial<StoredEvent> = {}): StoredEvent => ({
  ...right(encodeEvent(stream, 0, moved, metadata)),
  stream,
  revision: toRevision(4),
  position: toPosition(17),
  ...change,
})

describe('an event', () => {
  it('is written as canonical JSON, without what the store knows by itself', () => {
    expect(stored()).toMatchObject({
      type: 'AliasMoved',
      data: '{"alias":"best","from":null,"to":3}',
      metadata: `{"actor":"anna","commandDigest":"${sha256('c')}","commandId":"c","recordedAt":"2026-05-03T12:00:00.000Z","schema":1}`,
    })
  })

  it('is read as it was written', () => {
    expect(right(decodeEvent(stored()))).toEqual({
      stream,
      revision: 4,
      position: 17,
      id: stored().id,
      event: moved,
      metadata: { ...metadata, schema: 1 },
    })
  })

  it('has an id that follows from everything in it', () => {
    const id = (on: string, index: number, event: DomainEvent, more: object = {}) =>
      right(encodeEvent(on, index, event, { ...metadata, ...more })).id
    const ids = [
      id(stream, 0, moved),
      id('artifact-acme/churn/other', 0, moved),
      id(stream, 1, moved),
      id(stream, 0, { ...moved, to: versionNumberAt(4) }),
      id(stream, 0, { type: 'AliasRemoved', alias: 'best', from: versionNumberAt(3) }),
      id(stream, 0, moved, { commandId: decoded(CommandId, 'd') }),
      id(stream, 0, moved, { commandDigest: sha256('d') }),
      id(stream, 0, moved, { recordedAt: '2026-05-03T12:00:00.001Z' }),
    ]
    expect(new Set(ids).size).toBe(ids.length)
    expect(id(stream, 0, moved)).toBe(ids[0])
    expect(ids[0]).toBe(nameBasedUuid(stream, 'c', '0', 'AliasMoved', stored().data, stored().metadata))
  })

  it('of a command of several is written as one by one', () => {
    const said = { ...metadata, reason: 'größe "x"', onBehalfOf: 'bob', occurredAt: '2026-05-03T11:00:00.000Z' }
    const created: DomainEvent = { type: 'RegisteredModelCreated', artifactType: 'model' }
    const events = [created, moved, { ...moved, alias: 'latest' }]
    expect(right(encodeEvents(stream, events, said))).toEqual(
      events.map((event, index) => right(encodeEvent(stream, index, event, said))),
    )
  })

  it('without a canonical text is not written', () => {
    const event: DomainEvent = { type: 'RunStarted', config: { lr: Number.NaN } }
    expect(left(encodeEvent(stream, 0, event, metadata))).toMatchObject({ path: ['config', 'lr'] })
    expect(E.isLeft(encodeEvent(stream, 0, moved, { ...metadata, reason: '\ud800' }))).toBe(true)
    expect(left(encodeEvents(stream, [event], metadata))).toMatchObject({ path: ['config', 'lr'] })
    expect(E.isLeft(encodeEvents(stream, [moved], { ...metadata, reason: '\ud800' }))).toBe(true)
  })
})

describe('a stored event', () => {
  it.each<readonly [string, Partial<StoredEvent>]>([
    ['type', { type: 'AliasMultiplied' }],
    ['type, though JavaScript has such a word', { type: 'constructor' }],
    ['type in this category of stream', { type: 'RunFinished' }],
    ['category of stream', { stream: 'billing-acme/churn/model' }],
    ['name of a stream', { stream: 'artifact' }],
    ['schema version', { metadata: JSON.stringify({ ...metadata, schema: 2 }) }],
  ])('of an unknown %s is unknown', (_what, change) => {
    const event = stored(change)
    expect(left(decodeEvent(event))).toEqual({
      _tag: 'unknown-event',
      stream: event.stream,
      revision: 4,
      type: event.type,
    })
  })

  it.each<readonly [string, Partial<StoredEvent>, string]>([
    ['data that are no JSON', { data: '{"alias"' }, 'not JSON'],
    ['data that are no object', { data: '[]' }, 'data: expected a JSON object'],
    ['data that are nothing', { data: 'null' }, 'data: expected a JSON object'],
    ['data with an illegal value', { data: '{"alias":"v3","from":null,"to":3}' }, 'data: alias: expected an alias'],
    ['data with a member too few', { data: '{"alias":"best","to":3}' }, 'data: from: expected a version number'],
    [
      'data with a member too many',
      { data: '{"alias":"best","from":null,"to":3,"by":"me"}' },
      'data: by: expected no such member',
    ],
    ['data of another type', { data: '{"alias":"best","from":null,"to":3,"type":"AliasRemoved"}' }, 'data: type:'],
    ['metadata that are no JSON', { metadata: '' }, 'not JSON'],
    [
      'metadata without an actor',
      { metadata: JSON.stringify({ ...metadata, schema: 1, actor: '' }) },
      'metadata: actor: expected',
    ],
    [
      'metadata without a schema version',
      { metadata: JSON.stringify(metadata) },
      'metadata: schema: expected a schema version',
    ],
    ['metadata with a schema version 0', { metadata: JSON.stringify({ ...metadata, schema: 0 }) }, 'metadata: schema:'],
  ])('with %s is damaged', (_what, change, reason) => {
    expect(left(decodeEvent(stored(change)))).toEqual({
      _tag: 'damaged-event',
      stream,
      revision: 4,
      position: stored(change).position,
      reason: expect.stringContaining(reason),
    })
  })
})
