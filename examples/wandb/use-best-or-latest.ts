/**
 * Finds versions by an alias, `best` or `latest`, and uses them in a run, which remembers them as its inputs;
 * then downloads what it used.
 * W&B guide: "Download and use artifacts", `run.use_artifact('name:alias')`, `artifact.download()`.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Given, runAlone } from './in-temporary-ledger.js'

export const useBestOrLatest = async ({ ledger, folder, file }: Given) => {
  const net = { name: 'animal-net', type: 'model' }
  await ledger.logArtifact({ ...net, content: await file('weights.json', '[0.1, 0.2]'), aliases: ['best'] })
  await ledger.logArtifact({ ...net, content: await file('weights.json', '[0.3, 0.4]') })

  const run = await ledger.startRun({ jobType: 'compare' })
  const best = await run.useArtifact('animal-net:best')
  const latest = await run.useArtifact('animal-net:latest')
  const { directory } = await ledger.download({ version: best, to: join(folder, 'best') })
  const weights = await readFile(join(directory, 'weights.json'), 'utf8')
  await run.finish()

  return { best, latest, weights }
}

await runAlone(import.meta, useBestOrLatest)
