/**
 * Two runs change a version together: one adds a file and replaces another, the other removes one. What neither of them
 * touched stays as it is, and is not read again.
 * W&B guide: "Create an incremental artifact", "within one run or with a set of runs (distributed run)".
 */
import { type Given, runAlone } from './in-temporary-ledger.js'

export const distributedOnABase = async ({ ledger, file }: Given) => {
  const content = [await file('cats.csv', 'Tom'), await file('dogs.csv', 'Spike'), await file('birds.csv', 'Tweety')]
  await ledger.logArtifact({ name: 'animals', type: 'dataset', content })

  const animals = { name: 'animals', type: 'dataset', base: 'animals:v0' }
  const first = await ledger.startRun({ run: 'first', group: 'night-of-3-may' })
  const changed = [await file('mice.csv', 'Jerry'), await file('cats.csv', 'Tom, Butch')]
  await first.upsertDistributed({ ...animals, content: changed, overwrite: true })
  await first.finish()

  const second = await ledger.startRun({ run: 'second', group: 'night-of-3-may' })
  const version = await second.commitDistributed({ ...animals, remove: ['dogs.csv'], writers: ['first', 'second'] })
  await second.finish()

  return { version: version.path }
}

await runAlone(import.meta, distributedOnABase)
