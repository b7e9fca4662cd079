/** Every history that the deciders made is one that could have been; a table says what could not. */

import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { openAdmission } from '../../domain/admission.js'
import { eventDecoder } from '../../domain/events/stored-events.js'
import type { StoredEvent } from '../../domain/ports/event-store.js'
import { describeImpossible } from '../../domain/values/impossible.js'
import { historyOf } from '../projections/histories.js'
import { giveEveryCommand } from '../support/domain-history.js'
import { eventsIn, openTestLedger, right } from '../support/domain-ledger.js'

/** Why the history could not have been, or `undefined`. */
const whyNot = (history: ReadonlyArray<StoredEvent>): string | undefined => {
  const admission = openAdmission()
  const decode = eventDecoder()
  for (const stored of history) {
    const outcome = admission.admit(stored, right(decode(stored)))
    if (E.isLeft(outcome))
      return `${stored.stream} ${stored.revision} ${stored.type}: ${describeImpossible(outcome.left)}`
  }
  const ended = admission.end()
  return E.isLeft(ended) ? `${ended.left.stream}: ${describeImpossible(ended.left.reason)}` : undefined
}

describe('what could have been', () => {
  it('is every history that random commands make', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 80 }), async (numbers) => {
        expect(whyNot(await historyOf(numbers))).toBeUndefined()
      }),
      { numRuns: 100 },
    )
  })

  it('is a history with every event and everything that it may say', async () => {
    const ledger = openTestLedger()
    await giveEveryCommand(ledger)
    expect(whyNot(await eventsIn(ledger.store))).toBeUndefined()
  })
})
