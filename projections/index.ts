/**
 * `model-ledger/projections`: what can be known, now and for any past moment. Among the methods of a ledger the
 * questions about history are `lineage`, `paths`, `history`, `exportHistory`, `aliasHistory`, `replay` and `diffMoments`.
 */

export { type AuditIndex, auditProjection } from './audit/audit-index.js'
export * from './audit/export.js'
export * from './audit/line.js'
export * from './audit/tenure.js'
export type { Lineage, LineageEdge, LineageNode } from './lineage/answer.js'
export { lineageProjection } from './lineage/apply.js'
export { EDGE_KINDS, type EdgeKind, ENDINGS, type Ending, type LineageGraph } from './lineage/graph.js'
export { type LineageQuery, lineage } from './lineage/lineage.js'
export { type LineagePaths, type PathsQuery, paths } from './lineage/paths.js'
export type { LineageRejection } from './lineage/ref.js'
export { type OwnProjection, type ProjectionDefinition, projection } from './own-projection.js'
export type { Page, Paging } from './paging/page.js'
export { type EventContext, type ProjectedEvent, type Projection, readModel } from './projection.js'
export { registryProjection } from './registry/apply.js'
export type { Artifact } from './registry/questions/artifact.js'
export type { TagGroup } from './registry/questions/by-tag.js'
export * from './registry/questions/choosing.js'
export {
  type Change,
  type DraftStatus,
  diffMoments,
  type MomentsDiff,
  type Touched,
} from './registry/questions/diff-moments.js'
export * from './registry/questions/diff-versions.js'
export * from './registry/questions/errors.js'
export * from './registry/questions/list.js'
export * from './registry/questions/list-collections.js'
export * from './registry/questions/list-runs.js'
export * from './registry/questions/lookup.js'
export { modelsLinkedTo } from './registry/questions/models-linked-to.js'
export { type OpenDraft, unfinishedDrafts } from './registry/questions/open-drafts.js'
export type { RegisteredModel } from './registry/questions/registered-model.js'
export type { RunDetails } from './registry/questions/run.js'
export {
  COMPARISONS,
  type Condition,
  searchVersions,
  type VersionPage,
  type VersionSearch,
} from './registry/questions/search.js'
export type { Version } from './registry/questions/version.js'
export type { Registry } from './registry/state.js'
export { type AliasSvgOptions, aliasSvg } from './render/alias-svg.js'
export { type LineageSvgOptions, lineageSvg } from './render/lineage-svg.js'
export { type LineagePicture, lineageDot, lineageJson, lineageMermaid } from './render/lineage-text.js'
export type { PositionTimes } from './storage/position-times.js'
