import { setTimeout as delay } from 'node:timers/promises'
import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import { describe, expect, it, vi } from 'vitest'
import { type EventStore, MAX_APPEND_BYTES, MAX_EVENT_BYTES, ORIGIN } from '../../../domain/ports/event-store.js'
import { standingAt } from '../../../testing/event-store/world.js'
import { all, DEFAULT_PATIENCE, newEvent, openStore, SHORT } from '../../support/eventstoredb/open-store.js'
import { resources } from '../../support/eventstoredb/resources.js'
import { type AppendFault, StandIn } from '../../support/eventstoredb/stand-in.js'

const STREAM = 'artifact-one'

const { open, start } = resources()

const openOn = async (
  standIn: StandIn,
  ...options: Parameters<typeof openStore> extends [string, ...infer R] ? R : []
) => {
  const store = await openStore(standIn.connectionString(), ...options)
  open.push(store)
  return store
}

/** Until the store has found the server again, which takes a busy machine longer than the store's patience here. */
const succeeds = (append: ReturnType<EventStore['append']>): Promise<void> =>
  vi.waitFor(async () => expect(await append()).toMatchObject({ _tag: 'Right', right: { revision: 0 } }), 60_000)

const arrived = (standIn: StandIn, appends: number): Promise<void> =>
  vi.waitFor(() => expect(standIn.seen.append).toBeGreaterThanOrEqual(appends), { timeout: 60_000, interval: 1 })

const ids = async (store: EventStore) => (await all(store.readStream(STREAM, 'none'))).map(({ id }) => id)

/** Everything after which the same append is sent again, and whether the server had written it. */
const FAULTS: ReadonlyArray<AppendFault> = [
  'drop-before-commit',
  'drop-after-commit',
  'swallow-request',
  'swallow-reply',
  'commit-timeout',
  'not-leader',
  'not-ready',
  { slow: 2 * SHORT.timeout },
  { dropAfterMessages: 2 },
]

describe('an append on EventStoreDB', () => {
  it.each(FAULTS.map((fault) => [JSON.stringify(fault), fault] as const))(
    'is written once in spite of %s',
    async (_name, fault) => {
      const standIn = await start()
      const store = await openOn(standIn)
      const [first, second, third] = [newEvent(1), newEvent(2), newEvent(3)]
      standIn.faults.append.push(fault)
      const appended = await store.append(STREAM, 'none', [first, second])()
      expect(appended).toMatchObject({ _tag: 'Right', right: { revision: 1 } })
      expect(standIn.seen.append).toBeGreaterThan(1)
      expect(await store.append(STREAM, standingAt(1), [third])()).toMatchObject({ right: { revision: 2 } })

      const events = await all(store.readAll(ORIGIN))
      expect(events.map(({ id }) => id)).toEqual([first.id, second.id, third.id])
      expect(E.isRight(appended) && appended.right.position).toBe(events[1]?.position)
    },
  )

  it('is never sent by the batched call, in which clients of one process reject and crash each other', async () => {
    const [standIn, other] = [await start(), await start()]
    const [store, neighbour] = [await openOn(standIn, { timeout: 20_000, patience: 60_000 }), await openOn(other)]
    standIn.faults.append.push({ slow: 50 })
    const pending = store.append(STREAM, 'none', [newEvent()])()
    other.faults.append.push('drop-before-commit')
    await neighbour.append(STREAM, 'none', [newEvent()])()
    expect(await pending).toMatchObject({ right: { revision: 0 } })
    expect(standIn.seen).toMatchObject({ append: 1, batchAppend: 0 })
  })

  it('has an unknown outcome when nobody says what became of it, and is recognised when it is sent again', async () => {
    const standIn = await start()
    const store = await openOn(standIn, { patience: 1000 })
    const append = store.append(STREAM, 'none', [newEvent()])
    standIn.faults.append.push(...Array<AppendFault>(20).fill('swallow-reply'))
    const before = performance.now()
    expect(await append()).toEqual(E.left({ _tag: 'unknown-outcome', reason: expect.stringContaining('127.0.0.1') }))
    expect(performance.now() - before).toBeLessThan(DEFAULT_PATIENCE)

    standIn.faults.append.length = 0
    await succeeds(append)
    expect(standIn.log.stream(`ledger:${STREAM}`)).toHaveLength(1)
  })

  it('is unavailable, and not written, when no server is there; and succeeds when one is there again', async () => {
    const standIn = await start()
    const store = await openOn(standIn, { patience: 1000 })
    await standIn.refuse()
    // Until the client has noticed, a call may be on its way, and its outcome unknown.
    await delay(50)
    const before = performance.now()
    const event = newEvent()
    expect(await store.append(STREAM, 'none', [event])()).toMatchObject({ left: { _tag: 'unavailable' } })
    expect(performance.now() - before).toBeLessThan(DEFAULT_PATIENCE)
    expect(standIn.log.stream(`ledger:${STREAM}`)).toEqual([])

    const waiting = succeeds(store.append(STREAM, 'none', [event]))
    await delay(150)
    await standIn.accept()
    await waiting
    expect(standIn.log.stream(`ledger:${STREAM}`)).toHaveLength(1)
  })

  it('is not held up by a server that takes connections and says nothing', async () => {
    const standIn = await start()
    const store = await openOn(standIn, { patience: 1000 })
    for (const { gate } of standIn.nodes) gate.freeze()
    const before = performance.now()
    expect(await store.append(STREAM, 'none', [newEvent()])()).toMatchObject({ _tag: 'Left' })
    expect(performance.now() - before).toBeLessThan(DEFAULT_PATIENCE)
    for (const { gate } of standIn.nodes) gate.thaw()
    await succeeds(store.append('artifact-two', 'none', [newEvent()]))
  })

  it('that a server refuses after a swallowed reply is looked for in the stream', async () => {
    const standIn = await start()
    const store = await openOn(standIn)
    const events = [newEvent(), newEvent()] as const
    standIn.faults.append.push('swallow-reply', 'wrong-expected')
    expect(await store.append(STREAM, 'none', events)()).toMatchObject({ right: { revision: 1 } })
    expect(await ids(store)).toEqual(events.map(({ id }) => id))
  })

  it('is a conflict where others were faster, also after a doubtful try', async () => {
    const standIn = await start()
    const [store, other] = [await openOn(standIn, { timeout: 1000 }), await openOn(standIn, { timeout: 5000 })]
    standIn.faults.append.push('swallow-request')
    const slow = store.append(STREAM, 'none', [newEvent()])()
    await arrived(standIn, 1)
    await other.append(STREAM, 'none', [newEvent(), newEvent()])()
    expect(await slow).toEqual(E.left({ _tag: 'conflict', stream: STREAM, expected: 'none', actual: 1 }))
    expect(await ids(store)).toHaveLength(2)
  })

  it('that exceeds a limit is refused before it is sent', async () => {
    const standIn = await start()
    const store = await openOn(standIn)
    const sized = (bytes: number) => ({ ...newEvent(), data: `"${'x'.repeat(bytes - 4)}"`, metadata: '{}' })
    const quarter = sized(MAX_APPEND_BYTES / 4)
    const small = Array.from({ length: 8000 }, () => sized(100))
    expect(await store.append(STREAM, 'none', [sized(MAX_EVENT_BYTES + 1)])()).toMatchObject({
      left: { _tag: 'too-large', what: 'event' },
    })
    expect(await store.append(STREAM, 'none', [quarter, quarter, quarter, quarter, sized(10)])()).toMatchObject({
      left: { _tag: 'too-large', what: 'append', limit: MAX_APPEND_BYTES },
    })
    // Small enough, but not with what the server counts besides.
    expect(await store.append(STREAM, 'none', RNEA.concat(small)([sized(100)]))()).toMatchObject({
      left: { _tag: 'too-large', what: 'append', limit: 1024 * 1024 - 1 },
    })
    expect(standIn.seen.append).toBe(0)
  })

  it('that exceeds a smaller limit of the server says so', async () => {
    const standIn = await start({ maxAppendSize: 1000 })
    const store = await openOn(standIn)
    const event = { ...newEvent(), data: `"${'x'.repeat(2000)}"` }
    expect(await store.append(STREAM, 'none', [event])()).toMatchObject({ left: { _tag: 'too-large', limit: 1000 } })
    expect(await store.append(STREAM, 'none', [newEvent()])()).toMatchObject({ right: { revision: 0 } })
  })

  it('to a stream of several writers, with faults at random, is written once and in order', async () => {
    const fault = fc.oneof(fc.constant<AppendFault>('none'), fc.constantFrom(...FAULTS))
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { minLength: 5, maxLength: 15 }), async (faults) => {
        const standIn = await StandIn.start()
        const openOne = () => openStore(standIn.connectionString(), { timeout: 150 })
        const stores = [await openOne(), await openOne()]
        standIn.faults.append.push(...faults)
        const acknowledged: Array<readonly [number, string]> = []
        const write = async (store: EventStore) => {
          for (let done = 0; done < 4; ) {
            const revision = (await all(store.readStream(STREAM, 'none'))).at(-1)?.revision ?? 'none'
            const event = newEvent(done)
            const append = store.append(STREAM, revision, [event])
            let outcome = await append()
            while (E.isLeft(outcome) && outcome.left._tag !== 'conflict') outcome = await append()
            if (E.isRight(outcome)) {
              acknowledged.push([outcome.right.revision, event.id])
              done += 1
            }
          }
        }
        await Promise.all(stores.map(write))
        const events = await all((stores[0] ?? expect.fail()).readAll(ORIGIN))
        expect(events.map(({ revision, id }) => [revision, id])).toEqual(
          acknowledged.sort(([one], [other]) => one - other),
        )
        expect(acknowledged.map(([revision]) => revision)).toEqual(Array.from({ length: 8 }, (_, index) => index))
        for (const store of stores) await store.close()
        await standIn.stop()
      }),
      { numRuns: 5 },
    )
  })
})

describe('a cluster of EventStoreDB', () => {
  it('is written to at its leader, whoever that is', async () => {
    const standIn = await start({ nodes: 3 })
    const store = await openOn(standIn)
    for (let revision = 0; revision < 6; revision++) {
      expect(
        await store.append(STREAM, standingAt(revision === 0 ? 'none' : revision - 1), [newEvent()])(),
      ).toMatchObject({
        right: { revision },
      })
      standIn.leader = ((standIn.leader ?? 0) + 1) % 3
    }
    expect(await ids(store)).toHaveLength(6)
  })

  it('is found through any of its nodes', async () => {
    const standIn = await start({ nodes: 3 })
    standIn.leader = 2
    const { port } = standIn.nodes[0]?.gate ?? expect.fail()
    for (const scheme of ['esdb', 'esdb+discover', 'kurrentdb+discover']) {
      const store = await openStore(`${scheme}://127.0.0.1:${port}?tls=false`, { ledger: scheme.replace('+', '_') })
      expect(await store.append(STREAM, 'none', [newEvent()])()).toMatchObject({ right: { revision: 0 } })
      await store.close()
    }
  })

  it('may lose its leader', async () => {
    const standIn = await start({ nodes: 3 })
    const store = await openOn(standIn)
    await store.append(STREAM, 'none', [newEvent()])()
    standIn.faults.append.push('swallow-reply')
    const pending = store.append(STREAM, standingAt(0), [newEvent()])()
    await arrived(standIn, 2)
    await standIn.nodes[0]?.gate.refuse()
    standIn.leader = 1
    expect(await pending).toMatchObject({ right: { revision: 1 } })
    expect(await ids(store)).toHaveLength(2)
  })

  it('may be gone as a whole while several calls are under way, and come back', async () => {
    const standIn = await start({ nodes: 2 })
    const store = await openStore(`${standIn.connectionString()}&maxDiscoverAttempts=2`, { patience: 600 })
    open.push(store)
    // One call fails and lets the client look for another node; the second fails while it looks.
    standIn.faults.append.push('swallow-reply', 'not-ready')
    const pending = [store.append('artifact-a', 'none', [newEvent()])()]
    await arrived(standIn, 1)
    pending.push(store.append('artifact-b', 'none', [newEvent()])())
    await arrived(standIn, 2)
    await standIn.refuse()
    pending.push(store.append('artifact-c', 'none', [newEvent()])())
    const [written, ...others] = await Promise.all(pending)
    expect(written).toMatchObject({ left: { _tag: 'unknown-outcome' } })
    expect(others.map(E.isLeft)).toEqual([true, true])
    await standIn.accept()
    await succeeds(store.append(STREAM, 'none', [newEvent()]))
  })

  it('tells an event that is more than the server takes of one', async () => {
    const standIn = await start({ version: '25.0.0', maxAppendEventSize: 2000 })
    const store = await openOn(standIn)
    const tooLarge = { _tag: 'too-large', what: 'event', limit: 2000, bytes: expect.any(Number) }
    expect(await store.append('artifact-big', 'none', [newEvent('x'.repeat(3000))])()).toMatchObject({ left: tooLarge })
    expect(await store.append('artifact-big', 'none', [newEvent('x')])()).toMatchObject({ right: { revision: 0 } })
  })
})
