/**
 * Uses a registered model by its alias in a run, which remembers it as its input, and reads its file: fetched once, and
 * compared with its digest each time.
 * W&B guide: "Use a model", `run.use_model(name)`.
 */
import { readFile } from 'node:fs/promises'
import { type Given, runAlone } from './in-temporary-ledger.js'

export const useAModel = async ({ ledger, file }: Given) => {
  const weights = await file('weights.json', '[0.1, 0.2]')
  await ledger.linkModel({ content: weights, to: 'cat-or-dog' })

  const run = await ledger.startRun({ jobType: 'evaluate' })
  const path = await run.useModel('cat-or-dog:latest')
  const text = await readFile(path, 'utf8')
  await run.finish()

  return { used: (await ledger.runDetails(run.path)).used, text }
}

await runAlone(import.meta, useAModel)
