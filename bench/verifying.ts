/** Looking at all events again: `verify` without contents, on as many threads as it takes. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sqliteEventStore } from '../adapters/sqlite/index.js'
import { openLedger } from '../index.js'
import { fill, versionsHistory } from './history.js'
import { type Benchmark, timed } from './measure.js'
import { opened, temporaryFolder } from './support.js'

/** A million events are to take 15 seconds at most. */
const PROMISED = 1_000_000 / 15

export const verifying: Benchmark = {
  name: 'verify',
  what: 'all events of a ledger of 200,000 verified without contents, against 1,000,000 in 15 seconds',
  unit: 'events/s',
  budget: 1,
  prepare: async (size) => {
    const directory = await temporaryFolder()
    const store = await opened(sqliteEventStore({ path: join(directory, 'events.db'), durability: 'relaxed' }))
    // 100 versions make 203 events.
    await fill(store, versionsHistory(size === 'full' ? 98_522 : 200, 10))
    await store.close()
    const ledger = await openLedger({ directory })
    return {
      ours: () => {
        let verified = 0
        let damaged = 0
        return timed(
          async () => {
            const { events, damagedEvents } = await ledger.verify(undefined, { contents: false })
            damaged = damagedEvents.length
            verified = events
            return events
          },
          () => (damaged === 0 ? verified : undefined),
        )
      },
      floor: PROMISED,
      close: async () => {
        await ledger.close()
        await rm(directory, { recursive: true, force: true })
      },
    }
  },
}
