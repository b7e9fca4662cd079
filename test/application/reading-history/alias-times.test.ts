import { describe, expect, it } from 'vitest'
import type { AliasTenure } from '../../../projections/audit/tenure.js'
import { aliasSvg } from '../../../projections/render/alias-svg.js'
import { widthOf } from '../../../projections/render/svg.js'

const START = Date.UTC(2026, 4, 3, 14, 0, 0, 512)
const HOUR = 3_600_000

/** One alias that moved so many times, after so many hours each. */
const moved = (times: number, hours: (index: number) => number): ReadonlyArray<AliasTenure> => {
  const changes = Array.from({ length: times }, (_, index) => ({
    position: index + 1,
    time: new Date(START + hours(index) * HOUR).toISOString(),
    recordedAt: new Date(START).toISOString(),
    occurredAt: null,
    actor: 'anna',
    onBehalfOf: null,
    reason: null,
    commandId: `c${index}`,
    correlationId: null,
  }))
  return changes.map((from, version) => ({
    alias: 'production',
    version,
    source: null,
    sourceDeleted: false,
    replaced: version === 0 ? null : version - 1,
    from,
    until: changes[version + 1] ?? null,
    replacedBy: version + 1 < times ? version + 1 : null,
  }))
}

const drawn = (tenures: ReadonlyArray<AliasTenure>): string =>
  aliasSvg(tenures, { until: new Date(START + 1000 * HOUR).toISOString(), title: 'churn' })

const texts = (svg: string) =>
  [...svg.matchAll(/<text class="([^"]*)"( text-anchor="end")? x="([\d.]+)"[^>]*>([^<]*)</g)].map(
    ([, look = '', end, x, text = '']) => ({ look, x: Number(x), text, end: end !== undefined }),
  )

describe('the times in a picture of aliases', () => {
  it('are in the bars, as far as there is room for them', () => {
    const few = moved(3, (index) => index * 300)
    const shown = texts(drawn(few)).map(({ text }) => text)
    for (const { from } of few) expect(shown).toContain(from.time)

    const more = moved(10, (index) => index * 100)
    const days = texts(drawn(more)).map(({ text }) => text)
    for (const { from } of more) {
      expect(days).not.toContain(from.time)
      // In the bar and, for some, below it.
      expect(days).toContain(from.time.slice(0, 10))
    }
  })

  it.each([
    ['evenly', (index: number) => index],
    ['in bursts', (index: number) => Math.floor(index / 20) * 30 + (index % 20) * 0.0001],
  ])('stand inside the picture and beside each other, with 3, 20 and 500 tenures, %s', (_, hours) => {
    for (const count of [3, 20, 500]) {
      const svg = drawn(moved(count, hours))
      const width = Number(/width="(\d+)"/.exec(svg)?.[1])
      const ticks = texts(svg).filter(({ text }) => /^\d\d:\d\d:\d\d\.\d{3}Z$/.test(text))
      expect(ticks.length).toBeGreaterThan(0)
      for (const [index, { x, text, end }] of ticks.entries()) {
        const right = end ? x : x + widthOf(text, 11)
        expect(right).toBeLessThanOrEqual(width)
        const next = ticks[index + 1]
        if (next !== undefined && !next.end && next.x > x) expect(next.x).toBeGreaterThan(right + 4)
      }
    }
  })
})
