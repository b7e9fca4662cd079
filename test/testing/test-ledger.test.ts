import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { EventStore } from '../../domain/ports/event-store.js'
import { type TestClock, testClock, testIds, testLedger, versionsLogged } from '../../testing/index.js'
import { rejection } from '../../testing/results.js'
import { foreignSignal } from '../support/foreign-signal.js'

const HOUR = 3_600_000

describe('a ledger for tests', () => {
  it('records at the time of its clock, which stands still until it is turned', async () => {
    await using test = await testLedger({ now: '2026-05-03T12:00:00Z', given: [versionsLogged('model', 1)] })
    await test.clock.advance(HOUR)
    await versionsLogged('model', 1)(test)
    const { items } = await test.ledger.history({ of: 'model', order: 'ascending' })
    expect([items[0]?.recordedAt, items.at(-1)?.recordedAt]).toEqual([
      '2026-05-03T12:00:00.000Z',
      '2026-05-03T13:00:00.000Z',
    ])
    expect(await test.ledger.at('2026-05-03T12:59:59Z').resolve('model')).toMatchObject({ version: 0 })
  })

  it('takes options as openLedger does, and shares nothing with another', async () => {
    await using one = await testLedger({ actor: 'ben', entity: 'beta', given: [versionsLogged('model', 1)] })
    await using other = await testLedger()
    expect((await one.ledger.history()).items[0]).toMatchObject({ actor: 'ben', subject: 'beta/churn/model' })
    expect(await other.recorded()).toEqual([])
  })

  it('stands beside another on the same stores, as a second instance does', async () => {
    await using one = await testLedger({ given: [versionsLogged('model', 1)] })
    await using other = await testLedger({ beside: one, actor: 'ben' })
    await using third = await testLedger({ beside: one, actor: 'cy' })
    const moves = Array.from({ length: 5 }, (_, number) =>
      [one, other, third].map(({ ledger }) => ledger.moveAlias({ version: 'model:v0', alias: `a${number}` })),
    )
    await Promise.all(moves.flat())
    expect(await other.ledger.resolve('model:a4')).toMatchObject({ version: 0 })
    const { position } = await one.ledger.moveAlias({ version: 'model:v0', alias: 'last' })
    await other.ledger.waitFor(position)
    expect(new Set((await one.recorded()).map(({ metadata }) => metadata.commandId)).size).toBe(7)
  })

  it('logs the version of a draft whose sealer died, once its time has come', async () => {
    await using test = await testLedger()
    const { clock, ledger, events } = test
    await ledger.resolve('nothing').catch(() => undefined) // what was pending at the opening is done
    let sealed = false
    const append: EventStore['append'] = (stream, expected, appended) => async () => {
      if (sealed) return new Promise(() => undefined) // it has died
      const outcome = await events.append(stream, expected, appended)()
      sealed = appended.some(({ type }) => type === 'DistributedCommitted')
      return outcome
    }
    const sealer = await testLedger({ beside: { ...test, events: { ...events, append } } })
    const commit = { name: 'model', type: 'model', distributedId: 'd', content: { bytes: 'x', as: 'x.txt' } }
    void sealer.ledger.commitDistributed(commit).catch(() => undefined)
    while (!sealed) await nextTurn()

    await clock.advance(29_000)
    expect(await ledger.artifact('model')).toMatchObject({ newest: null })
    await clock.advance(31_000)
    expect(await ledger.artifact('model')).toMatchObject({ newest: 0 })
    await sealer.ledger.close(0)
  })

  it('has the ids that it was given, and says so', async () => {
    const ids = testIds(7)
    await using test = await testLedger({ ids })
    await using other = await testLedger({ seed: 7, ids: undefined })
    expect(test.ids).toBe(ids)
    expect(await other.events.ledgerId()()).toEqual(await test.events.ledgerId()())
  })

  it('refuses what another has already, where it stands beside it', async () => {
    await using one = await testLedger()
    for (const [member, value] of Object.entries({ now: '2026-05-03T12:00:00Z', seed: 2, ids: testIds(2) }))
      await expect(testLedger({ beside: one, [member]: value })).rejects.toThrow(
        `${member}: expected no such member (known here: given, beside, `,
      )
  })

  it('reads what was recorded after a position, and after nothing else', async () => {
    await using test = await testLedger({ given: [versionsLogged('model', 1)] })
    expect((await test.recorded(1)).map(({ position }) => position)).toEqual([2, 3])
    for (const wrong of [null, '1', -1, 0.5, Number.NaN])
      await expect(Reflect.apply(test.recorded, undefined, [wrong])).rejects.toThrow(
        'recorded: after: expected a position: 0, 1, 2, ..., got',
      )
  })

  it('closes itself', async () => {
    const test = await testLedger()
    await test.close()
    await test.close()
    await expect(test.ledger.artifacts()).rejects.toMatchObject({ code: 'closed' })
  })

  it('is closed where what was given cannot be', async () => {
    await expect(testLedger({ given: [({ ledger }) => ledger.resolve('nothing')] })).rejects.toMatchObject({
      code: 'not-found',
    })
  })
})

describe('a clock for tests', () => {
  it('wakes who sleeps in their order, also who goes to sleep again on the way', async () => {
    const clock = testClock('2026-05-03T12:00:00Z')
    const woken: string[] = []
    const sleep = async (name: string, ...pauses: ReadonlyArray<number>) => {
      for (const pause of pauses) {
        await clock.sleep(pause)
        woken.push(`${name} ${clock.monotonic()}`)
      }
    }
    const sleeping = [sleep('a', 5000, 2000), sleep('b', 3000, 3000, 3000)]
    await clock.advance(6500)
    expect(woken).toEqual(['b 3000', 'a 5000', 'b 6000'])
    expect(clock.now().toISOString()).toBe('2026-05-03T12:00:06.500Z')
    await clock.advance(5000)
    await Promise.all(sleeping)
    expect(woken.slice(3)).toEqual(['a 7000', 'b 9000'])
  })

  it('lets a short pause pass by itself, and does not move by it', async () => {
    const clock = testClock()
    await clock.sleep(2)
    expect([clock.monotonic(), clock.now().toISOString()]).toEqual([0, '2026-01-01T00:00:00.000Z'])
  })

  it('ends a sleep when its signal aborts', async () => {
    const clock = testClock()
    const ending = new AbortController()
    const sleeping = clock.sleep(HOUR, ending.signal)
    ending.abort()
    await sleeping
    await clock.sleep(HOUR, AbortSignal.abort())
    const foreign = foreignSignal()
    const also = clock.sleep(HOUR, foreign.signal)
    foreign.abort()
    await also
    expect(foreign.listeners()).toBe(0)
  })

  it('calls again and again, waits for each, and stops', async () => {
    const clock = testClock()
    const called: number[] = []
    const stop = clock.every?.(1000, async () => {
      await nextTurn()
      called.push(clock.monotonic())
    })
    await clock.advance(3500)
    stop?.()
    await clock.advance(3500)
    expect(called).toEqual([1000, 2000, 3000])
  })

  it('is set on, and back, where nothing is due', async () => {
    const clock = testClock(new Date('2026-05-03T12:00:00Z'))
    const sleeping = clock.sleep(HOUR)
    await clock.set('2026-05-03T11:00:00Z')
    expect([clock.now().toISOString(), clock.monotonic()]).toEqual(['2026-05-03T11:00:00.000Z', 0])
    await clock.set(new Date('2026-05-03T12:00:00Z'))
    await sleeping
    expect(clock.monotonic()).toBe(HOUR)
  })

  it.each<readonly [keyof TestClock, ReadonlyArray<unknown>, words: string]>([
    ['advance', [-1], '0 or more (set turns a clock back), got -1'],
    ['advance', ['5'], 'milliseconds: expected a number of milliseconds, 0 or more (set turns a clock back), got "5"'],
    ['advance', [Infinity], 'got Infinity'],
    ['set', ['soon'], 'time: expected a moment as an ISO 8601 text with a time zone'],
    ['set', ['2026-05-03T12:00'], 'time: expected a time zone behind the time'],
    ['set', [5], 'got 5'],
    ['sleep', ['5'], 'milliseconds: expected a number of milliseconds, got "5"'],
    ['sleep', [Number.NaN], 'got NaN'],
    ['sleep', [5, {}], 'signal: expected an AbortSignal, got {}'],
    ['every', [0, () => undefined], 'milliseconds: expected a number of milliseconds, more than 0, got 0'],
    ['every', [5, null], 'call: expected a function, got null'],
  ])('refuses by %s what is no time: %j', async (method, given, words) => {
    const clock = testClock()
    const refused = await rejection((async () => Reflect.apply(clock[method] ?? testClock, clock, given))())
    expect(refused).toBeInstanceOf(TypeError)
    expect(String(refused)).toContain(`TypeError: clock.${method}: `)
    expect(String(refused)).toContain(words)
    expect([clock.monotonic(), clock.now().toISOString()]).toEqual([0, '2026-01-01T00:00:00.000Z'])
  })
})

describe('ids for tests', () => {
  it('are unlike each other, and the same in every run of a seed', () => {
    const taken = (seed?: number) => {
      const ids = testIds(seed)
      return Array.from({ length: 50 }, () => [ids.next(), ids.fraction()] as const)
    }
    expect(taken()).toEqual(taken(1))
    expect(taken(2)).not.toEqual(taken(1))
    const all = [...taken(1), ...taken(2)]
    expect(new Set(all.map(([id]) => id)).size).toBe(100)
    expect(all.every(([, fraction]) => fraction >= 0 && fraction < 1)).toBe(true)
  })
})
