/** The loop behind `subscribe`, over reads that fail. */

import { describe, expect, it } from 'vitest'
import { subscription } from '../../../adapters/shared/subscription.js'
import {
  EventStoreError,
  type Position,
  type StoredEvent,
  toPosition,
  toRevision,
} from '../../../domain/ports/event-store.js'

const event = (position: Position): StoredEvent => {
  const texts = { id: `${position}`, type: 'AliasMoved', data: '{}', metadata: '{}' }
  return { stream: 'artifact-one', revision: toRevision(position - 1), position, ...texts }
}

const over = (...answers: ReadonlyArray<EventStoreError | 'a page'>) => {
  const left = [...answers]
  const readPage = async (after: Position) => {
    const answer = left.shift() ?? 'a page'
    if (answer !== 'a page') throw answer
    return [event(toPosition(after + 1))]
  }
  return subscription({ readPage, waiting: new Set(), pollMs: 1 }, toPosition(0))[Symbol.asyncIterator]()
}

describe('a subscription', () => {
  it('waits for a store that cannot be read for a while, and goes on from where it was', async () => {
    const away = new EventStoreError('unavailable', 'locked')
    const events = over('a page', away, away, away)
    expect(await events.next()).toMatchObject({ value: [{ position: 1 }] })
    expect(await events.next()).toMatchObject({ value: [{ position: 2 }] })
    await events.return?.()
  })

  it('ends at once when the caller returns while it waits', async () => {
    const events = over(...Array.from({ length: 100 }, () => new EventStoreError('unavailable', 'locked')))
    const next = events.next()
    await events.return?.()
    expect(await next).toEqual({ done: true, value: undefined })
  })

  it.each(['damaged', 'closed'] as const)('of a store that is %s ends, and says so', async (code) => {
    await expect(over(new EventStoreError(code, 'why')).next()).rejects.toMatchObject({ code })
  })
})
