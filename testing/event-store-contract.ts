/**
 * What every event store must do, as cases that every adapter runs. A store may hold other events already,
 * number its positions with gaps, be slow, and answer reads in pages of any size; the cases expect no more
 * than the port promises.
 */
import { randomUUID } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import { describe, expect, it } from 'vitest'
import {
  type Append,
  type Appended,
  type EventStore,
  MAX_APPEND_BYTES,
  MAX_EVENT_BYTES,
  type NewEvent,
  ORIGIN,
  type Position,
  type Revision,
  type StoredEvent,
} from '../domain/ports/event-store.js'
import { type LedgerId, newLedgerId } from '../domain/ports/ledger-id.js'

const ledgerId = () => newLedgerId({ next: randomUUID, fraction: Math.random })

export interface ContractOptions {
  /** How long a case waits for what must come, for slow servers; 60,000 ms unless told. */
  readonly patienceMs?: number
}

/**
 * Registers every case for one adapter, and a last one that fails if any was left out.
 *
 * @param open gives a store that is used by one case and closed by it
 */
export const eventStoreContract = (name: string, open: () => Promise<EventStore>, options?: ContractOptions): void => {
  describe(`event store contract: ${name}`, () => {
    const begun = new Set<string>()
    for (const caseName of contractCases) {
      it(caseName, async () => {
        begun.add(caseName)
        await runContractCase(caseName, open, options)
      })
    }

    it('leaves no case out', () => {
      expect([...begun].sort()).toEqual([...contractCases].sort())
    })
  })
}

/** Runs one case on a new store and closes it; rejects if the store does not do what the case says. */
export const runContractCase = async (
  name: ContractCase,
  open: () => Promise<EventStore>,
  { patienceMs = 60_000 }: ContractOptions = {},
): Promise<void> => {
  const store = await open()
  const within = patience(patienceMs)
  try {
    const from = right(await within('the head', store.head()()))
    const prefix = `artifact-${randomUUID()}`
    await cases[name]({ store, from, stream: (label = 'one') => `${prefix}/${label}`, within })
  } finally {
    await within('closing', store.close())
  }
}

interface World {
  readonly store: EventStore
  /** The head when the case began: what comes after it is the case's own. */
  readonly from: Position
  /** A stream name that no other case uses. */
  readonly stream: (label?: string) => string
  /** Rejects if a promise takes longer than the case has patience. */
  readonly within: <A>(what: string, promise: Promise<A>) => Promise<A>
}

async function* inPages(
  pages: ReadonlyArray<ReadonlyNonEmptyArray<Append>>,
): AsyncGenerator<ReadonlyNonEmptyArray<Append>, void, undefined> {
  yield* pages
}

const cases = {
  'gives back what was appended, where it stands': async ({ store, from, stream, within }) => {
    const [first, second] = [event(1), event(2)]
    const appended = right(await within('the append', store.append(stream(), 'none', [first, second])()))

    const events = await within('the stream', all(store.readStream(stream(), 'none')))
    expect(events).toEqual([
      { ...first, stream: stream(), revision: 0, position: expect.any(Number) },
      { ...second, stream: stream(), revision: 1, position: expect.any(Number) },
    ])
    expect(await within('the log', all(store.readAll(from)))).toEqual(events)
    expect(appended).toEqual({ revision: 1, position: events[1]?.position })
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
    expect(events.map(({ data, metadata }) => ({ data, metadata }))).toEqual(
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
      expect(events.map((found) => [found.stream, found.data])).toEqual([[name, event(index).data]])
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
    expect(both).toEqual([first, first])
    expect(ids).toContain(first)
    expect(await set(ids[2], ids[3])).toBe(first)
    if (before !== undefined) expect(await set(ids[2], before)).toBe(first)
    expect(await set(ids[2], undefined)).toBe(first)
    expect(await now()).toBe(first)
    expect(await set(ids[2], first)).toBe(ids[2])
    expect(await set(ids[2], ids[2])).toBe(ids[2])
    expect(await now()).toBe(ids[2])
    expect(await within('the log', all(store.readAll(from)))).toEqual([])
    expect(right(await within('the head', store.head()()))).toBe(from)
  },

  'reads a missing stream as an empty one': async ({ store, stream, within }) => {
    expect(await within('the stream', all(store.readStream(stream('missing'), 'none')))).toEqual([])
    expect(await within('the stream', all(store.readStream(stream('missing'), 5)))).toEqual([])
  },

  'reads a stream after a revision, exclusively': async ({ store, stream, within }) => {
    await appendSome(store, stream(), 4)
    const revisionsAfter = async (after: Revision) =>
      (await within('the stream', all(store.readStream(stream(), after)))).map(({ revision }) => revision)
    expect(await revisionsAfter('none')).toEqual([0, 1, 2, 3])
    expect(await revisionsAfter(0)).toEqual([1, 2, 3])
    expect(await revisionsAfter(2)).toEqual([3])
    expect(await revisionsAfter(3)).toEqual([])
    expect(await revisionsAfter(9)).toEqual([])
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
        right(await within('an append', store.append(stream(label), expected, [event()])())),
      ])
    }
    const order = appended.map(([name, { revision, position }]) => [name, revision, position])
    for (const [index, after] of [from, ...appended.map(([, { position }]) => position)].entries()) {
      const events = await within('the log', all(store.readAll(after)))
      expect(events.map((found) => [found.stream, found.revision, found.position])).toEqual(order.slice(index))
    }
  },

  'numbers positions above the origin and upwards': async ({ store, from, stream, within }) => {
    await appendSome(store, stream('a'), 3)
    await appendSome(store, stream('b'), 3)
    const positions = (await within('the log', all(store.readAll(from)))).map(({ position }) => position)
    expect(positions).toHaveLength(6)
    expect(positions).toEqual([...new Set(positions)].sort((one, other) => one - other))
    expect(positions.every((position) => position > ORIGIN && position > from)).toBe(true)
  },

  'reads what is long in pages, without a gap or a repetition': async ({ store, from, stream, within }) => {
    const size = 500
    for (let done = 0; done < 2500; done += size) {
      const events = Array.from({ length: size }, (_, index) => event(done + index))
      right(await within('an append', store.append(stream(), done === 0 ? 'none' : done - 1, atLeastOne(events))()))
    }
    const inOrder = Array.from({ length: 2500 }, (_, index) => event(index).data)
    for (const read of [store.readAll(from), store.readStream(stream(), 'none')]) {
      const pages = await within('the pages', gather(read))
      expect(pages.every((page) => page.length > 0)).toBe(true)
      expect(pages.flat().map(({ data }) => data)).toEqual(inOrder)
    }
    const tail = await within('the tail', all(store.readStream(stream(), 1233)))
    expect(tail.map(({ data }) => data)).toEqual(inOrder.slice(1234))
  },

  'lets a reader stop after the first page': async ({ store, from, stream, within }) => {
    await appendSome(store, stream(), 3)
    for (const read of [store.readAll(from), store.readStream(stream(), 'none')]) {
      const reader = read[Symbol.asyncIterator]()
      expect((await within('a page', reader.next())).done).toBe(false)
      await within('the return', Promise.resolve(reader.return?.()))
      expect((await within('the end', reader.next())).done).toBe(true)
    }
    right(await within('an append', store.append(stream(), 2, [event()])()))
  },

  'refuses an append at another revision, and says where the stream stands': async ({ store, stream, within }) => {
    const attempt = (name: string, expected: Revision) =>
      within('the append', store.append(name, expected, [event(), event()])())
    const conflict = (name: string, expected: Revision, actual: Revision) =>
      E.left({ _tag: 'conflict', stream: name, expected, actual })
    await appendSome(store, stream(), 3)

    expect(await attempt(stream('missing'), 0)).toEqual(conflict(stream('missing'), 0, 'none'))
    for (const expected of ['none', 0, 1, 3, 99] as const) {
      expect(await attempt(stream(), expected)).toEqual(conflict(stream(), expected, 2))
    }
    expect(await within('the stream', all(store.readStream(stream(), 'none')))).toHaveLength(3)
    expect(await within('the stream', all(store.readStream(stream('missing'), 'none')))).toEqual([])
    expect(await attempt(stream(), 2)).toEqual(E.right({ revision: 4, position: expect.any(Number) }))
  },

  'recognises an append that is sent again, also when the stream has gone on': async ({ store, stream, within }) => {
    const send = (expected: Revision, events: ReadonlyNonEmptyArray<NewEvent>) =>
      within('the append', store.append(stream(), expected, events)())
    const [first, second] = [[event(), event()] as const, [event(), event(), event()] as const]
    const firstOutcome = await send('none', first)
    right(firstOutcome)
    expect(await send('none', first)).toEqual(firstOutcome)
    const secondOutcome = await send(1, second)
    right(secondOutcome)
    expect(await send('none', first)).toEqual(firstOutcome)
    expect(await send(1, second)).toEqual(secondOutcome)
    expect(await within('the stream', all(store.readStream(stream(), 'none')))).toHaveLength(5)
  },

  'takes nothing for a resend but the same ids in the same order right behind the revision': async (world) => {
    const { store, stream, within } = world
    const [a, b, c, d] = [event('a'), event('b'), event('c'), event('d')]
    right(await within('the append', store.append(stream(), 'none', [a, b])()))
    right(await within('the append', store.append(stream(), 1, [c])()))
    const others: ReadonlyArray<readonly [Revision, ReadonlyNonEmptyArray<NewEvent>]> = [
      ['none', [a, d]],
      ['none', [b, a]],
      ['none', [b]],
      ['none', [a, b, d]],
      ['none', [a, b, c, d]],
      [0, [a, b]],
      [1, [c, d]],
    ]
    for (const [expected, events] of others) {
      expect(await within('the append', store.append(stream(), expected, events)())).toEqual(
        E.left({ _tag: 'conflict', stream: stream(), expected, actual: 2 }),
      )
    }
    const events = await within('the stream', all(store.readStream(stream(), 'none')))
    expect(events.map(({ id }) => id)).toEqual([a.id, b.id, c.id])
  },

  'does nothing before it is run, and nothing more when it is run again': async ({ store, stream, within }) => {
    const append = store.append(stream(), 'none', [event()])
    expect(await within('the stream', all(store.readStream(stream(), 'none')))).toEqual([])
    const outcome = await within('the append', append())
    right(outcome)
    expect(await within('the append', append())).toEqual(outcome)
    expect(await within('the stream', all(store.readStream(stream(), 'none')))).toHaveLength(1)
  },

  'shows all events of an append at once': async ({ store, stream, within }) => {
    const size = 5
    let writing = true
    const write = async () => {
      for (let expected: Revision = 'none', done = 0; done < 20; done++) {
        const events = atLeastOne(Array.from({ length: size }, () => event()))
        expected = right(await within('an append', store.append(stream(), expected, events)())).revision
      }
    }
    const read = async () => {
      while (writing) {
        const events = await within('the stream', all(store.readStream(stream(), 'none')))
        expect(events.length % size).toBe(0)
        await new Promise(setImmediate)
      }
    }
    const stopReading = () => {
      writing = false
    }
    await Promise.all([write().finally(stopReading), read()])
  },

  'takes an event and an append of the largest size': async ({ store, stream, within }) => {
    right(await within('the append', store.append(stream('event'), 'none', [eventOf(MAX_EVENT_BYTES)])()))
    const quarters = atLeastOne(Array.from({ length: 4 }, () => eventOf(MAX_APPEND_BYTES / 4)))
    right(await within('the append', store.append(stream('append'), 'none', quarters)()))
    const [found] = await within('the stream', all(store.readStream(stream('event'), 'none')))
    expect(found?.data).toBe(eventOf(MAX_EVENT_BYTES).data)
  },

  'refuses what is larger, and writes nothing of it': async ({ store, from, stream, within }) => {
    const bytes = MAX_EVENT_BYTES + 1
    expect(await within('the append', store.append(stream(), 'none', [event(), eventOf(bytes)])())).toEqual(
      E.left({ _tag: 'too-large', bytes, limit: MAX_EVENT_BYTES, what: 'event' }),
    )
    const parts = atLeastOne([1, 0, 0, 0].map((more) => eventOf(MAX_APPEND_BYTES / 4 + more)))
    expect(await within('the append', store.append(stream(), 'none', parts)())).toEqual(
      E.left({ _tag: 'too-large', bytes: MAX_APPEND_BYTES + 1, limit: MAX_APPEND_BYTES, what: 'append' }),
    )
    expect(await within('the log', all(store.readAll(from)))).toEqual([])
  },

  'lets exactly one of many appends at one revision win': async ({ store, stream, within }) => {
    for (const expected of ['none', 0] as const) {
      const attempts = Array.from({ length: 16 }, () => store.append(stream(), expected, [event()])())
      const outcomes = await within('the appends', Promise.all(attempts))
      const next = expected === 'none' ? 0 : expected + 1
      expect(outcomes.filter(E.isRight)).toEqual([E.right({ revision: next, position: expect.any(Number) })])
      expect(outcomes.filter(E.isLeft)).toEqual(
        Array(15).fill(E.left({ _tag: 'conflict', stream: stream(), expected, actual: next })),
      )
    }
    expect(await within('the stream', all(store.readStream(stream(), 'none')))).toHaveLength(2)
  },

  'applies appends to one stream in the order in which they were run': async ({ store, stream, within }) => {
    const revisions: ReadonlyArray<Revision> = ['none', ...Array.from({ length: 15 }, (_, index) => index)]
    const attempts = revisions.map((expected) => store.append(stream(), expected, [event()])())
    const outcomes = await within('the appends', Promise.all(attempts))
    expect(outcomes.map((outcome) => right(outcome).revision)).toEqual([...revisions.slice(1), 15])
  },

  'answers appends that are under way together each with its own outcome': async (world) => {
    const { store, from, stream, within } = world
    await appendSome(store, stream('a'), 1)
    const sent = event()
    const outcomes = await within(
      'the appends',
      Promise.all([
        store.append(stream('b'), 'none', [event(), event()])(),
        store.append(stream('a'), 'none', [event()])(),
        store.append(stream('c'), 'none', [eventOf(MAX_EVENT_BYTES + 1)])(),
        store.append(stream('a'), 0, [sent])(),
        store.append(stream('a'), 0, [sent])(),
      ]),
    )
    expect(outcomes).toMatchObject([
      { _tag: 'Right', right: { revision: 1 } },
      { _tag: 'Left', left: { _tag: 'conflict' } },
      { _tag: 'Left', left: { _tag: 'too-large' } },
      { _tag: 'Right', right: { revision: 1 } },
      outcomes[3],
    ])
    expect(await within('the log', all(store.readAll(from)))).toHaveLength(4)
  },

  'writes many appends as one, in the order given': async ({ store, from, stream, within }) => {
    const [one, two, three, four] = [event(1), event(2), event(3), event(4)]
    const before = right(await within('the append', store.append(stream('b'), 'none', [one])())).position
    const head = right(
      await within(
        'the appends',
        store.appendAll(
          before,
          inPages([
            [{ stream: stream('a'), expected: 'none', events: [two, three] }],
            [{ stream: stream('b'), expected: 0, events: [four] }],
          ]),
        )(),
      ),
    )
    const events = await within('the log', all(store.readAll(from)))
    expect(events).toMatchObject([
      { ...one, stream: stream('b'), revision: 0 },
      { ...two, stream: stream('a'), revision: 0 },
      { ...three, stream: stream('a'), revision: 1 },
      { ...four, stream: stream('b'), revision: 1 },
    ])
    expect(head).toBe(events.at(-1)?.position)
    expect(right(await within('the head', store.head()()))).toBe(head)
    expect(right(await within('nothing', store.appendAll(head, inPages([]))()))).toBe(head)
    right(await within('what comes then', store.append(stream('b'), 1, [event()])()))
  },

  'writes nothing of many appends of which one is refused, comes too late, or does not come': async ({
    store,
    from,
    stream,
    within,
  }) => {
    const small: Append = { stream: stream('a'), expected: 'none', events: [event('a')] }
    const last: Append = { stream: stream('c'), expected: 'none', events: [event('c')] }
    const written = async () => (await within('the log', all(store.readAll(from)))).map((found) => found.stream)
    const tooLate = inPages([[small], [last]])
    const { position } = right(await within('the append', store.append(stream('b'), 'none', [event()])()))
    expect(left(await within('the appends', store.appendAll(from, tooLate)()))).toMatchObject({ _tag: 'in-use' })
    const broken = async function* () {
      yield* inPages([[small]])
      throw new RangeError('the source broke')
    }
    await expect(within('the appends', store.appendAll(position, broken())())).rejects.toThrow('the source broke')
    expect(await written()).toEqual([stream('b')])
    for (const [label, failing] of [
      ['conflict', { stream: stream('b'), expected: 7, events: [event()] }],
      ['too-large', { stream: stream('d'), expected: 'none', events: [eventOf(MAX_EVENT_BYTES + 1)] }],
    ] as const) {
      const [now, there] = [right(await within('the head', store.head()())), await written()]
      const before: Append = { stream: stream(label), expected: 'none', events: [event()] }
      const outcome = await within('the appends', store.appendAll(now, inPages([[before, failing], [last]]))())
      expect(left(outcome)).toMatchObject({ _tag: label })
      // A store that has no transaction over streams finds out when it comes to it.
      expect([there, [...there, before.stream]]).toContainEqual(await written())
    }
    right(await within('what comes then', store.append(stream('b'), 0, [event()])()))
  },

  'gives the position of the last event as head': async ({ store, from, stream, within }) => {
    const head = async () => right(await within('the head', store.head()()))
    expect(await head()).toBe(from)
    for (const label of ['a', 'b']) {
      const events = [event(), event()] as const
      const { position } = right(await within('the append', store.append(stream(label), 'none', events)()))
      expect(await head()).toBe(position)
    }
    left(await within('the append', store.append(stream('a'), 'none', [event()])()))
    expect((await within('the log', all(store.readAll(from)))).at(-1)?.position).toBe(await head())
  },

  'subscribes to what is there and then to what comes': async ({ store, from, stream, within }) => {
    await appendSome(store, stream('a'), 3)
    const subscriber = subscribe(store, from, within)
    const before = await subscriber.take(3)
    const waiting = subscriber.take(2)
    await appendSome(store, stream('b'), 2)
    expect([...before, ...(await waiting)]).toEqual(await within('the log', all(store.readAll(from))))
    right(await within('an append', store.append(stream('c'), 'none', [event(), event()])()))
    expect((await subscriber.take(2)).map((found) => found.stream)).toEqual([stream('c'), stream('c')])
    await subscriber.stop()
  },

  'subscribes after a position, exclusively': async ({ store, from, stream, within }) => {
    await appendSome(store, stream(), 3)
    const [, second, third] = await within('the log', all(store.readAll(from)))
    const behind = subscribe(store, second?.position ?? ORIGIN, within)
    const atHead = subscribe(store, third?.position ?? ORIGIN, within)
    right(await within('an append', store.append(stream(), 2, [event()])()))
    expect((await behind.take(2)).map(({ revision }) => revision)).toEqual([2, 3])
    expect((await atHead.take(1)).map(({ revision }) => revision)).toEqual([3])
    await behind.stop()
    await atHead.stop()
  },

  'gives a subscriber each event once, in order, while others append': async ({ store, from, stream, within }) => {
    const subscribers = [subscribe(store, from, within), subscribe(store, from, within)]
    const taking = watched(Promise.all(subscribers.map(({ take }) => take(100))))
    await Promise.all(['a', 'b', 'c', 'd'].map((label) => within('the appends', appendSome(store, stream(label), 25))))
    const log = await within('the log', all(store.readAll(from)))
    expect(log).toHaveLength(100)
    expect(await taking).toEqual([log, log])
    await appendSome(store, stream('e'), 1)
    for (const { take } of subscribers) expect((await take(1)).map((found) => found.stream)).toEqual([stream('e')])
    await Promise.all(subscribers.map(({ stop }) => stop()))
  },

  'holds up nobody for a slow subscriber, and keeps everything for it': async ({ store, from, stream, within }) => {
    const [slow, quick] = [subscribe(store, from, within), subscribe(store, from, within)]
    await appendSome(store, stream('a'), 1)
    expect(await slow.take(1)).toHaveLength(1)
    for (let done = 0; done < 10; done++) {
      const events = atLeastOne(Array.from({ length: 150 }, () => event()))
      right(await within('an append', store.append(stream(`b${done}`), 'none', events)()))
    }
    expect(await quick.take(1501)).toHaveLength(1501)
    expect(await slow.take(1500)).toEqual((await within('the log', all(store.readAll(from)))).slice(1))
    await slow.stop()
    await quick.stop()
  },

  'ends a subscription without an error when its signal aborts': async ({ store, from, stream, within }) => {
    const aborted = subscribe(store, from, within, AbortSignal.abort())
    await aborted.ended()

    const waits = new AbortController()
    const waiting = subscribe(store, from, within, waits.signal)
    const ended = waiting.ended()
    await aMoment()
    waits.abort()
    await ended

    const works = new AbortController()
    const working = subscribe(store, from, within, works.signal)
    await appendSome(store, stream(), 1)
    expect(await working.take(1)).toHaveLength(1)
    works.abort()
    await appendSome(store, stream('later'), 1)
    await working.ended()
  },

  'ends a subscription when the caller returns, also while it waits': async ({ store, from, stream, within }) => {
    await appendSome(store, stream(), 1)
    const idle = subscribe(store, from, within)
    expect(await idle.take(1)).toHaveLength(1)
    await idle.stop()
    await idle.ended()

    const head = right(await within('the head', store.head()()))
    const waiting = subscribe(store, head, within)
    const ended = waiting.ended()
    await aMoment()
    await waiting.stop()
    await ended
    right(await within('an append', store.append(stream(), 0, [event()])()))
  },

  'finishes the appends under way before it closes': async ({ store, stream, within }) => {
    const attempts = Array.from({ length: 20 }, (_, index) => store.append(stream(`${index}`), 'none', [event()])())
    let answered: ReadonlyArray<boolean> = []
    const answers = watched(
      Promise.all(attempts).then((outcomes) => {
        answered = outcomes.map(E.isRight)
      }),
    )
    await within('closing', store.close())
    await Promise.race([answers, aMoment()])
    expect(answered).toEqual(Array(20).fill(true))
  },

  'says that it is closed to whoever uses it afterwards': async ({ store, from, stream, within }) => {
    await appendSome(store, stream(), 1)
    const waiting = subscribe(store, right(await within('the head', store.head()())), within)
    const woken = rejection(waiting.take(1))
    await aMoment()
    await within('closing', store.close())
    await within('closing again', store.close())

    expect(await within('the append', store.append(stream(), 0, [event()])())).toEqual(closedStore)
    expect(await within('the head', store.head()())).toEqual(closedStore)
    expect(await within('the id', store.ledgerId()())).toEqual(closedStore)
    expect(await within('setting the id', store.setLedgerId(ledgerId(), undefined)())).toEqual(closedStore)
    const closed = { name: 'EventStoreError', code: 'closed' }
    expect(await woken).toMatchObject(closed)
    for (const read of [store.readAll(from), store.readStream(stream(), 'none'), store.subscribe(from)]) {
      expect(await rejection(within('a read', all(read)))).toMatchObject(closed)
    }
  },
} satisfies Record<string, (world: World) => Promise<void>>

export type ContractCase = keyof typeof cases

const isContractCase = (name: string): name is ContractCase => name in cases

export const contractCases: ReadonlyArray<ContractCase> = Object.keys(cases).filter(isContractCase)

/** An event with an id of its own. */
export const event = (content: number | string = 0): NewEvent => ({
  id: randomUUID(),
  type: 'AliasMoved',
  data: JSON.stringify({ content }),
  metadata: '{"actor":"ada"}',
})

/** An event of so many bytes, which are fewer characters. */
const eventOf = (bytes: number): NewEvent => {
  const text = bytes - '""{}'.length
  return { ...event(), data: `"${'é'.repeat(text / 2)}${'x'.repeat(text % 2)}"`, metadata: '{}' }
}

const appendSome = async (store: EventStore, stream: string, count: number): Promise<void> => {
  for (let done = 0; done < count; done++) {
    right(await store.append(stream, done === 0 ? 'none' : done - 1, [event(done)])())
  }
}

/** Long enough for a subscription to have begun to wait. */
const aMoment = () => new Promise((resolve) => setTimeout(resolve, 50))

const closedStore = E.left({ _tag: 'closed', reason: expect.stringContaining('closed') })

const right = <Left, Right>(either: E.Either<Left, Right>): Right => {
  if (E.isLeft(either)) throw new Error(`expected a right, got ${JSON.stringify(either)}`)
  return either.right
}

const left = <Left, Right>(either: E.Either<Left, Right>): Left => {
  if (E.isRight(either)) throw new Error(`expected a left, got ${JSON.stringify(either)}`)
  return either.left
}

const atLeastOne = (events: ReadonlyArray<NewEvent>): ReadonlyNonEmptyArray<NewEvent> => {
  const [first, ...others] = events
  if (first === undefined) throw new Error('expected an event')
  return [first, ...others]
}

const gather = async <A>(pages: AsyncIterable<A>): Promise<ReadonlyArray<A>> => {
  const found: A[] = []
  for await (const page of pages) found.push(page)
  return found
}

const all = async (pages: AsyncIterable<ReadonlyArray<StoredEvent>>): Promise<ReadonlyArray<StoredEvent>> =>
  (await gather(pages)).flat()

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => new Error(`expected a rejection, got ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )

const subscribe = (store: EventStore, after: Position, within: World['within'], signal?: AbortSignal) => {
  const subscriber = store.subscribe(after, signal)[Symbol.asyncIterator]()
  const take = async (count: number): Promise<ReadonlyArray<StoredEvent>> => {
    const taken: StoredEvent[] = []
    while (taken.length < count) {
      const page = await within(`event ${taken.length + 1} of ${count} of a subscription`, subscriber.next())
      if (page.done === true) throw new Error(`the subscription ended after ${taken.length} events of ${count}`)
      taken.push(...page.value)
    }
    expect(taken).toHaveLength(count)
    return taken
  }
  const ended = async () => {
    expect((await within('the end of a subscription', subscriber.next())).done).toBe(true)
  }
  return {
    /** Exactly so many events, in pages of whatever size. */
    take: (count: number) => watched(take(count)),
    ended: () => watched(ended()),
    stop: async () => {
      await within('the return of a subscription', Promise.resolve(subscriber.return?.()))
    },
  }
}

/** A promise that is waited for later: until then its rejection is nobody's surprise. */
const watched = <A>(promise: Promise<A>): Promise<A> => {
  promise.catch(() => undefined)
  return promise
}

const patience =
  (ms: number): World['within'] =>
  async (what, promise) => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${what} did not come within ${ms} ms`)), ms)
    })
    try {
      return await Promise.race([promise, late])
    } finally {
      clearTimeout(timer)
    }
  }
