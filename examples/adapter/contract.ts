// #region contract
import { describe, it } from 'node:test' // or from 'vitest', with nothing else changed
import { eventStoreContract, fileStoreContract } from 'model-ledger/testing'
import { arrayEventStore } from './event-store.js'
import { mapFileStore } from './file-store.js'

describe('the event store on an array', () => {
  for (const { name, run } of eventStoreContract(async () => arrayEventStore())) it(name, run)
})

describe('the file store on maps', () => {
  for (const { name, run } of fileStoreContract(async () => mapFileStore())) it(name, run)
})
// #endregion
