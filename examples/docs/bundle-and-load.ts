import { type Ledger, openLedger } from 'model-ledger'

// #region once
declare global {
  var myLedger: Promise<Ledger> | undefined
}

/** The ledger of this process, however often this module is loaded. */
export const theLedger = (): Promise<Ledger> => {
  globalThis.myLedger ??= openLedger({ directory: 'my-ledger', actor: 'anna', entity: 'acme', project: 'churn' })
  return globalThis.myLedger
}
// #endregion

const ledger = await theLedger()
console.log(ledger === (await theLedger()), (await ledger.moment()).position)
await ledger.close()
