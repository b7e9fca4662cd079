/** What lasts, `watch`, `watchPosition` and `waitFor`, over an event store or a file store that fails for a while. */
import * as E from 'fp-ts/lib/Either.js'
import type { Observable } from 'rxjs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import { type EventStore, EventStoreError } from '../../domain/ports/event-store.js'
import type { FileStore } from '../../domain/ports/file-store.js'
import { type Ledger, type LedgerOptions, openLedger } from '../../index.js'
import { rejection, text } from '../support/ledger-memory.js'

type Fault = 'none' | 'away' | 'damaged'
const WHY = { away: 'nobody answers', damaged: 'torn pages' }

/** A store whose reads fail as it is told; what is written comes through. */
const moody = (): EventStore & { become(fault: Fault): void } => {
  const inner = memoryEventStore()
  let fault: Fault = 'none'
  return {
    ...inner,
    become: (now) => {
      fault = now
    },
    head: () => async () => {
      if (fault === 'away') return E.left({ _tag: 'unavailable', reason: WHY.away })
      return fault === 'damaged' ? E.left({ _tag: 'damaged-store', reason: WHY.damaged }) : inner.head()()
    },
    readAll: async function* (after) {
      if (fault === 'away') throw new EventStoreError('unavailable', WHY.away)
      if (fault === 'damaged') throw new EventStoreError('damaged', WHY.damaged)
      yield* inner.readAll(after)
    },
  }
}

let files: FileStore
let events: ReturnType<typeof moody>
let ledger: Ledger
const open = (options: Partial<LedgerOptions> = {}) =>
  openLedger({ events, files, actor: 'anna', entity: 'acme', project: 'animals', ...options })
beforeEach(async () => {
  files = memoryFileStore()
  events = moody()
  ledger = await open()
})
afterEach(() => ledger.close())

const log = (bytes: string) => ledger.logArtifact({ name: 'cats', type: 'model', content: text(bytes) })

/** What a feed gave, and how it ended. Without a handler an error ends the process. */
const seen = <A>(feed: Observable<A>, ends = false) => {
  const all: { readonly values: A[]; ended: unknown } = { values: [], ended: undefined }
  const next = (value: A): void => void all.values.push(value)
  const error = (cause: unknown): void => {
    all.ended = cause
  }
  feed.subscribe(ends ? { next, error } : { next })
  return all
}

describe('a store that cannot be asked for a while', () => {
  it('holds up what lasts, which says that it is behind, and goes on from where it was', async () => {
    const { position: first } = await log('A')
    const positions = seen(ledger.watchPosition).values
    const answers = seen(ledger.watch(async (now) => (await now.resolve('cats')).version)).values
    const behind = seen(ledger.behind).values
    await expect.poll(() => answers).toEqual([0])
    events.become('away')
    await expect.poll(() => behind.at(-1)?.reason).toContain(WHY.away)
    expect(Date.parse(behind.at(-1)?.since ?? '')).toBeLessThanOrEqual(Date.now())
    const { position: second } = await log('B')
    expect(answers).toEqual([0])
    events.become('none')
    await expect.poll(() => answers).toEqual([0, 1])
    await expect.poll(() => positions).toEqual([first, second])
    await expect.poll(() => behind.at(-1)).toBeNull()
  })

  it('is waited for by those who begin to listen meanwhile', async () => {
    const { position } = await log('A')
    events.become('away')
    const positions = seen(ledger.watchPosition).values
    const behind = seen(ledger.behind).values
    await expect.poll(() => behind.at(-1)?.reason).toContain(WHY.away)
    events.become('none')
    await expect.poll(() => positions).toEqual([position])
  })

  it('is waited for as long as patience lasts', async () => {
    const impatient = await open({ patience: 200 })
    const positions = seen(impatient.watchPosition, true)
    const answers = seen(
      impatient.watch((now) => now.moment()),
      true,
    )
    await expect.poll(() => answers.values).toHaveLength(1)
    events.become('away')
    const error = { code: 'unavailable', message: expect.stringContaining(WHY.away) }
    await expect.poll(() => [positions.ended, answers.ended]).toMatchObject([error, error])
    events.become('none')
    // One that asks in the same turn of the event loop may share the answer of one before.
    await expect.poll(() => impatient.moment()).toMatchObject({ position: 0 })
    await impatient.close()
  })

  it('is waited for by waitFor, as long as it was told', async () => {
    const { position } = await log('A')
    events.become('away')
    const waiting = ledger.waitFor(position, 60_000)
    expect(await rejection(ledger.waitFor(position, 50))).toMatchObject({ code: 'unavailable' })
    events.become('none')
    await waiting
  })

  it('that does not even answer keeps waitFor no longer than it was told', async () => {
    const { position } = await log('A')
    await ledger.waitFor(position)
    let answer = (): void => undefined
    const silence = new Promise<void>((resolve) => {
      answer = resolve
    })
    const { head } = events
    vi.spyOn(events, 'head').mockImplementation(() => async () => {
      await silence
      return head()()
    })
    expect(await rejection(ledger.waitFor(position, 30))).toMatchObject({ code: 'not-reached' })
    answer()
  })

  it('is waited for where only the question needs it, such as a file store', async () => {
    await log('A')
    let fails = true
    const broken = await openLedger({
      events,
      files: {
        ...files,
        open: () => async () => E.left({ _tag: 'file-store-failed', operation: 'open', reason: 'EIO' }),
      },
      entity: 'acme',
      project: 'animals',
    })
    const behind = seen(ledger.behind).values
    const sizes = seen(
      ledger.watch(async (now) => {
        const { version } = await now.resolve('cats')
        if (fails) await broken.content('cats')
        return version
      }),
    ).values
    await expect.poll(() => behind.at(-1)?.reason).toContain('EIO')
    fails = false
    await expect.poll(() => sizes).toEqual([0])
    await expect.poll(() => behind.at(-1)).toBeNull()
  })
})

describe('what does not pass', () => {
  it.each([
    ['a damaged store', () => events.become('damaged'), 'damaged-store'],
    ['a store that somebody closed', () => events.close(), 'closed'],
  ])('ends what lasts, with its code: %s', async (_name, happens, code) => {
    await log('A')
    const feeds = [
      seen(ledger.watchPosition, true),
      seen(
        ledger.watch((now) => now.moment()),
        true,
      ),
      seen(ledger.behind, true),
    ]
    await expect.poll(() => feeds[0]?.values).toHaveLength(1)
    happens()
    await expect.poll(() => feeds.map(({ ended }) => ended)).toMatchObject(feeds.map(() => ({ code })))
    expect(await rejection(ledger.waitFor(99, 60_000))).toMatchObject({ code })
  })

  it('ends a question that is refused', async () => {
    const answers = seen(
      ledger.watch((now) => now.resolve('cats')),
      true,
    )
    await expect.poll(() => answers.ended).toMatchObject({ code: 'not-found' })
  })

  it('is the closing of the ledger, which completes every feed', async () => {
    let completed = 0
    const complete = (): void => {
      completed += 1
    }
    ledger.watchPosition.subscribe({ complete })
    ledger.behind.subscribe({ complete })
    ledger.watch((now) => now.moment()).subscribe({ complete })
    await ledger.close()
    expect(completed).toBe(3)
  })
})
