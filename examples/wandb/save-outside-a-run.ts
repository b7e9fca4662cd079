/**
 * Saves an artifact without any run: nothing needs to be started for it, and no run is recorded.
 * W&B guide: "Save an artifact outside of a run", `artifact.save()`.
 */
import { type Given, runAlone } from './in-temporary-ledger.js'

export const saveOutsideARun = async ({ ledger, file }: Given) => {
  const artifact = await ledger.newArtifact({ name: 'animals', type: 'dataset' })
  await artifact.add(await file('labels.csv', 'cat,dog'))
  const saved = await artifact.log()

  return { saved: saved.path }
}

await runAlone(import.meta, saveOutsideARun)
