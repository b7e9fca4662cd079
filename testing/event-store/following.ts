/** How an event store is followed, and how it closes. */

import * as E from 'fp-ts/lib/Either.js'
import { ORIGIN } from '../../domain/ports/event-store.js'
import { equal, matches } from '../expectations.js'
import { left, rejection, right } from '../results.js'
import {
  all,
  aMoment,
  appendSome,
  atLeastOne,
  closedStore,
  event,
  ledgerId,
  standingAt,
  subscribe,
  type World,
  watched,
} from './world.js'

export const followingCases = {
  'gives the position of the last event as head': async ({ store, from, stream, within }) => {
    const head = async () => right(await within('the head', store.head()()))
    equal(await head(), from)
    for (const label of ['a', 'b']) {
      const events = [event(), event()] as const
      const { position } = right(await within('the append', store.append(stream(label), 'none', events)()))
      equal(await head(), position)
    }
    left(await within('the append', store.append(stream('a'), 'none', [event()])()))
    equal((await within('the log', all(store.readAll(from)))).at(-1)?.position, await head())
  },

  'subscribes to what is there and then to what comes': async ({ store, from, stream, within }) => {
    await appendSome(store, stream('a'), 3)
    const subscriber = subscribe(store, from, within)
    const before = await subscriber.take(3)
    const waiting = subscriber.take(2)
    await appendSome(store, stream('b'), 2)
    equal([...before, ...(await waiting)], await within('the log', all(store.readAll(from))))
    right(await within('an append', store.append(stream('c'), 'none', [event(), event()])()))
    equal(
      (await subscriber.take(2)).map((found) => found.stream),
      [stream('c'), stream('c')],
    )
    await subscriber.stop()
  },

  'subscribes after a position, exclusively': async ({ store, from, stream, within }) => {
    await appendSome(store, stream(), 3)
    const [, second, third] = await within('the log', all(store.readAll(from)))
    const behind = subscribe(store, second?.position ?? ORIGIN, within)
    const atHead = subscribe(store, third?.position ?? ORIGIN, within)
    right(await within('an append', store.append(stream(), standingAt(2), [event()])()))
    equal(
      (await behind.take(2)).map(({ revision }) => revision),
      [2, 3],
    )
    equal(
      (await atHead.take(1)).map(({ revision }) => revision),
      [3],
    )
    await behind.stop()
    await atHead.stop()
  },

  'gives a subscriber each event once, in order, while others append': async ({ store, from, stream, within }) => {
    const subscribers = [subscribe(store, from, within), subscribe(store, from, within)]
    const taking = watched(Promise.all(subscribers.map(({ take }) => take(100))))
    await Promise.all(['a', 'b', 'c', 'd'].map((label) => within('the appends', appendSome(store, stream(label), 25))))
    const log = await within('the log', all(store.readAll(from)))
    equal(log.length, 100)
    equal(await taking, [log, log])
    await appendSome(store, stream('e'), 1)
    for (const { take } of subscribers)
      equal(
        (await take(1)).map((found) => found.stream),
        [stream('e')],
      )
    await Promise.all(subscribers.map(({ stop }) => stop()))
  },

  'holds up nobody for a slow subscriber, and keeps everything for it': async ({ store, from, stream, within }) => {
    const [slow, quick] = [subscribe(store, from, within), subscribe(store, from, within)]
    await appendSome(store, stream('a'), 1)
    equal((await slow.take(1)).length, 1)
    for (let done = 0; done < 10; done++) {
      const events = atLeastOne(Array.from({ length: 150 }, () => event()))
      right(await within('an append', store.append(stream(`b${done}`), 'none', events)()))
    }
    equal((await quick.take(1501)).length, 1501)
    equal(await slow.take(1500), (await within('the log', all(store.readAll(from)))).slice(1))
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
    equal((await working.take(1)).length, 1)
    works.abort()
    await appendSome(store, stream('later'), 1)
    await working.ended()
  },

  'ends a subscription when the caller returns, also while it waits': async ({ store, from, stream, within }) => {
    await appendSome(store, stream(), 1)
    const idle = subscribe(store, from, within)
    equal((await idle.take(1)).length, 1)
    await idle.stop()
    await idle.ended()

    const head = right(await within('the head', store.head()()))
    const waiting = subscribe(store, head, within)
    const ended = waiting.ended()
    await aMoment()
    await waiting.stop()
    await ended
    right(await within('an append', store.append(stream(), standingAt(0), [event()])()))
  },

  'gives a lock to one at a time, where it has locks': async ({ store, within }) => {
    if (store.lock === undefined) return
    const take = async (name: string) => right(await within('the lock', store.lock?.(name)() ?? Promise.reject()))
    const taken = await take('one')
    equal(await take('one'), undefined)
    const other = await take('other')
    await taken?.release()
    const again = await take('one')
    equal([taken, other, again].includes(undefined), false)
    await other?.release()
    await again?.release()
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
    equal(answered, Array(20).fill(true))
  },

  'says that it is closed to whoever uses it afterwards': async ({ store, from, stream, within }) => {
    await appendSome(store, stream(), 1)
    const waiting = subscribe(store, right(await within('the head', store.head()())), within)
    const woken = rejection(waiting.take(1))
    await aMoment()
    await within('closing', store.close())
    await within('closing again', store.close())

    equal(await within('the append', store.append(stream(), standingAt(0), [event()])()), closedStore)
    equal(await within('the head', store.head()()), closedStore)
    equal(await within('the id', store.ledgerId()()), closedStore)
    equal(await within('setting the id', store.setLedgerId(ledgerId(), undefined)()), closedStore)
    const closed = { name: 'EventStoreError', code: 'closed' }
    matches(await woken, closed)
    for (const read of [store.readAll(from), store.readStream(stream(), 'none'), store.subscribe(from)]) {
      matches(await rejection(within('a read', all(read))), closed)
    }
  },
} satisfies Record<string, (world: World) => Promise<void>>
