/** Every benchmark once, with little work: both sides do what they say, and come to the same. How fast is not asked. */
import { describe, expect, it } from 'vitest'
import { memoryEventStore } from '../../adapters/memory/index.js'
import { benchmarks } from '../../bench/benchmarks.js'
import { exponentOf, grow, growths } from '../../bench/growth.js'
import { fill, lineageHistory, movesHistory, versionsHistory } from '../../bench/history.js'
import { type Benchmark, measure } from '../../bench/measure.js'
import { plot } from '../../bench/plot.js'
import { decodeEvent } from '../../domain/events/stored-events.js'
import { ORIGIN, type StoredEvent } from '../../domain/ports/event-store.js'
import { canonicalJson } from '../../domain/values/json.js'

/** Of those that start a program again and again, one of each kind. */
const shown = ({ name }: Benchmark): boolean =>
  !/^(start|import)-/.test(name) || ['start-log', 'start-alias-many', 'import-answer'].includes(name)

describe('a benchmark', () => {
  it.each(benchmarks.filter(shown))('$name does the same work on both sides', async ({ prepare }) => {
    const { ours, floor, close } = await prepare('smoke')
    try {
      const [mine, others] = [await ours(), typeof floor === 'number' ? undefined : await floor()]
      for (const side of [mine, others ?? mine]) {
        expect(side.done).toBeGreaterThan(0)
        expect(side.seconds).toBeGreaterThan(0)
        expect(side.answer, 'a side that answers nothing may have done nothing').not.toBeOneOf([
          undefined,
          0,
          false,
          Number.NaN,
        ])
      }
      if (others !== undefined) expect(mine.answer).toEqual(others.answer)
    } finally {
      await close()
    }
  })

  it('is measured as the median of pairs, in turn', async () => {
    const turns: string[] = []
    const side = (name: string, seconds: ReadonlyArray<number>) => {
      let turn = -1
      return async () => {
        turns.push(name)
        // The first is not measured.
        return { done: 12, seconds: seconds[turn++] ?? 1000 }
      }
    }
    const sides = { ours: side('ours', [1, 2, 4]), floor: side('floor', [2, 2, 2]), close: async () => undefined }
    const benchmark = { name: 'x', what: 'x', unit: 'x/s', budget: 1, prepare: async () => sides }
    const { ratio, ours, floor } = await measure(benchmark, 'smoke', 3)
    expect(turns.join(' ')).toBe('floor ours floor ours ours floor floor ours')
    expect(ratio).toEqual({ median: 1, min: 0.5, max: 2 })
    expect(ours).toEqual({ median: 6, min: 3, max: 12 })
    expect(floor.median).toBe(6)
  })
})

describe('a growth curve', () => {
  it.each(growths.filter(({ name }) => name !== 'memory'))('$name is measured and drawn', async (growth) => {
    const curve = await grow(growth, 'smoke', 1)
    expect(curve.points.map(({ size }) => size)).toEqual(growth.smallSizes)
    expect(Math.min(...curve.points.map(({ cost }) => cost.min))).toBeGreaterThan(0)
    const svg = plot(curve)
    expect(svg).toContain(growth.title)
    expect(svg).not.toMatch(/NaN|Infinity|undefined/)
  })

  it('has the exponent of the power that it follows', () => {
    const points = [10, 100, 1000].map((size) => ({ size, cost: { median: 3 * size ** 1.5, min: 1, max: 1 } }))
    expect(exponentOf(points)).toBeCloseTo(1.5)
  })
})

describe('a generated history', () => {
  const eventsOf = async (history: Parameters<typeof fill>[1]): Promise<ReadonlyArray<StoredEvent>> => {
    const store = memoryEventStore()
    await fill(store, history)
    const events: StoredEvent[] = []
    for await (const page of store.readAll(ORIGIN)) events.push(...page)
    return events
  }

  it.each([
    ['versions', () => versionsHistory(250, 3)],
    ['moves', () => movesHistory(20)],
    ['lineage', () => lineageHistory(90)],
  ])('of %s holds events as the ledger writes them, the same each time', async (_, history) => {
    const events = await eventsOf(history())
    for (const event of events) {
      expect(decodeEvent(event)).toMatchObject({ _tag: 'Right' })
      for (const text of [event.data, event.metadata]) {
        expect(canonicalJson(JSON.parse(text))).toEqual({ _tag: 'Right', right: text })
      }
    }
    expect(await eventsOf(history())).toEqual(events)
  })
})
