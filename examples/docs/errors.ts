import { LedgerError, openLedger } from 'model-ledger'

const ledger = await openLedger({ directory: 'my-ledger', actor: 'anna', entity: 'acme', project: 'churn' })

// #region errors
const whyNot = (error: unknown): string => {
  if (!(error instanceof LedgerError)) throw error
  switch (error.code) {
    case 'alias-expectation-failed':
      return `${error.error.alias} was moved meanwhile, by ${error.error.holder?.by ?? 'nobody'}`
    case 'not-found':
      return `did you mean ${error.error.similar.join(' or ')}?`
    default:
      throw error
  }
}
// #endregion

await ledger.createArtifact({ name: 'model', type: 'model' })
console.log(await ledger.artifact('mod').catch(whyNot))
await ledger.close()
