/**
 * The main job, from files to an audited alias, in a ledger in a temporary folder. Anna trains a small network
 * for real, ben repairs her data and promotes the wrong model, ci evaluates.
 * Run it: `node node_modules/model-ledger/dist/examples/quickstart.js`.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Ledger } from 'model-ledger'
import { drawDigits, fromCsv, toCsv } from './quickstart/digits.js'
import { newNetwork, toText, train } from './quickstart/network.js'
import { openAs } from './quickstart/open.js'
import { heading, percent, short, step } from './quickstart/print.js'
import { accuracyOf, report } from './quickstart/report.js'

const quickstart = async (directory: string, folder: string): Promise<void> => {
  // Each has the ledger open as if on a machine of their own.
  const anna = await openAs('anna', directory)
  const ben = await openAs('ben', directory)
  const ci = await openAs('ci', directory)

  heading('What happens')
  await logDigits(anna, join(folder, 'digits'))
  await repairDigits(ben)
  await trainNetwork(anna, join(folder, 'training'))
  await evaluate(ci, directory, join(folder, 'evaluation'))
  await promote(anna, ben, ci)
  for (const ledger of [anna, ben, ci]) await ledger.close()

  // What was recorded is there when the ledger is opened again.
  const reopened = await openAs('anna', directory)
  await report(reopened, directory)
  await reopened.close()
}

/** A folder of files becomes the first version of a data set. */
const logDigits = async (anna: Ledger, folder: string): Promise<void> => {
  await mkdir(join(folder, 'train'), { recursive: true })
  await writeFile(join(folder, 'test.csv'), toCsv(drawDigits(600, 1)))
  await writeFile(join(folder, 'train', 'monday.csv'), toCsv(drawDigits(300, 2, 0.15)))
  await writeFile(join(folder, 'train', 'tuesday.csv'), toCsv(drawDigits(300, 3, 0.8)))
  await writeFile(join(folder, 'train', 'friday.csv'), toCsv(drawDigits(300, 4, 1)))

  const { path } = await anna.logArtifact({ name: 'digits', type: 'dataset', content: folder })
  step('anna', 'logs a data set', path, '1,500 drawn digits in 4 files')
}

/** One file comes, one is replaced, one goes; the others are neither read nor stored again. */
const repairDigits = async (ben: Ledger): Promise<void> => {
  const draft = await ben.newDraft('digits:latest')
  await draft.add([{ bytes: toCsv(drawDigits(300, 5, 0.15)), as: 'train/wednesday.csv' }])
  await draft.add([{ bytes: toCsv(drawDigits(300, 3, 0.15)), as: 'train/tuesday.csv' }], { overwrite: true })
  await draft.remove('train/friday.csv')

  const { path } = await draft.log({ reason: 'hardly a label of Friday was right' })
  step('ben', 'changes three of its files', path, '+ wednesday  ~ tuesday  - friday')
}

/** Now and then a checkpoint becomes a version. The final model is the last checkpoint once more: no new version. */
const trainNetwork = async (anna: Ledger, folder: string): Promise<void> => {
  const run = await anna.startRun({ run: 'train', config: { epochs: 32, seed: 7 } })
  await anna.download({ version: await run.useArtifact('digits:latest'), to: folder })
  const files = (await readdir(join(folder, 'train'))).sort()
  const texts = await Promise.all(files.map((file) => readFile(join(folder, 'train', file), 'utf8')))

  const network = newNetwork(7)
  const save = () =>
    run.logArtifact({ name: 'digit-net', type: 'model', content: { bytes: toText(network), as: 'weights.csv' } })
  for (const epoch of train(network, texts.flatMap(fromCsv), 32, 7)) {
    if ([2, 10, 20, 32].includes(epoch)) step('anna', `trains, epoch ${epoch}`, (await save()).path)
  }
  step('anna', 'saves the final model', (await save()).path, 'known content: no new version')
  await run.finish()
}

/**
 * Three processes at once add their parts to one version, which a last run commits; what they counted is
 * added up and written to the checkpoints.
 */
const evaluate = async (ci: Ledger, directory: string, folder: string): Promise<void> => {
  const checkpoints = (await ci.versions('digit-net', { order: 'ascending' })).items.map(({ path }) => path)
  const worker = fileURLToPath(new URL('./quickstart/evaluate.js', import.meta.url))
  const evaluatePart = async (part: string): Promise<void> => {
    const to = join(folder, part)
    const [code] = await once(fork(worker, [directory, to, part, '3', ...checkpoints]), 'exit')
    if (code !== 0) throw new Error(`the evaluation of part ${part} failed: exit code ${code}`)
  }
  await Promise.all(['0', '1', '2'].map(evaluatePart))

  const run = await ci.startRun({ run: 'evaluate', group: 'evaluate' })
  const { path } = await run.commitDistributed({ name: 'evaluation', type: 'evaluation' })
  await run.finish()

  const to = join(folder, 'merged')
  await ci.download({ version: path, to })
  const parts = await Promise.all((await readdir(to)).map((file) => readFile(join(to, file), 'utf8')))
  const counts = parts.flatMap((part) => part.trimEnd().split('\n')).map((line) => line.split(','))
  const accuracies: string[] = []
  for (const version of checkpoints) {
    const own = counts.filter(([checkpoint]) => checkpoint === version)
    const sum = (column: number) => own.reduce((total, line) => total + Number(line[column]), 0)
    const accuracy = sum(1) / sum(2)
    await ci.describe({ version, metadata: { accuracy } })
    accuracies.push(percent(accuracy))
  }
  step('ci', 'evaluates in 3 processes', path, `they read ${accuracies.join(', ')} right`)
}

/** The best checkpoint is linked, which makes the registered model, and promoted; then a worse one, by mistake. */
const promote = async (anna: Ledger, ben: Ledger, ci: Ledger): Promise<void> => {
  const { items: checkpoints } = await ci.versions('digit-net')
  const [best] = checkpoints.toSorted((one, other) => accuracyOf(other) - accuracyOf(one))
  const [newest] = checkpoints
  if (best === undefined || newest === undefined || best === newest) throw new Error('no checkpoint is worse')

  const good = await ci.link({ version: best.path, to: 'digit-reader' })
  step('ci', 'links the best checkpoint', good.path, short(best.path))
  const praise = `reads ${percent(accuracyOf(best))}, the best of ${checkpoints.length}`
  await anna.moveAlias({ version: good.path, alias: 'production', expect: 'absent', reason: praise })
  step('anna', 'makes it production', good.path)

  const worse = await ben.link({ version: newest.path, to: 'digit-reader' })
  await ben.moveAlias({ version: worse.path, alias: 'production', reason: 'it has trained the longest' })
  step('ben', 'makes the newest production', worse.path, 'a mistake')
  await setTimeout(20) // So that the mistake stands for a moment that can be asked for by its time.

  // Anna expects to find ben's version there: nobody else's choice would be overwritten unseen.
  const regret = `rollback: the other reads only ${percent(accuracyOf(newest))}`
  await anna.moveAlias({ version: good.path, alias: 'production', expect: worse.version, reason: regret })
  step('anna', 'rolls back', good.path)
}

const directory = await mkdtemp(join(tmpdir(), 'model-ledger-quickstart-'))
const folder = await mkdtemp(join(tmpdir(), 'model-ledger-quickstart-files-'))
await quickstart(directory, folder).finally(() => rm(folder, { recursive: true, force: true }))
