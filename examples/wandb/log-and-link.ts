/**
 * Logs a model under a name of its own and links it, in one go. The aliases go to the link, and each side has
 * a version number of its own.
 * W&B guide: "Log and link a model version", `run.link_model(path, registered_model_name, name, aliases)`.
 */
import { type Given, runAlone } from './in-temporary-ledger.js'

export const logAndLink = async ({ ledger, file }: Given) => {
  const run = await ledger.startRun()
  const model = await run.linkModel({
    name: 'animal-net',
    content: await file('weights.json', '[0.1, 0.2]'),
    to: 'cat-or-dog',
    aliases: ['staging'],
  })
  await run.finish()

  return { logged: model.source.path, linked: model.path }
}

await runAlone(import.meta, logAndLink)
