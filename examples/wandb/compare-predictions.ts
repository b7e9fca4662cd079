/**
 * Logs the predictions of two models as tables, and says which of them differ.
 * W&B guide: "Add objects", `artifact.add(wandb.Table(…), "predictions")`.
 */
import { type Given, runAlone } from './in-temporary-ledger.js'

export const comparePredictions = async ({ ledger }: Given) => {
  const as = 'predictions.table.json'
  const columns = ['image', 'label', 'score']
  const first = {
    columns,
    rows: [
      ['cat.png', 'cat', 0.9],
      ['dog.png', 'cat', 0.6],
    ],
  }
  const second = {
    columns,
    rows: [
      ['cat.png', 'cat', 0.9],
      ['dog.png', 'dog', 0.8],
    ],
  }

  await ledger.logArtifact({ name: 'predictions', type: 'evaluation', content: { table: first, as } })
  await ledger.logArtifact({ name: 'predictions', type: 'evaluation', content: { table: second, as } })

  const { to, tables } = await ledger.diff('acme/animals/predictions:v0', 'acme/animals/predictions:v1', {
    keys: { [as]: ['image'] },
  })

  return { compared: to.path, tables }
}

await runAlone(import.meta, comparePredictions)
