/** What is read of an event store, and that it is what was written. */
import { ok } from 'node:assert/strict'
import { type Appended, ORIGIN, type Revision } from '../../domain/ports/event-store.js'
import type { LedgerId } from '../../domain/ports/ledger-id.js'
import { aNumber, equal } from '../expectations.js'
import { gather, right } from '../results.js'
import { all, appendSome, atLeastOne, event, ledgerId, standingAt, type World } from './world.js'

export const readingCases = {
  'gives back what was appended, where it stands': async ({ store, from, stream, within }) => {
    const [first, second] = [event(1), event(2)]
    const appended = right(await within('the append', store.append(stream(), 'none', [first, second])()))

    const events = await within('the stream', all(store.readStream(stream(), 'none')))
    equal(events, [
      { ...first, stream: stream(), revision: 0, position: aNumber },
      { ...second, stream: stream(), revision: 1, position: aNumber },
    ])
    equal(await within('the log', all(store.readAll(from))), events)
    equal(appended, { revision: 1, position: events[1]?.position })
  },

  'keeps every character of data and metadata': async ({ store, stream, within }) => {
    const texts = [
      '{"10":1,"9":{"":null,"a":[1,2.5,-0.001,1e+21]},"b":"/"}',
      JSON.stringify({ control: '\u0000\u0001\u001f\u007f\t\n"\\/', lines: '\u2028\u2029' }),
      JSON.stringify({ composed: '\u00e9', decomposed: 'e\u0301', beyond: '🦄𝒳', last: '\u{10ffff}', bom: '\ufeff' }),
      JSON.stringify('x'.repeat(100_000)),
    ]
    const sent = texts.map((text) => ({ ...event(), data: text, metadata: text }))
    right(await within('the append', store.append(stream(), 'none', atLeastOne(sent))()))
    const events = await within('the stream', all(store.readStream(stream(), 'none')))
    equal(
      events.map(({ data, metadata }) => ({ data, metadata })),
      texts.map((text) => ({ data: text, metadata: text })),
    )
  },

  'keeps streams apart whose names look alike': async ({ store, stream, within }) => {
    const names = [
      ...['a', 'A', ' a', 'a ', 'a/b', 'a%2Fb', 'a-b', "a'b", 'a"b', 'a\\b', 'a;--', 'a*', 'a?', 'a_', '0', '$a'],
      ...['\u00e9', 'e\u0301', '🦄', 'x'.repeat(500), `${'x'.repeat(499)}y`],
    ].map(stream)
    for (const [index, name] of names.entries()) {
      right(await within(`the append to ${name}`, store.append(name, 'none', [event(index)])()))
    }
    for (const [index, name] of names.entries()) {
      const events = await within(`the stream ${name}`, all(store.readStream(name, 'none')))
      equal(
        events.map((found) => [found.stream, found.data]),
        [[name, event(index).data]],
      )
    }
  },

  'holds the id of its ledger, which only who knows it replaces': async ({ store, from, within }) => {
    const ids = [ledgerId(), ledgerId(), ledgerId(), ledgerId()] as const
    const now = async () => right(await within('the id', store.ledgerId()()))
    const set = async (id: LedgerId, expected: LedgerId | undefined) =>
      right(await within('setting the id', store.setLedgerId(id, expected)()))
    const before = await now()
    const both = await Promise.all([set(ids[0], before), set(ids[1], before)])
    const first = await now()
    equal(both, [first, first])
    ok(ids.some((id) => id === first))
    equal(await set(ids[2], ids[3]), first)
    if (before !== undefined) equal(await set(ids[2], before), first)
    equal(await set(ids[2], undefined), first)
    equal(await now(), first)
    equal(await set(ids[2], first), ids[2])
    equal(await set(ids[2], ids[2]), ids[2])
    equal(await now(), ids[2])
    equal(await within('the log', all(store.readAll(from))), [])
    equal(right(await within('the head', store.head()())), from)
  },

  'reads a missing stream as an empty one': async ({ store, stream, within }) => {
    equal(await within('the stream', all(store.readStream(stream('missing'), 'none'))), [])
    equal(await within('the stream', all(store.readStream(stream('missing'), standingAt(5)))), [])
  },

  'reads a stream after a revision, exclusively': async ({ store, stream, within }) => {
    await appendSome(store, stream(), 4)
    const revisionsAfter = async (after: Revision) =>
      (await within('the stream', all(store.readStream(stream(), after)))).map(({ revision }) => revision)
    equal(await revisionsAfter('none'), [0, 1, 2, 3])
    equal(await revisionsAfter(standingAt(0)), [1, 2, 3])
    equal(await revisionsAfter(standingAt(2)), [3])
    equal(await revisionsAfter(standingAt(3)), [])
    equal(await revisionsAfter(standingAt(9)), [])
  },

  'reads all streams in the order of the appends, after a position, exclusively': async (world) => {
    const { store, from, stream, within } = world
    const appended: Array<readonly [string, Appended]> = []
    for (const [label, expected] of [
      ['b', 'none'],
      ['a', 'none'],
      ['b', 0],
      ['c', 'none'],
      ['a', 0],
    ] as const) {
      appended.push([
        stream(label),
        right(await within('an append', store.append(stream(label), standingAt(expected), [event()])())),
      ])
    }
    const order = appended.map(([name, { revision, position }]) => [name, revision, position])
    for (const [index, after] of [from, ...appended.map(([, { position }]) => position)].entries()) {
      const events = await within('the log', all(store.readAll(after)))
      equal(
        events.map((found) => [found.stream, found.revision, found.position]),
        order.slice(index),
      )
    }
  },

  'numbers positions above the origin and upwards': async ({ store, from, stream, within }) => {
    await appendSome(store, stream('a'), 3)
    await appendSome(store, stream('b'), 3)
    const positions = (await within('the log', all(store.readAll(from)))).map(({ position }) => position)
    equal(positions.length, 6)
    equal(
      positions,
      [...new Set(positions)].sort((one, other) => one - other),
    )
    equal(
      positions.every((position) => position > ORIGIN && position > from),
      true,
    )
  },

  'numbers the events of one append one after another, where it says so': async ({ store, from, stream, within }) => {
    const labels = ['a', 'b', 'c', 'a', 'b', 'c']
    const standing = (label: number) => (label < 3 ? 'none' : standingAt(1))
    await Promise.all(
      labels.map((label, index) =>
        within('an append', store.append(stream(label), standing(index), [event(), event()])()),
      ),
    )
    const events = await within('the log', all(store.readAll(from)))
    equal(events.length, 12)
    const seconds = events.filter(({ revision }) => revision % 2 === 1)
    const steps = seconds.map((second) => {
      const first = events.find(({ stream, revision }) => stream === second.stream && revision === second.revision - 1)
      return second.position - (first?.position ?? ORIGIN)
    })
    if (store.appendsAreConsecutive === true)
      equal(
        steps,
        steps.map(() => 1),
      )
    else
      equal(
        steps.every((step) => step > 0),
        true,
      )
  },

  'reads what is long in pages, without a gap or a repetition': async ({ store, from, stream, within }) => {
    const size = 500
    for (let done = 0; done < 2500; done += size) {
      const events = Array.from({ length: size }, (_, index) => event(done + index))
      right(
        await within(
          'an append',
          store.append(stream(), standingAt(done === 0 ? 'none' : done - 1), atLeastOne(events))(),
        ),
      )
    }
    const inOrder = Array.from({ length: 2500 }, (_, index) => event(index).data)
    for (const read of [store.readAll(from), store.readStream(stream(), 'none')]) {
      const pages = await within('the pages', gather(read))
      equal(
        pages.every((page) => page.length > 0),
        true,
      )
      equal(
        pages.flat().map(({ data }) => data),
        inOrder,
      )
    }
    const tail = await within('the tail', all(store.readStream(stream(), standingAt(1233))))
    equal(
      tail.map(({ data }) => data),
      inOrder.slice(1234),
    )
  },

  'lets a reader stop after the first page': async ({ store, from, stream, within }) => {
    await appendSome(store, stream(), 3)
    for (const read of [store.readAll(from), store.readStream(stream(), 'none')]) {
      const reader = read[Symbol.asyncIterator]()
      equal((await within('a page', reader.next())).done, false)
      await within('the return', Promise.resolve(reader.return?.()))
      equal((await within('the end', reader.next())).done, true)
    }
    right(await within('an append', store.append(stream(), standingAt(2), [event()])()))
  },
} satisfies Record<string, (world: World) => Promise<void>>
