/**
 * `model-ledger/testing`: what tests of one's own stand on. It throws the `AssertionError` of Node, so that it runs under vitest,
 * `node:test`, Jest and mocha alike.
 */
export { brokenEventStores } from './broken-event-stores.js'
export { brokenFileStores } from './broken-file-stores.js'
export { type TestClock, testClock, testIds } from './clock-and-ids.js'
export type { BrokenStore, ContractCase } from './contract-case.js'
export { type ContractOptions, eventStoreContract } from './event-store-contract.js'
export type { Damage } from './file-store/world.js'
export { fileStoreContract } from './file-store-contract.js'
export * from './histories.js'
export { type Given, given, specification, type Then } from './specification.js'
export { type Step, type TestLedger, type TestLedgerOptions, testLedger } from './test-ledger.js'
