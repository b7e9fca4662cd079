/**
 * Links a model from a run, by the path of its file and the name of a registered model. The first link makes
 * the registered model, the next one gives the next number.
 * W&B guide: "Link a model version", `run.link_model(path, registered_model_name)`.
 */
import { type Given, runAlone } from './in-temporary-ledger.js'

export const linkAModel = async ({ ledger, file }: Given) => {
  const run = await ledger.startRun()
  const weights = await file('weights.json', '[0.1, 0.2]')
  const first = await run.linkModel({ content: weights, to: 'cat-or-dog' })

  await file('weights.json', '[0.3, 0.4]')
  const second = await run.linkModel({ content: weights, to: 'cat-or-dog' })
  await run.finish()

  return { first: first.path, second: second.path }
}

await runAlone(import.meta, linkAModel)
