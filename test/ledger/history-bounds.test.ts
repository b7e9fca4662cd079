import { describe, expect, it } from 'vitest'
import { systemClock } from '../../adapters/system/index.js'
import type { When } from '../../index.js'
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
  it.each<readonly [string, When, When]>([
    ['positions', 3, 7],
    ['dates', dayOf(0), dayOf(2)],
    ['texts', '2026-05-01T00:00:00.000Z', '2026-05-03T23:59:59.999Z'],
    ['a date alone, and a position', '2026-05-01', 7],
  ])('are moments, from behind the one up to the other: %s', async (_, after, upTo) => {
    const ledger = await daily()
    const { items: lines } = await ledger.history({ of: 'cats', after, upTo, order: 'oldest' })
    expect(lines.map(({ position }) => position)).toEqual([4, 5, 6, 7])
    const rows: string[] = []
    for await (const row of ledger.exportHistory({ after, upTo, format: 'ndjson' })) rows.push(row)
    expect(rows.map((row) => JSON.parse(row).position)).toEqual([4, 5, 6, 7])
    // As of a moment in the past, the bounds mean what they mean now.
    const then = await ledger.at(5).history({ after, upTo })
    expect(then.items.map(({ position }) => position)).toEqual([5, 4])
    await ledger.close()
  })

  it('mean on every page what they meant on the first, whatever is recorded meanwhile', async () => {
    const ledger = await daily()
    const query = { of: 'cats', upTo: dayOf(1000), order: 'oldest', limit: 8 } as const
    const { cursor } = await ledger.history(query)
    await ledger.moveAlias({ version: 'cats:v0', alias: 'best' })
    const { items: lines } = await ledger.history({ ...query, cursor })
    expect(lines.map(({ position }) => position)).toEqual([9])
    await ledger.close()
  })

  it('are refused where they are no moments, and times where only one stream is read', async () => {
    const ledger = await daily()
    for (const after of ['soon', 1.5, 1000, -1]) {
      expect((await rejection(ledger.history({ after }))).code).toBe('bad-moment')
    }
    expect((await rejection(ledger.alone().history({ of: 'cats', after: dayOf(0) }))).code).toBe('bad-moment')
    expect((await ledger.alone().history({ of: 'cats', after: 7 })).items).toHaveLength(2)
    await ledger.close()
  })
})
