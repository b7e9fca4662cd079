/** Keeps snapshots of a few MB in a directory, one after another, until it is killed. */
import { directorySnapshotStore } from 'model-ledger/adapters/directory'

const snapshots = directorySnapshotStore({ path: process.argv[2] ?? '' })
for (let round = 0; ; round++) {
  const values = new Float64Array(250_000).fill(round)
  const saved = await snapshots.save('big', [round, values, values])()
  if (saved._tag === 'Left') throw new Error(saved.left.reason)
  process.stdout.write(`${round}\n`)
}
