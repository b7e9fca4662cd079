import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import { afterAll, describe, expect, it } from 'vitest'
import { canonicalJson } from '../../../domain/values/json.js'
import { all, newEvent, openStore } from '../../support/eventstoredb/open-store.js'
import { StandIn } from '../../support/eventstoredb/stand-in.js'

const standIn = await StandIn.start()
const store = await openStore(standIn.connectionString(), { timeout: 5000 })
afterAll(async () => {
  await store.close()
  await standIn.stop()
})

let streams = 0
/** Appends events with these texts as data and as metadata, and gives back what is read. */
const roundTrip = async (texts: RNEA.ReadonlyNonEmptyArray<string>) => {
  const stream = `run-${streams++}`
  const events = RNEA.mapWithIndex((index, data: string) => ({
    ...newEvent(),
    data,
    metadata: texts[(index + 1) % texts.length] ?? data,
  }))(texts)
  expect(await store.append(stream, 'none', events)()).toMatchObject({ _tag: 'Right' })
  const read = await all(store.readStream(stream, 'none'))
  expect(read.map(({ id, data, metadata }) => ({ id, data, metadata }))).toEqual(
    events.map(({ id, data, metadata }) => ({ id, data, metadata })),
  )
  return standIn.log.stream(`ledger:${stream}`).map(({ data, metadata }) => ({
    data: JSON.parse(Buffer.from(data).toString('utf8')),
    metadata: JSON.parse(Buffer.from(metadata).toString('utf8')),
  }))
}

const key = fc.oneof(
  fc.constantFrom(
    '10',
    '9',
    '-1',
    '',
    '__proto__x',
    'constructor',
    'toJSON',
    'ledger-sha256',
    'ledger-metadata',
    '"',
    '\\',
    '\n',
    'é',
    '🦄',
  ),
  fc.string({ unit: 'grapheme' }),
)
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.oneof(
      fc.constantFrom(null, true, false, 0, 1e-7, 5e-324, 1.5e300, 2 ** 53 - 1, 5.4e18, 2 ** 64),
      fc.double(),
      fc.integer(),
    ),
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(key, tie('json'), { maxKeys: 5, noNullPrototype: true }),
  ),
}))

/** Of a key that needs a backslash the client of an engine at fault could make another. */
const hasEscapedKey = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).some(
    ([name, member]) => /["\\\p{Cc}]/u.test(name.replace(/[\x7f-\x9f]/g, '')) || hasEscapedKey(member),
  )

describe('data and metadata on EventStoreDB', () => {
  it('come back byte by byte, whatever canonical JSON they are, and are that JSON on the server', async () => {
    const texts = fc
      .array(json, { minLength: 1, maxLength: 20 })
      .map((values) => values.map(canonicalJson).flatMap((text) => (E.isRight(text) ? [text.right] : [])))
    await fc.assert(
      fc.asyncProperty(texts, async (found) => {
        const [first, ...others] = found
        fc.pre(first !== undefined)
        const kept = await roundTrip([first, ...others])
        expect(kept.map(({ data }) => data)).toEqual(
          found.map((text) => (hasEscapedKey(JSON.parse(text)) ? text : JSON.parse(text))),
        )
      }),
      { numRuns: 60 },
    )
  })

  it('come back with their own keys where the engine of the client takes one for another', async () => {
    const kept = await roundTrip(['{" ":120,"\\\\":3}', '{" ":95,"\\"":7}', '[{" ":95,"\\n":7}]'])
    expect(kept.map(({ data }) => typeof data)).toEqual(['string', 'string', 'string'])
  })

  it('come back byte by byte, whatever other texts they are', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '',
        '-0',
        '1e400',
        '1e+21',
        '1E3',
        '{"b":1,"a":2}',
        ' {}',
        '{"__proto__":{"a":1}}',
        '"\ud800"',
        '{',
      ),
      fc.json(),
    )
    await fc.assert(
      fc.asyncProperty(fc.tuple(text, text, text), async (texts) => {
        await roundTrip(texts)
      }),
      { numRuns: 60 },
    )
  })

  it('are stored as JSON that the tools of the server can read, with one member more', async () => {
    const [kept] = await roundTrip(['{"alias":"production","from":null,"to":3}'])
    expect(kept).toEqual({
      data: { alias: 'production', from: null, to: 3 },
      metadata: { alias: 'production', from: null, to: 3, 'ledger-sha256': expect.stringMatching(/^[\w-]{43}$/) },
    })
  })
})
