import { describe, expect, it } from 'vitest'
import { systemClock } from '../../adapters/system/index.js'
import type { HistoryInput } from '../../index.js'
import { oneStreamOf } from '../../ledger/looking-back/one-stream.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'

const DAY = 86_400_000
const dayOf = (day: number): Date => new Date(Date.UTC(2026, 4, 1) + day * DAY)

/** A version a day, from 1 May 2026 on: three events on the first day, two on every other. */
const daily = async () => {
  let day = 0
  const clock = { ...systemClock, now: () => dayOf(day) }
  const { ledger } = await memoryLedger({ clock })
  for (; day < 4; day++) await ledger.logArtifact({ name: 'cats', type: 'model', content: text(String(day)) })
  return ledger
}

describe('the bounds of a history', () => {
  it.each<readonly [string, Pick<HistoryInput, 'after' | 'from' | 'until'>]>([
    ['positions', { after: 3, until: 7 }],
    ['dates', { from: dayOf(1), until: dayOf(2) }],
    ['texts', { from: '2026-05-02T00:00:00.000Z', until: '2026-05-03T23:59:59.999Z' }],
    ['a date alone, and a position', { from: '2026-05-02', until: 7 }],
    ['a time behind the day before', { from: '2026-05-01T00:00:00.001Z', until: 7 }],
    ['a position, and a time before it', { after: 3, from: '0000-01-01', until: 7 }],
    ['a time, and a position before it', { after: 0, from: '2026-05-02', until: 7 }],
  ])('are behind a position or from a time on, up to a moment and with it: %s', async (_, bounds) => {
    const ledger = await daily()
    const { items } = await ledger.history({ of: 'cats', ...bounds, order: 'ascending' })
    expect(items.map(({ position }) => position)).toEqual([4, 5, 6, 7])
    const rows: string[] = []
    for await (const row of ledger.exportHistory({ ...bounds, format: 'ndjson' })) rows.push(row)
    expect(rows.map((row) => JSON.parse(row).position)).toEqual([4, 5, 6, 7])
    // As of a moment in the past, the bounds mean what they mean now.
    const then = await ledger.at(5).history(bounds)
    expect(then.items.map(({ position }) => position)).toEqual([5, 4])
    const steps: number[] = []
    for await (const { change } of ledger.replay({ ...bounds, order: 'descending' })) steps.push(change.position)
    expect(steps).toEqual([7, 6, 5, 4])
    await ledger.close()
  })

  it('mean on every page what they meant on the first, whatever is recorded meanwhile', async () => {
    const ledger = await daily()
    const query = { of: 'cats', until: dayOf(1000), order: 'ascending', limit: 8 } as const
    const { cursor } = await ledger.history(query)
    await ledger.moveAlias({ version: 'cats:v0', alias: 'best' })
    const { items } = await ledger.history({ ...query, cursor })
    expect(items.map(({ position }) => position)).toEqual([9])
    await ledger.close()
  })

  it('are refused where they are none, in words that say which to take', async () => {
    const ledger = await daily()
    const refused = async (bounds: object): Promise<string> => (await rejection(ledger.history(bounds))).message
    expect(await refused({ after: dayOf(0) })).toMatch(/^after: expected a position \(of a time: from\), got /)
    expect(await refused({ from: 7 })).toMatch(/^from: expected a time as an ISO 8601 text .* got 7$/)
    expect(await refused({ from: 'soon' })).toMatch(/^from: expected a time /)
    expect(await refused({ upTo: 7 })).toMatch(/^upTo: expected .*after, from, until/)
    for (const bounds of [{ after: 1000 }, { until: 'soon' }, { until: 1000 }, { until: 1.5 }]) {
      expect((await rejection(ledger.history(bounds))).code).toBe('bad-moment')
    }
    expect((await rejection(oneStreamOf(ledger).history({ of: 'cats', from: dayOf(0) }))).code).toBe('bad-moment')
    expect((await oneStreamOf(ledger).history({ of: 'cats', after: 7 })).items).toHaveLength(2)
    await ledger.close()
  })
})
