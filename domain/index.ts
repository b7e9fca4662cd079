/**
 * `model-ledger/domain`: names, manifests, commands, events, deciders and ports. Commands and events are all there; of the
 * rest, what is for users is named one by one.
 */

export * from './artifact/commands.js'
export * from './artifact/events.js'
export type { ArtifactRejection } from './artifact/rejections.js'
export { SealedDraft } from './artifact/sealed-draft.js'
export type { ArtifactState } from './artifact/state.js'
export { MoveAlias, RemoveAlias } from './collections/alias-commands.js'
export * from './collections/alias-events.js'
export type { AliasHolder, AliasRejection, AliasTable } from './collections/aliases.js'
export type { MissingAlias, RemovedAlias } from './collections/missing-alias.js'
export { MAX_TAGS, type TooManyTags } from './collections/tags.js'
export type { TypeMismatch, VersionRejection } from './collections/version-rejections.js'
export {
  type Command,
  type CommandInput,
  type CommandType,
  commands,
  decodeCommand,
  type EnvelopedCommand,
} from './commands/catalogue.js'
export * as deciders from './commands/deciders.js'
export type { Rejection } from './commands/rejections.js'
export * from './distributed-draft/commands.js'
export type { DistributedDraftRejection } from './distributed-draft/decide.js'
export * from './distributed-draft/events.js'
export type { DistributedDraftState } from './distributed-draft/state.js'
export { type DomainEvent, type EventOf, type EventType, eventCodecs, upcasters } from './events/catalogue.js'
export { leafHash } from './events/leaf-hash.js'
export { decodeEvent, type EventProblem, encodeEvent, type RecordedEvent } from './events/stored-events.js'
export { type Upcaster, type Upcasters, upcast } from './events/upcasting.js'
export * from './losses/commands.js'
export type { LossRejection } from './losses/decide.js'
export * from './losses/events.js'
export type { LossesState } from './losses/state.js'
export type { BadClock, Clock, Ids } from './ports/clock-and-ids.js'
export * from './ports/event-store.js'
export * from './ports/file-store.js'
export { describeHistoryDamage, type HistoryDamage } from './ports/history-damage.js'
export { LedgerId } from './ports/ledger-id.js'
export type { SnapshotStore } from './ports/snapshot-store.js'
export * from './registered-model/commands.js'
export type { RegisteredModelRejection } from './registered-model/decide.js'
export * from './registered-model/events.js'
export type { RegisteredModelState } from './registered-model/state.js'
export * from './run/commands.js'
export type { RunRejection } from './run/decide.js'
export * from './run/events.js'
export { Metric, MetricName, Metrics, type MetricValue, metricOf, type RecordedMetric } from './run/metrics.js'
export type { RunState } from './run/state.js'
export { Answer, CommandAccepted } from './values/answer.js'
export { decodeWith, describeProblem, type Problem } from './values/codec.js'
export type { Decider, Decision, ReadonlyState, RecordedBy } from './values/decider.js'
export { Digest, isDigest, sha256 } from './values/digest.js'
export { decodeDouble, doubleAsJson, EncodedDouble, encodeDouble } from './values/double.js'
export { CommandId, Envelope, EventMetadata } from './values/envelope.js'
export {
  canonicalJson,
  type Json,
  type JsonObject,
  type JsonProblem,
  MAX_JSON_DEPTH,
  parseJson,
} from './values/json.js'
export { FoundEnd, HistoryEnd, Loss } from './values/loss.js'
export { type ManifestBuilder, type ManifestRejection, manifestBuilder } from './values/manifest/builder.js'
export { diffManifests, type ManifestDiff } from './values/manifest/diff.js'
export {
  EntryDigest,
  type Manifest,
  ManifestEntry,
  ManifestSummary,
  manifestText,
  parseManifest,
  Reference,
  summarise,
  Uri,
} from './values/manifest/manifest.js'
export { mergeParts, type Part, type PathConflict } from './values/manifest/merge.js'
export { checkManifestPath, MAX_PATH_BYTES, MAX_SEGMENT_BYTES } from './values/manifest/path.js'
export {
  type NameDefaults,
  parseArtifact,
  parseModel,
  parseRun,
  parseVersion,
  type VersionPath,
} from './values/name-paths.js'
export * from './values/names.js'
export * from './values/references.js'
export { NamedRun, type RunFact } from './values/run-fact.js'
export * from './values/stream-names.js'
export { type ChangedRow, type DifferentRows, diffTables, type TableRowsDiff } from './values/table/diff-tables.js'
export { type ReadTable, readTable } from './values/table/read-table.js'
export { type Cell, Table, TablePath, tableText } from './values/table/table.js'
