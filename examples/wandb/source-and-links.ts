/**
 * Sees which version a registered one is, and which run made it; and the other way round, where a version is
 * linked to.
 * W&B guide: "View the source version of a link", `artifact.source_artifact`, `artifact.linked_artifacts`.
 */
import { type Given, runAlone } from './in-temporary-ledger.js'

export const sourceAndLinks = async ({ ledger, file }: Given) => {
  const run = await ledger.startRun()
  const weights = await file('weights.json', '[0.1, 0.2]')
  const model = await run.logArtifact({ name: 'animal-net', type: 'model', content: weights })
  await ledger.link({ version: model.path, to: 'cat-or-dog' })
  await ledger.link({ version: model.path, to: 'mouse-or-not' })
  await run.finish()

  const registered = await ledger.resolve('cat-or-dog:latest')
  const source = await ledger.resolve('animal-net:v0')

  return { source: registered.source, run: registered.run, links: source.links }
}

await runAlone(import.meta, sourceAndLinks)
