/**
 * Three runs of one group make one version together: without an id, the name of the group stands for it.
 * Here the parts come at the same time, and the last run only finishes.
 * W&B guide: "Add and finish a distributed artifact", `wandb.init(group=…)`, `run.upsert_artifact`, `run.finish_artifact`.
 */
import { type Given, runAlone } from './in-temporary-ledger.js'

export const distributedByGroup = async ({ ledger, file }: Given) => {
  const animals = { name: 'animals', type: 'dataset' }

  const upsert = async (part: string) => {
    const run = await ledger.startRun({ group: 'night-of-3-may' })
    await run.upsertDistributed({ ...animals, content: part })
    await run.finish()
  }
  await Promise.all([upsert(await file('cats.csv', 'Tom')), upsert(await file('dogs.csv', 'Spike'))])

  const last = await ledger.startRun({ group: 'night-of-3-may' })
  const version = await last.commitDistributed(animals)
  await last.finish()

  return { version: version.path }
}

await runAlone(import.meta, distributedByGroup)
