/** What it takes to open a ledger on a server that others write to as well, as the server counts it. */

import { expect, it } from 'vitest'
import { eventStoreDb } from '../../../adapters/eventstoredb/index.js'
import { memoryFileStore, memorySnapshotStore } from '../../../adapters/memory/index.js'
import { type Ledger, openLedger } from '../../../index.js'
import { resources } from '../../support/eventstoredb/resources.js'
import type { StandIn } from '../../support/eventstoredb/stand-in.js'

const { open, start } = resources()

/** Instances of one ledger, which keep one snapshot. */
const instances = (standIn: StandIn) => {
  const snapshots = memorySnapshotStore()
  const files = { ...memoryFileStore(), close: async () => undefined }
  return async (): Promise<Ledger> => {
    const events = eventStoreDb(standIn.connectionString())
    const ledger = await openLedger({ events, files, snapshots, actor: 'anna', entity: 'acme', project: 'animals' })
    open.push(ledger)
    return ledger
  }
}

/** Enough for a snapshot to be kept when it is closed. */
const fill = async (ledger: Ledger): Promise<void> => {
  await ledger.createArtifact({ name: 'cats', type: 'model' })
  await Promise.all(
    Array.from({ length: 1010 }, (_, text) => ledger.describeArtifact({ name: 'cats', description: `${text}` })),
  )
}

/** What the server does for an opening, and the first two questions. */
const costOf = async (standIn: StandIn, opened: () => Promise<Ledger>) => {
  const before = { ...standIn.seen }
  const ledger = await opened()
  await ledger.artifacts()
  await ledger.artifacts()
  const { read, subscription, sent, pushed } = standIn.seen
  const events = sent + pushed - before.sent - before.pushed
  await ledger.close()
  return { requests: read + subscription - before.read - before.subscription, events }
}

it('reads nothing before the snapshot, and what stands behind it once, however much others wrote', async () => {
  const standIn = await start()
  const opened = instances(standIn)
  const first = await opened()
  await fill(first)
  await first.close()
  await costOf(standIn, opened)
  const quiet = await costOf(standIn, opened)
  standIn.log.others(2000)
  const one = await costOf(standIn, opened)
  standIn.log.others(1_000_000)
  expect(await costOf(standIn, opened)).toEqual(one)

  const writer = await opened()
  const own = 100
  for (let n = 0; n < own; n++) await writer.describeArtifact({ name: 'cats', description: `again ${n}` })
  await writer.close()
  const behind = await costOf(standIn, opened)
  expect(behind.events - quiet.events).toBe(own)
})
