/** What a case of the event stores' contract is given, and what all of them use. */

import { randomUUID } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import {
  type Append,
  type EventStore,
  type NewEvent,
  type Position,
  type Revision,
  type StoredEvent,
  toRevision,
} from '../../domain/ports/event-store.js'
import { type LedgerId, newLedgerId } from '../../domain/ports/ledger-id.js'
import { containing, equal } from '../expectations.js'
import { gather, right } from '../results.js'

export const ledgerId = (): LedgerId => newLedgerId({ next: randomUUID, fraction: Math.random })

export interface World {
  readonly store: EventStore
  /** The head when the case began: what comes after it is the case's own. */
  readonly from: Position
  /** A stream name that no other case uses. */
  readonly stream: (label?: string) => string
  /** Rejects if a promise takes longer than the case has patience. */
  readonly within: <A>(what: string, promise: Promise<A>) => Promise<A>
}

export async function* inPages(
  pages: ReadonlyArray<ReadonlyNonEmptyArray<Append>>,
): AsyncGenerator<ReadonlyNonEmptyArray<Append>, void, undefined> {
  yield* pages
}

/** An event with an id of its own. */
export const event = (content: number | string = 0): NewEvent => ({
  id: randomUUID(),
  type: 'AliasMoved',
  data: JSON.stringify({ content }),
  metadata: '{"actor":"ada"}',
})

/** An event of so many bytes, which are fewer characters. */
export const eventOf = (bytes: number): NewEvent => {
  const text = bytes - '""{}'.length
  return { ...event(), data: `"${'é'.repeat(text / 2)}${'x'.repeat(text % 2)}"`, metadata: '{}' }
}

export const appendSome = async (store: EventStore, stream: string, count: number): Promise<void> => {
  for (let done = 0; done < count; done++) {
    right(await store.append(stream, standingAt(done === 0 ? 'none' : done - 1), [event(done)])())
  }
}

/** Long enough for a subscription to have begun to wait. */
export const aMoment = () => new Promise((resolve) => setTimeout(resolve, 50))

export const closedStore = E.left({ _tag: 'closed', reason: containing('closed') })

export const atLeastOne = (events: ReadonlyArray<NewEvent>): ReadonlyNonEmptyArray<NewEvent> => {
  const [first, ...others] = events
  if (first === undefined) throw new Error('expected an event')
  return [first, ...others]
}

export const all = async (pages: AsyncIterable<ReadonlyArray<StoredEvent>>): Promise<ReadonlyArray<StoredEvent>> =>
  (await gather(pages)).flat()

export const subscribe = (store: EventStore, after: Position, within: World['within'], signal?: AbortSignal) => {
  const subscriber = store.subscribe(after, signal)[Symbol.asyncIterator]()
  const take = async (count: number): Promise<ReadonlyArray<StoredEvent>> => {
    const taken: StoredEvent[] = []
    while (taken.length < count) {
      const page = await within(`event ${taken.length + 1} of ${count} of a subscription`, subscriber.next())
      if (page.done === true) throw new Error(`the subscription ended after ${taken.length} events of ${count}`)
      taken.push(...page.value)
    }
    equal(taken.length, count)
    return taken
  }
  const ended = async () => {
    equal((await within('the end of a subscription', subscriber.next())).done, true)
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
export const watched = <A>(promise: Promise<A>): Promise<A> => {
  promise.catch(() => undefined)
  return promise
}

export const patience =
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

/** A revision as the cases write it. */
export const standingAt = (revision: number | 'none'): Revision =>
  revision === 'none' ? revision : toRevision(revision)
