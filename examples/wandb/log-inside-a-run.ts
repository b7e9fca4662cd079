/**
 * Logs a file and a directory as one version of an artifact, inside a run, which the version remembers as its
 * producer.
 * W&B guide: "Construct an artifact", `artifact.add_file`, `artifact.add_dir`, `run.log_artifact(artifact)`.
 */
import { join } from 'node:path'
import { type Given, runAlone } from './in-temporary-ledger.js'

export const logInsideARun = async ({ ledger, folder, file }: Given) => {
  const labels = await file('labels.csv', 'cat,dog')
  await file('images/cat.txt', '=^.^=')
  await file('images/dog.txt', 'U・ᴥ・U')

  const run = await ledger.startRun({ jobType: 'collect' })
  const logged = await run.logArtifact({
    name: 'animals',
    type: 'dataset',
    content: [labels, { directory: join(folder, 'images'), as: 'images' }],
    metadata: { source: 'drawn by hand' },
    aliases: ['first-try'],
  })
  await run.finish()

  return { logged: logged.path, run: run.path }
}

await runAlone(import.meta, logInsideARun)
