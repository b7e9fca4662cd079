/**
 * Changes a few files of a version and saves the result as the next one, without any run: one file added,
 * one removed, one modified.
 * W&B guide: "Create an incremental artifact", `saved.new_draft()`, `draft.add_file`, `draft.remove`, `draft.save()`.
 */
import { type Given, runAlone } from './in-temporary-ledger.js'

export const draftOutsideARun = async ({ ledger, file }: Given) => {
  const cats = await file('cats.csv', 'Tom')
  const dogs = await file('dogs.csv', 'Spike')
  await ledger.logArtifact({ name: 'animals', type: 'dataset', content: [cats, dogs] })

  const draft = await ledger.newDraft('animals:latest')
  await draft.add(await file('mice.csv', 'Jerry'))
  await draft.remove('dogs.csv')
  await draft.add(await file('cats.csv', 'Tom, Butch'), { overwrite: true })
  const next = await draft.log()

  return { next: next.path }
}

await runAlone(import.meta, draftOutsideARun)
