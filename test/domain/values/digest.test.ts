import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { leafHash } from '../../../domain/events/leaf-hash.js'
import { digestOf, isDigest, nameBasedUuid, sha256 } from '../../../domain/values/digest.js'
import { canonicalJson } from '../../../domain/values/json.js'

describe('a digest', () => {
  it('is the SHA-256 of bytes, or of the UTF-8 of a text', () => {
    expect(sha256('')).toBe('sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    expect(sha256('größe')).toBe(sha256(Buffer.from('größe', 'utf8')))
    expect(digestOf(createHash('sha256').update('a').update('b'))).toBe(sha256('ab'))
  })

  it('is known by its form', () => {
    expect(isDigest(sha256('a'))).toBe(true)
    const hex = 'a'.repeat(64)
    for (const other of [
      hex,
      `sha256:${hex}a`,
      `sha256:${hex.slice(1)}`,
      `sha256:${hex.toUpperCase()}`,
      `md5:${hex}`,
      `sha256:${hex}\n`,
      ` sha256:${hex}`,
      1,
      null,
    ]) {
      expect(isDigest(other), String(other)).toBe(false)
    }
  })
})

describe('a UUID made from names', () => {
  const names = fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 })

  it('is of version 5 and the variant of RFC 9562', () => {
    fc.assert(
      fc.property(names, (parts) => {
        expect(nameBasedUuid(...parts)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      }),
    )
  })

  it('is the same for the same names, and another for others', () => {
    fc.assert(
      fc.property(names, names, (one, other) => {
        expect(nameBasedUuid(...one)).toBe(nameBasedUuid(...one))
        expect(nameBasedUuid(...one) === nameBasedUuid(...other)).toBe(JSON.stringify(one) === JSON.stringify(other))
      }),
    )
  })

  it('tells apart where one name ends and the next begins', () => {
    expect(nameBasedUuid('ab', 'c')).not.toBe(nameBasedUuid('a', 'bc'))
    expect(nameBasedUuid('a', '')).not.toBe(nameBasedUuid('a'))
  })

  it('never changes, for command ids follow from it', () => {
    expect(nameBasedUuid('draft-acme/churn/model/d', '0')).toBe('05af5ca8-1ad2-5f0e-8914-ee1cea1558d2')
  })
})

describe('a leaf hash', () => {
  const event = {
    stream: 'artifact-acme/churn/model',
    revision: 3,
    id: '00000000-0000-5000-8000-000000000000',
    type: 'AliasMoved',
    data: '{"alias":"größe","from":null,"to":0}',
    metadata: '{"actor":"anna"}',
  }
  const at = '2026-05-03T12:00:00.000Z'

  it('is SHA-256 over 0x00 and the canonical text of the event, whose texts stand by their digests', () => {
    const hex = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex')
    const text =
      `{"dataSha256":"sha256:${hex(event.data)}","id":"${event.id}","metadataSha256":"sha256:${hex(event.metadata)}",` +
      `"recordedAt":"${at}","revision":3,"stream":"${event.stream}","type":"AliasMoved"}`
    const expected = createHash('sha256')
      .update(Buffer.concat([Buffer.from([0]), Buffer.from(text, 'utf8')]))
      .digest('hex')
    expect(leafHash(event, at)).toBe(`sha256:${expected}`)
  })

  it('is over the canonical text whatever stands in it', () => {
    const text = fc.string({ unit: 'grapheme' }).map((some) => `${some}"\\ud`)
    fc.assert(
      fc.property(text, text, fc.nat(), (name, type, revision) => {
        const { id, data, metadata } = event
        const members = { dataSha256: sha256(data), id, metadataSha256: sha256(metadata), recordedAt: at, revision }
        const canonical = canonicalJson({ ...members, stream: name, type })
        expect(leafHash({ ...event, stream: name, type, revision }, at)).toBe(
          E.isRight(canonical) ? sha256(`\0${canonical.right}`) : undefined,
        )
      }),
    )
  })

  it('changes with everything that it covers', () => {
    const others = [
      leafHash({ ...event, stream: 'artifact-acme/churn/other' }, at),
      leafHash({ ...event, revision: 4 }, at),
      leafHash({ ...event, id: '00000000-0000-5000-8000-000000000001' }, at),
      leafHash({ ...event, type: 'AliasRemoved' }, at),
      leafHash({ ...event, data: '{}' }, at),
      leafHash({ ...event, metadata: '{}' }, at),
      leafHash(event, '2026-05-03T12:00:00.001Z'),
    ]
    expect(new Set([leafHash(event, at), ...others]).size).toBe(8)
  })

  it('does not depend on the position, which is the business of the store', () => {
    expect(leafHash({ ...event, ...{ position: 7 } }, at)).toBe(leafHash(event, at))
  })

  it('cannot be had of what has no canonical text', () => {
    expect(() => leafHash({ ...event, stream: '\ud800' }, at)).toThrow(/no canonical text/)
  })
})
