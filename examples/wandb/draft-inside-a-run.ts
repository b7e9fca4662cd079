/**
 * Changes a few files of a version and logs the result as the next one, inside a run that used the first.
 * Unchanged files are neither read nor stored again.
 * W&B guide: "Create an incremental artifact", `saved.new_draft()`, `draft.add_file`, `draft.remove`, `run.log_artifact(draft)`.
 */
import { type Given, runAlone } from './in-temporary-ledger.js'

export const draftInsideARun = async ({ ledger, file }: Given) => {
  const cats = await file('cats.csv', 'Tom')
  const dogs = await file('dogs.csv', 'Spike')
  await ledger.logArtifact({ name: 'animals', type: 'dataset', content: [cats, dogs] })

  const run = await ledger.startRun()
  const draft = await run.newDraft('animals:latest')
  await draft.add(await file('mice.csv', 'Jerry'))
  await draft.remove('dogs.csv')
  await draft.add(await file('cats.csv', 'Tom, Butch'), { overwrite: true })
  const next = await draft.log()
  await run.finish()

  return { next: next.path }
}

await runAlone(import.meta, draftInsideARun)
