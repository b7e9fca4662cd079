/**
 * Links a version that was logged before, by its path and the path of a registered model. Linking it again
 * keeps its number.
 * W&B guide: "Link a model version", `run.link_artifact(artifact, target_path)`.
 */
import { type Given, runAlone } from './in-temporary-ledger.js'

export const linkALoggedVersion = async ({ ledger, file }: Given) => {
  const weights = await file('weights.json', '[0.1, 0.2]')
  const model = await ledger.logArtifact({ name: 'animal-net', type: 'model', content: weights })

  const link = await ledger.link({ version: model.path, to: 'acme/model-registry/cat-or-dog' })
  const again = await ledger.link({ version: 'animal-net:latest', to: 'cat-or-dog', aliases: ['staging'] })

  return { link: link.path, again: again.path, isNew: again.isNew }
}

await runAlone(import.meta, linkALoggedVersion)
