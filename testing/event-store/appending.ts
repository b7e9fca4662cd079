/** What is appended to an event store, once or not at all. */

import * as E from 'fp-ts/lib/Either.js'
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import {
  type Append,
  MAX_APPEND_BYTES,
  MAX_EVENT_BYTES,
  type NewEvent,
  type Revision,
} from '../../domain/ports/event-store.js'
import { aNumber, equal, matches } from '../expectations.js'
import { left, rejection, right } from '../results.js'
import { all, appendSome, atLeastOne, event, eventOf, inPages, standingAt, type World } from './world.js'

export const appendingCases = {
  'refuses an append at another revision, and says where the stream stands': async ({ store, stream, within }) => {
    const attempt = (name: string, expected: Revision) =>
      within('the append', store.append(name, expected, [event(), event()])())
    const conflict = (name: string, expected: Revision, actual: Revision) =>
      E.left({ _tag: 'conflict', stream: name, expected, actual })
    await appendSome(store, stream(), 3)

    equal(await attempt(stream('missing'), standingAt(0)), conflict(stream('missing'), standingAt(0), 'none'))
    for (const expected of ['none', 0, 1, 3, 99] as const) {
      equal(await attempt(stream(), standingAt(expected)), conflict(stream(), standingAt(expected), standingAt(2)))
    }
    equal((await within('the stream', all(store.readStream(stream(), 'none')))).length, 3)
    equal(await within('the stream', all(store.readStream(stream('missing'), 'none'))), [])
    equal(await attempt(stream(), standingAt(2)), E.right({ revision: 4, position: aNumber }))
  },

  'recognises an append that is sent again, also when the stream has gone on': async ({ store, stream, within }) => {
    const send = (expected: Revision, events: ReadonlyNonEmptyArray<NewEvent>) =>
      within('the append', store.append(stream(), expected, events)())
    const [first, second] = [[event(), event()] as const, [event(), event(), event()] as const]
    const firstOutcome = await send('none', first)
    right(firstOutcome)
    equal(await send('none', first), firstOutcome)
    const secondOutcome = await send(standingAt(1), second)
    right(secondOutcome)
    equal(await send('none', first), firstOutcome)
    equal(await send(standingAt(1), second), secondOutcome)
    equal((await within('the stream', all(store.readStream(stream(), 'none')))).length, 5)
  },

  'takes nothing for a resend but the same ids in the same order right behind the revision': async (world) => {
    const { store, stream, within } = world
    const [a, b, c, d] = [event('a'), event('b'), event('c'), event('d')]
    right(await within('the append', store.append(stream(), 'none', [a, b])()))
    right(await within('the append', store.append(stream(), standingAt(1), [c])()))
    const others: ReadonlyArray<readonly [Revision, ReadonlyNonEmptyArray<NewEvent>]> = [
      ['none', [a, d]],
      ['none', [b, a]],
      ['none', [b]],
      ['none', [a, b, d]],
      ['none', [a, b, c, d]],
      [standingAt(0), [a, b]],
      [standingAt(1), [c, d]],
    ]
    for (const [expected, events] of others) {
      equal(
        await within('the append', store.append(stream(), expected, events)()),
        E.left({ _tag: 'conflict', stream: stream(), expected, actual: 2 }),
      )
    }
    const events = await within('the stream', all(store.readStream(stream(), 'none')))
    equal(
      events.map(({ id }) => id),
      [a.id, b.id, c.id],
    )
  },

  'does nothing before it is run, and nothing more when it is run again': async ({ store, stream, within }) => {
    const append = store.append(stream(), 'none', [event()])
    equal(await within('the stream', all(store.readStream(stream(), 'none'))), [])
    const outcome = await within('the append', append())
    right(outcome)
    equal(await within('the append', append()), outcome)
    equal((await within('the stream', all(store.readStream(stream(), 'none')))).length, 1)
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
        equal(events.length % size, 0)
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
    equal(found?.data, eventOf(MAX_EVENT_BYTES).data)
  },

  'refuses what is larger, and writes nothing of it': async ({ store, from, stream, within }) => {
    const bytes = MAX_EVENT_BYTES + 1
    equal(
      await within('the append', store.append(stream(), 'none', [event(), eventOf(bytes)])()),
      E.left({ _tag: 'too-large', bytes, limit: MAX_EVENT_BYTES, what: 'event' }),
    )
    const parts = atLeastOne([1, 0, 0, 0].map((more) => eventOf(MAX_APPEND_BYTES / 4 + more)))
    equal(
      await within('the append', store.append(stream(), 'none', parts)()),
      E.left({ _tag: 'too-large', bytes: MAX_APPEND_BYTES + 1, limit: MAX_APPEND_BYTES, what: 'append' }),
    )
    equal(await within('the log', all(store.readAll(from))), [])
  },

  'lets exactly one of many appends at one revision win': async ({ store, stream, within }) => {
    for (const expected of ['none', 0] as const) {
      const attempts = Array.from({ length: 16 }, () => store.append(stream(), standingAt(expected), [event()])())
      const outcomes = await within('the appends', Promise.all(attempts))
      const next = expected === 'none' ? 0 : expected + 1
      equal(outcomes.filter(E.isRight), [E.right({ revision: next, position: aNumber })])
      equal(
        outcomes.filter(E.isLeft),
        Array(15).fill(E.left({ _tag: 'conflict', stream: stream(), expected, actual: next })),
      )
    }
    equal((await within('the stream', all(store.readStream(stream(), 'none')))).length, 2)
  },

  'applies appends to one stream in the order in which they were run': async ({ store, stream, within }) => {
    const revisions: ReadonlyArray<Revision> = ['none', ...Array.from({ length: 15 }, (_, index) => standingAt(index))]
    const attempts = revisions.map((expected) => store.append(stream(), expected, [event()])())
    const outcomes = await within('the appends', Promise.all(attempts))
    equal(
      outcomes.map((outcome) => right(outcome).revision),
      [...revisions.slice(1), 15],
    )
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
        store.append(stream('a'), standingAt(0), [sent])(),
        store.append(stream('a'), standingAt(0), [sent])(),
      ]),
    )
    matches(outcomes, [
      { _tag: 'Right', right: { revision: 1 } },
      { _tag: 'Left', left: { _tag: 'conflict' } },
      { _tag: 'Left', left: { _tag: 'too-large' } },
      { _tag: 'Right', right: { revision: 1 } },
      outcomes[3],
    ])
    equal((await within('the log', all(store.readAll(from)))).length, 4)
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
            [{ stream: stream('b'), expected: standingAt(0), events: [four] }],
          ]),
        )(),
      ),
    )
    const events = await within('the log', all(store.readAll(from)))
    matches(events, [
      { ...one, stream: stream('b'), revision: 0 },
      { ...two, stream: stream('a'), revision: 0 },
      { ...three, stream: stream('a'), revision: 1 },
      { ...four, stream: stream('b'), revision: 1 },
    ])
    equal(head, events.at(-1)?.position)
    equal(right(await within('the head', store.head()())), head)
    equal(right(await within('nothing', store.appendAll(head, inPages([]))())), head)
    right(await within('what comes then', store.append(stream('b'), standingAt(1), [event()])()))
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
    matches(left(await within('the appends', store.appendAll(from, tooLate)())), { _tag: 'in-use' })
    const broken = async function* () {
      yield* inPages([[small]])
      throw new RangeError('the source broke')
    }
    matches(await rejection(within('the appends', store.appendAll(position, broken())())), {
      message: 'the source broke',
    })
    equal(await written(), [stream('b')])
    for (const [label, failing] of [
      ['conflict', { stream: stream('b'), expected: standingAt(7), events: [event()] }],
      ['too-large', { stream: stream('d'), expected: 'none', events: [eventOf(MAX_EVENT_BYTES + 1)] }],
    ] as const) {
      const [now, there] = [right(await within('the head', store.head()())), await written()]
      const before: Append = { stream: stream(label), expected: 'none', events: [event()] }
      const outcome = await within('the appends', store.appendAll(now, inPages([[before, failing], [last]]))())
      matches(left(outcome), { _tag: label })
      // A store that has no transaction over streams finds out when it comes to it.
      const then = await written()
      equal(then, then.length === there.length ? there : [...there, before.stream])
    }
    right(await within('what comes then', store.append(stream('b'), standingAt(0), [event()])()))
  },
} satisfies Record<string, (world: World) => Promise<void>>
