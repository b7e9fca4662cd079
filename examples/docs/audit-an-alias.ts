import { openLedger } from 'model-ledger'

const ledger = await openLedger({ directory: 'my-ledger', actor: 'anna', entity: 'acme', project: 'churn' })
for (const weights of ['0.1', '0.2']) {
  const { path } = await ledger.logArtifact({
    name: 'model',
    type: 'model',
    content: { bytes: weights, as: 'w.txt' },
  })
  await ledger.link({ version: path, to: 'churn' })
}
await ledger.moveAlias({ version: 'churn:v0', alias: 'production', reason: 'first release' })
await ledger.moveAlias({ version: 'churn:v1', alias: 'production', actor: 'ben', reason: 'better recall' })

// #region tenures
const { items: tenures } = await ledger.aliasHistory({ of: 'churn', alias: 'production', from: '2026-05-03' })
for (const { version, source, from, until, replaced } of tenures) {
  console.log(`v${version} (${source}) from ${from.time} to ${until?.time ?? 'now'}`)
  console.log(`  put there by ${from.actor}, because: ${from.reason}; replaced ${replaced}`)
}
// #endregion

const then = tenures[0]?.from.position ?? 0
// #region then
const past = ledger.at(then) // a position, a Date, or '2026-05-03T14:00:00Z'
const { path, source, run } = await past.resolve('churn:production')
const { position, time } = await past.moment() // which position that time meant
console.log(path, source, run, position, time)
// #endregion

// #region page
const { items, cursor } = await ledger.history({ of: 'churn', alias: 'production', limit: 50 })
for (const { time, actor, what, reason } of items) console.log(time, actor, what, reason)
if (cursor !== undefined) await ledger.history({ of: 'churn', alias: 'production', limit: 50, cursor })
// #endregion

// #region export
for await (const row of ledger.exportHistory({ of: 'churn', format: 'csv' })) process.stdout.write(row)
// #endregion
await ledger.close()
