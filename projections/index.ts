/** `model-ledger/projections`: what can be known, now and for any past moment. */
export * from './moments.js'
export * from './projection.js'
export * from './queries.js'
export * from './read-shell.js'
export * from './registry.js'
export * from './registry-state.js'
export type { SnapshotProblem, SnapshotStore } from './snapshot-store.js'
export * from './timeline.js'
