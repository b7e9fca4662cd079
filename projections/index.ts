/**
 * `model-ledger/projections`: what can be known, now and for any past moment. On the face of a ledger the
 * questions about history are `lineage`, `paths`, `history`, `exportHistory`, `aliasHistory`, `replay` and `diff`.
 */

export * from './audit.js'
export * from './audit-aliases.js'
export type { AuditPorts } from './audit-events.js'
export * from './audit-export.js'
export { type AuditIndex, auditProjection } from './audit-index.js'
export * from './audit-line.js'
export * from './lineage.js'
export { EDGE_KINDS, type EdgeKind, ENDINGS, type Ending, type LineageGraph } from './lineage-graph.js'
export { lineageProjection } from './lineage-projection.js'
export * from './compare.js'
export * from './moments.js'
export * from './projection.js'
export * from './queries.js'
export * from './read-shell.js'
export * from './registry.js'
export * from './registry-state.js'
export { type AliasSvgOptions, aliasSvg } from './render/alias-svg.js'
export { type LineageSvgOptions, lineageSvg } from './render/lineage-svg.js'
export { type LineagePicture, lineageDot, lineageJson, lineageMermaid } from './render/lineage-text.js'
export * from './replay.js'
export * from './replay-diff.js'
export type { SnapshotProblem, SnapshotStore } from './snapshot-store.js'
export * from './search.js'
export * from './timeline.js'
