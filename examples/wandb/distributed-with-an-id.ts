/**
 * Three runs, on three machines if you like, make one version together: two of them add their parts, and the
 * last one adds its own and finishes it, which is refused unless all three are there. They agree on an id.
 * W&B guide: "Add and finish a distributed artifact", `run.upsert_artifact` and `run.finish_artifact` with `distributed_id`.
 */
import { type Given, runAlone } from './in-temporary-ledger.js'

export const distributedWithAnId = async ({ ledger, file }: Given) => {
  const animals = { name: 'animals', type: 'dataset', distributedId: 'night-of-3-may' }

  const first = await ledger.startRun()
  await first.upsertDistributed({ ...animals, content: await file('cats.csv', 'Tom') })
  await first.finish()

  const second = await ledger.startRun()
  await second.upsertDistributed({ ...animals, content: await file('dogs.csv', 'Spike') })
  await second.finish()

  const last = await ledger.startRun()
  const version = await last.commitDistributed({ ...animals, content: await file('mice.csv', 'Jerry'), writers: 3 })
  await last.finish()

  return { version: version.path }
}

await runAlone(import.meta, distributedWithAnId)
