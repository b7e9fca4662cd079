import * as TE from 'fp-ts/lib/TaskEither.js'
import { describe, expect, it } from 'vitest'
import { memoryEventStore } from '../../adapters/memory/index.js'
import { systemClock } from '../../adapters/system/index.js'
import type { EventStore } from '../../domain/ports/event-store.js'
import { toRevision } from '../../domain/ports/event-store.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'

/** Set back by a minute at every look, and its sleeps are over at once; only what is monotonic moves on. */
const clock = () => {
  let looks = 0
  return {
    now: () => new Date(Date.parse('2026-05-03T14:00:00Z') - 60_000 * looks++),
    monotonic: () => 100 * looks++,
    sleep: (milliseconds: number) => systemClock.sleep(Math.min(milliseconds, 1)),
  }
}

const failing = (append: EventStore['append']): EventStore => ({ ...memoryEventStore(), append })

describe('a deadline where the time of day goes back', () => {
  it('ends waiting for a position', async () => {
    const { ledger } = await memoryLedger({ clock: clock() })
    expect(await rejection(ledger.waitFor(9, 1000))).toMatchObject({ code: 'not-reached' })
    expect(await rejection(ledger.waitFor(9, 0))).toMatchObject({ code: 'not-reached' })
    expect(await rejection(ledger.waitFor(9))).toMatchObject({ code: 'not-reached' })
    await ledger.close()
  })

  it('ends a command against others, and an append of unknown outcome', async () => {
    const conflict = failing((stream, expected) =>
      TE.left({ _tag: 'conflict', stream, expected, actual: toRevision(7) }),
    )
    const unknown = failing(() => TE.left({ _tag: 'unknown-outcome', reason: 'the line went dead' }))
    for (const [events, code] of [[conflict, 'contention'] as const, [unknown, 'unknown-outcome'] as const]) {
      const { ledger } = await memoryLedger({ clock: clock(), events, deadline: 1000 })
      const logged = ledger.logArtifact({ name: 'cats', type: 'model', content: text('1') })
      expect(await rejection(logged)).toMatchObject({ code })
      await ledger.close()
    }
  })
})
