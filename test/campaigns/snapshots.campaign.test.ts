/** A process that keeps snapshots, or builds a read model, is killed at any moment: the next opening is right. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { directorySnapshotStore } from '../../adapters/directory/index.js'
import { sqliteEventStore } from '../../adapters/sqlite/index.js'
import { systemClock } from '../../adapters/system/index.js'
import { projector } from '../../application/projecting/projector.js'
import type { SnapshotStore } from '../../domain/ports/snapshot-store.js'
import { LOSSES_STREAM } from '../../domain/values/stream-names.js'
import { auditProjection } from '../../projections/audit/audit-index.js'
import { lineageProjection } from '../../projections/lineage/apply.js'
import { registryProjection } from '../../projections/registry/apply.js'
import { standingAt } from '../../testing/event-store/world.js'
import { historyOf, manyTimes } from '../projections/histories.js'
import { campaignOfThisFile } from '../support/campaign.js'
import { right } from '../support/domain-ledger.js'
import { killed, startScript } from '../support/sqlite-processes.js'

const campaign = campaignOfThisFile()

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'model-ledger-snapshots-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

describe('a snapshot', () => {
  it('is whole or not there when its writer is killed', async () => {
    const snapshots = directorySnapshotStore({ path: directory })
    for (let kill = campaign.rounds(200); kill > 0; kill--) {
      await killed(startScript('snapshot-writer', [directory]), campaign.random, 4)
      const kept = right(await snapshots.load('big')())
      // Nothing else is in this folder, and one was kept before the writer told of it.
      expect(kept).toEqual([expect.any(Number), expect.any(Float64Array), expect.any(Float64Array)])
    }
  })
})

describe('a read model whose builder is killed', () => {
  it('is right at the next opening, from whatever was kept by then', async () => {
    const events = await historyOf(Array.from({ length: 60 }, (_, index) => (index + 1) * 9_876_543_211))
    // A store takes one stream of losses, and not one for each entity.
    const many = manyTimes(
      events.filter(({ stream }) => stream !== LOSSES_STREAM),
      4000,
    )
    const store = right(await sqliteEventStore({ path: join(directory, 'events.db'), durability: 'relaxed' })())
    for (const { stream, revision, id, type, data, metadata } of many) {
      right(
        await store.append(stream, standingAt(revision === 0 ? 'none' : revision - 1), [
          { id, type, data, metadata },
        ])(),
      )
    }
    const snapshots = directorySnapshotStore({ path: join(directory, 'snapshots') })
    const openedWith = async (kept: SnapshotStore | undefined) => {
      const projections = { registry: registryProjection, lineage: lineageProjection, audit: auditProjection }
      const shell = projector({ store, projections, clock: systemClock, snapshots: kept })
      const { states } = right(await shell.fresh()())
      const parts = [
        [...registryProjection.save(states.registry)],
        [...lineageProjection.save(states.lineage)],
        [...auditProjection.save(states.audit)],
      ]
      return { parts, applied: right(await shell.progress()()).applied }
    }
    const expected = (await openedWith(undefined)).parts
    const applied: number[] = []
    // In the midst of a rebuild, or while a snapshot is being written; the last when one is kept.
    for (let kill = campaign.rounds(60); kill >= 0; kill--) {
      const builder = startScript('read-model-builder', [directory])
      if (kill > 0) await killed(builder, campaign.random, 12)
      else {
        await builder.until((lines) => lines.includes('kept'))
        builder.process.kill('SIGKILL')
        await builder.ended
      }
      const next = await openedWith(snapshots)
      expect(next.parts).toEqual(expected)
      applied.push(next.applied)
    }
    expect(applied.filter((count) => count !== 0 && count !== many.length)).toEqual([])
    expect(applied.at(-1)).toBe(0)
    await store.close()
  })
})
